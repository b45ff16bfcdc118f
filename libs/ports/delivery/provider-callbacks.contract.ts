import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Instant } from '#domain/kernel/brand.js';
import type { CallbackReading, ProviderCallbacks, RawCallback } from './provider-callbacks.js';

/** When the calls of the suite come in. */
export const RECEIVED_AT: Instant = Date.UTC(2026, 0, 5, 9);

export interface CallChange {
  /** What the vendor has to tell, in the vendor's encoding, whatever it is; left out: one event. */
  readonly payload?: string;
  /** Left out: when it comes in. */
  readonly signedAt?: Instant;
  /** Signed as the vendor does, by somebody who does not have the vendor's secret. */
  readonly byStranger?: boolean;
}

export interface ProviderCallbacksUnderTest {
  readonly callbacks: ProviderCallbacks;
  /** A call as the vendor makes it, received at `RECEIVED_AT`. The same arguments give the same event. */
  call(change?: CallChange): RawCallback;
}

export interface CallbackScheme {
  /** What the call is nothing without; empty, if the signature stands in the body and not over all of it (SNS). */
  readonly signatureHeaders: readonly string[];
  /** Milliseconds that a call may be old or ahead of its time, if the scheme has time in it. */
  readonly age?: { readonly pastMs: number; readonly futureMs: number };
  /** A longer body is refused before its signature is looked at; left out: none is too long. */
  readonly readsAtMost?: number;
}

/** A POST as it comes in. */
export function aCallback(
  {
    headers,
    body,
  }: { readonly headers: Readonly<Record<string, string>>; readonly body: string | Uint8Array },
  receivedAt: Instant = RECEIVED_AT,
): RawCallback {
  return {
    method: 'POST',
    url: 'https://mail.example.com/hooks',
    headers,
    body: typeof body === 'string' ? Buffer.from(body) : body,
    receivedAt,
  };
}

/** What no vendor's documentation says, as data. */
export const hostilePayloads: Readonly<Record<string, string>> = {
  nothing: '',
  'a space': ' ',
  NUL: '\u0000',
  null: 'null',
  'a number': '1e999',
  'a text': '"x"',
  'an empty list': '[]',
  'an empty object': '{}',
  'a list of nothing': '[null, 1, "x", [], {}]',
  'an object cut off': '{"type":"email.bounced","data":{"email_id"',
  'a prototype': '{"__proto__":{"admin":1},"constructor":{"prototype":{"admin":1}}}',
  'lists in lists': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  'lists without end': '['.repeat(100_000),
  'objects in objects': `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
  'half a character': '{"type":"\\ud83d","event":"\\ud83d"}',
  'names that every object has': '[{"event":"constructor"},{"event":"__proto__"},{"event":"toString"}]',
  'a type that every object has': '{"type":"constructor","eventType":"__proto__","data":{"email_id":"x"}}',
  'a form': 'a=1&a=2&%zz=%ff&__proto__=1&=',
  'a megabyte': `{"type":"${'x'.repeat(1_000_000)}"}`,
};

/** What holds for every reading of anything, believed or not. */
export function expectSound(reading: CallbackReading, provider: string): void {
  if (reading.kind !== 'told') return;
  expect(new Set(reading.events.map(({ key }) => key)).size).toBe(reading.events.length);
  for (const event of reading.events) {
    expect(event.provider).toBe(provider);
    expect(event.key).toMatch(/^[\x21-\x7e]{1,256}$/);
    expect(event.at).toBeGreaterThanOrEqual(0);
    expect(event.reason ?? 'x').toMatch(/^[^\r\n]{1,500}$/);
  }
}

export function describeProviderCallbacksContract(
  name: string,
  scheme: CallbackScheme,
  make: () => ProviderCallbacksUnderTest | Promise<ProviderCallbacksUnderTest>,
): void {
  describe(`${name} (ProviderCallbacks)`, () => {
    let vendor: ProviderCallbacksUnderTest;
    beforeEach(async () => {
      vendor = await make();
    });
    const read = (call: RawCallback) => vendor.callbacks.read(call);

    describeBelief(() => vendor, read);
    describeForgery(() => vendor, read, scheme);
    if (scheme.age) describeAge(() => vendor, read, scheme.age);
    describeHostility(() => vendor, read, scheme);
  });
}

type Vendor = () => ProviderCallbacksUnderTest;
type Read = (call: RawCallback) => Promise<CallbackReading>;

function describeBelief(vendor: Vendor, read: Read): void {
  it('believes what its provider has signed', async () => {
    const reading = await read(vendor().call());
    expect(reading).toMatchObject({ kind: 'told', inbound: expect.any(Array) });
    expect(told(reading)).toBeGreaterThan(0);
    expectSound(reading, vendor().callbacks.provider);
  });

  it('tells the same, with the same keys, when it is told again', async () => {
    const call = vendor().call();
    const [first, second] = [await read(call), await read(call)];
    expect(told(first)).toBeGreaterThan(0);
    expect(second).toEqual(first);
  });
}

function describeForgery(vendor: Vendor, read: Read, { signatureHeaders }: CallbackScheme): void {
  const refused = { kind: 'refused', code: 'signature_invalid' };
  const signsEveryByte = signatureHeaders.length > 0;
  /** Where the body holds its own signature there are bytes that nobody signs: a change of those changes nothing. */
  const expectNoLie = (reading: CallbackReading, truth: CallbackReading) => {
    // Whose certificate cannot be had is not believed either.
    if (!signsEveryByte && reading.kind === 'later') return;
    if (signsEveryByte || reading.kind === 'refused') expect(reading).toEqual(refused);
    else expect(reading).toEqual(truth);
  };

  it('refuses what somebody else has signed', async () => {
    expect(await read(vendor().call({ byStranger: true }))).toEqual(refused);
  });

  it('believes no body in which one bit is another', async () => {
    const call = vendor().call();
    const truth = await read(call);
    for (let at = 0; at < call.body.length; at += 1) {
      const body = Uint8Array.from(call.body);
      body[at] = body[at]! ^ (1 << (at % 8));
      expectNoLie(await read({ ...call, body }), truth);
    }
  });

  it('believes no body that is cut off or goes on', async () => {
    const call = vendor().call();
    const truth = await read(call);
    for (const length of [0, 1, call.body.length >> 1, call.body.length - 1]) {
      expect(await read({ ...call, body: call.body.subarray(0, length) })).toEqual(refused);
    }
    for (const more of ['\n', '\r\n', ' ', '{}', '\u0000']) {
      expectNoLie(await read({ ...call, body: Buffer.concat([call.body, Buffer.from(more)]) }), truth);
    }
  });

  for (const header of signatureHeaders)
    it(`believes nothing without its ${header}`, async () => {
      const call = vendor().call();
      const value = call.headers[header]!;
      expect(value.length).toBeGreaterThan(1);
      const others = [
        undefined,
        '',
        ' ',
        'x',
        value.slice(0, -1),
        value.slice(1),
        `${value}0`,
        '='.repeat(10_000),
      ];
      for (const other of others) {
        expect(await read({ ...call, headers: { ...call.headers, [header]: other } })).toEqual(refused);
      }
    });

  it('believes nothing without any header, unless what it believes stands in the body', async () => {
    const call = vendor().call();
    expectNoLie(await read({ ...call, headers: {} }), await read(call));
  });
}

function describeAge(
  vendor: Vendor,
  read: Read,
  { pastMs, futureMs }: { pastMs: number; futureMs: number },
): void {
  // Some schemes count in seconds.
  const SECOND_MS = 1000;
  const stale = { kind: 'refused', code: 'signature_stale' };

  it('believes what is just young enough, and not what is older', async () => {
    expect((await read(vendor().call({ signedAt: RECEIVED_AT - pastMs }))).kind).toBe('told');
    expect(await read(vendor().call({ signedAt: RECEIVED_AT - pastMs - SECOND_MS }))).toEqual(stale);
  });

  it('believes a clock that is a little ahead, and none that is far ahead', async () => {
    expect((await read(vendor().call({ signedAt: RECEIVED_AT + futureMs }))).kind).toBe('told');
    expect(await read(vendor().call({ signedAt: RECEIVED_AT + futureMs + SECOND_MS }))).toEqual(stale);
  });
}

function describeHostility(vendor: Vendor, read: Read, { readsAtMost = Infinity }: CallbackScheme): void {
  const rows = Object.entries(hostilePayloads);

  it.each(rows)('believes nothing of %s that nobody has signed', async (_, payload) => {
    const call = vendor().call();
    expect((await read({ ...call, body: Buffer.from(payload) })).kind).toBe('refused');
  });

  it.each(rows)('survives %s even if its provider has signed it', async (_, payload) => {
    const call = vendor().call({ payload });
    const reading = await read(call);
    const kinds = call.body.length > readsAtMost ? ['refused'] : ['told', 'malformed', 'answer'];
    expect(kinds).toContain(reading.kind);
    expectSound(reading, vendor().callbacks.provider);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('believes no bytes that are no text', async () => {
    const call = vendor().call();
    for (const body of [Uint8Array.of(0xff, 0xfe, 0), Uint8Array.of(0xc3), new Uint8Array(10_000)]) {
      expect((await read({ ...call, body })).kind).toBe('refused');
    }
  });
}

function told(reading: CallbackReading): number {
  return reading.kind === 'told' ? reading.events.length + reading.inbound.length : 0;
}
