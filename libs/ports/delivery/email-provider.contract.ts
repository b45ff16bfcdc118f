import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Outcome, OutcomeKind } from '#domain/delivery/model/outcome.js';
import { type PiecedText, plainText } from '#domain/kernel/text.js';
import { type EmailMessage, type EmailProvider, plainEmail, type PlainEmail } from './email-provider.js';

/** A mail that the vendor, by its own journal, has taken. */
export interface TakenMail {
  readonly deliveryId: string;
  /** `Name <address>`, the name as a person reads it. */
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string | undefined;
  readonly text: string | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What can go wrong with a call at the vendor's end, and the one kind of outcome that tells the truth about it. */
export const troubles = {
  'says that we are too fast': 'throttled',
  'says that the quota is used up': 'throttled',
  'refuses our credentials': 'misconfigured',
  'says 503': 'unavailable',
  'says 500': 'unknown',
  'has a gateway in front that times out': 'unknown',
  'never answers': 'unknown',
  'takes the call and never answers': 'unknown',
  'takes the call and hangs up': 'unknown',
  'hangs up before it has read the call': 'unknown',
  'answers success with garbage': 'unknown',
  'answers without end': 'unknown',
  'speaks another language': 'unknown',
} as const satisfies Record<string, OutcomeKind>;
export type Trouble = keyof typeof troubles;

export interface EmailProviderUnderTest {
  readonly provider: EmailProvider;
  taken(): readonly TakenMail[];
  /** From now on every call meets with this. */
  cause(trouble: Trouble): void;
  /** From now on the vendor turns this recipient down. */
  turnDown(address: string): void;
  /** What must never be read in any answer. */
  readonly secrets: readonly string[];
  /** The vendor goes away: nobody listens at its address any more. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface EmailProviderScope {
  /** The troubles that this vendor's wire can show. */
  readonly troubles: readonly Trouble[];
  /** Whether there is somebody who can turn recipients down, go away or refuse credentials. */
  readonly remote: boolean;
}

const TIMEOUT_MS = 5_000;
/** Long enough for a call over an open loopback connection, short enough to wait for in a test. */
const PATIENCE_MS = 300;
const SILENT: readonly Trouble[] = ['never answers', 'takes the call and never answers'];

export function aMessage(n = 1, change: Partial<PlainEmail> = {}): PlainEmail {
  return {
    deliveryId: `dlv_${String(n).padStart(6, '0')}`,
    from: 'Jörg Müller, Acme <news@example.com>',
    to: `reader${n}@example.com`,
    subject: `Grüße, „Ada“ № ${n}`,
    html: `<h1>Grüße 👋</h1>\n<p>Hallo Nr. ${n}</p>\n<p>.\n.. MAIL FROM:&lt;x&gt;</p>`,
    text: `Grüße 👋\nHallo Nr. ${n}\n.\nMAIL FROM:<x>`,
    headers: {
      'List-Unsubscribe': `<https://example.com/u/${'t0ken'.repeat(30)}${n}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    ...change,
  };
}

const FIXED = ['<p>Grüße, ', '</p>\n', '<a href="https://example.com/?a=1&amp;b="> {👋}</a>'];

function inPieces(sequence: readonly (number | string)[]): PiecedText {
  const { length } = plainText({ fixed: FIXED, sequence, length: 0 });
  return { fixed: FIXED, sequence, length };
}

/** `make` starts a vendor and a provider that sends through it; with `wrongCredentials`, one the vendor won't have. */
export function describeEmailProviderContract(
  name: string,
  make: (options?: { wrongCredentials?: boolean }) => Promise<EmailProviderUnderTest>,
  scope: EmailProviderScope,
): void {
  describe(`EmailProvider: ${name}`, () => {
    let its: EmailProviderUnderTest;
    beforeEach(async () => {
      its = await make();
    });
    afterEach(() => its.close());

    const send = (messages: readonly EmailMessage[], key = 'call_1', timeoutMs = TIMEOUT_MS) =>
      its.provider.send({ key, messages, timeoutMs });
    const batch = (count: number) => Array.from({ length: count }, (_, n) => aMessage(n + 1));
    const upTo = (count: number) => Math.min(count, its.provider.capabilities.maxBatch);

    describe('sending', () => {
      it('brings one message to its recipient as it is, scripts and unsubscribe headers included', async () => {
        const message = aMessage(1, { replyTo: 'Büro <desk@example.com>' });
        const outcomes = await send([message]);
        expect(outcomes).toEqual([{ kind: 'accepted', providerMessageId: expect.stringMatching(/./) }]);
        expect(its.taken()).toEqual([asTaken(message)]);
      });

      it('brings the messages of a full call each to its own recipient, with one outcome each, in order', async () => {
        const messages = batch(its.provider.capabilities.maxBatch);
        const outcomes = await send(messages);
        expect(outcomes).toHaveLength(messages.length);
        expect(new Set(outcomes.map(idOf)).size).toBe(messages.length);
        const brief = ({ deliveryId, to, subject, html, text }: EmailMessage | TakenMail) =>
          [deliveryId, to, subject, html, text].join();
        expect(its.taken().map(brief)).toEqual(messages.map(brief));
      });

      it('brings texts in pieces as the same texts put together', async () => {
        const messages = batch(upTo(4)).map((message, n) => ({
          ...message,
          html: inPieces([0, `„${n}“`, 1, ...Array<number>(n % 2).fill(2), '', 'é {{h0}}', 1]),
          text: inPieces([0, `${n}`, 1, 'x\n', 2]),
        }));
        await send(messages);
        expect(its.taken()).toEqual(messages.map((message) => asTaken(plainEmail(message))));
      });

      it('leaves alone what means something to a template: it is content by now', async () => {
        const marks =
          '{{secret}} {{{x}}} {{/if}} %name% -name- [name] $& $1 \\{{x}} {% x %} <%= x %> -html0- {{h0}} \' " \\n';
        const messages = batch(upTo(3)).map((message, n) => ({
          ...message,
          subject: `{{subject}} ${n}`,
          html: `<p>\n${marks}\n</p>\n${marks}${n}\n{{t0}}`,
          text: `${marks}\n${n}${marks}`,
        }));
        await send(messages);
        expect(its.taken()).toEqual(messages.map(asTaken));
      });

      it('sends messages that consist of one part only', async () => {
        const { html: _, ...plain } = aMessage(1);
        const { text: __, ...rich } = aMessage(2);
        await send([plain]);
        await send([rich], 'call_2');
        expect(its.taken()).toEqual([asTaken(plain), asTaken(rich)]);
      });

      it('never sends a message under the name, or with the parts, of another one of its call', async () => {
        const { text: _, ...rich } = aMessage(3);
        const others = [aMessage(1), aMessage(2, { from: 'Other <other@example.com>' }), rich].slice(
          0,
          upTo(3),
        );
        const outcomes = await send(others);
        expect(outcomes).toHaveLength(others.length);
        const taken = others.filter((_message, n) => outcomes[n]?.kind === 'accepted').map(asTaken);
        expect(its.taken()).toEqual(taken);
        for (const outcome of outcomes) expect(['accepted', 'throttled']).toContain(outcome.kind);
      });

      it('sends nothing for no messages', async () => {
        expect(await send([])).toEqual([]);
        expect(its.taken()).toEqual([]);
      });

      it('says accepted of what the vendor has taken and of nothing else', async () => {
        const first = batch(upTo(2));
        const outcomes = await send(first);
        expect(takenIds(its)).toEqual(acceptedIds(first, outcomes));
      });

      it('carries as many calls at once as its pool is made for', async () => {
        const { maxInFlight } = its.provider.capabilities;
        const calls = batch(maxInFlight * 2).map((message, n) => send([message], `call_${n}`));
        const outcomes = (await Promise.all(calls)).flat();
        expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map(() => 'accepted'));
        expect(its.taken()).toHaveLength(maxInFlight * 2);
      });
    });

    describe('repeating a call', () => {
      it('has it answered rather than sent again, if the vendor keeps idempotency keys', async () => {
        const messages = batch(upTo(2));
        const first = await send(messages, 'call_same');
        const second = await send(messages, 'call_same');
        const sentTwice = its.provider.capabilities.idempotencyKey ? 1 : 2;
        expect(its.taken()).toHaveLength(messages.length * sentTwice);
        expect(second.map(({ kind }) => kind)).toEqual(first.map(({ kind }) => kind));
        if (sentTwice === 1) expect(second).toEqual(first);
      });
    });

    for (const trouble of scope.troubles) {
      const expected = troubles[trouble];

      it.each([1, 3])(
        `says ${expected} of each message of a call of %i when the vendor ${trouble}`,
        async (count) => {
          const silent = SILENT.includes(trouble);
          // With the connection open, silence is met after the call has left and not on the way to it.
          if (silent) await send([aMessage(99)], 'call_0');
          its.cause(trouble);
          const messages = batch(upTo(count));
          const outcomes = await send(messages, 'call_1', silent ? PATIENCE_MS : TIMEOUT_MS);
          expect(outcomes.map(({ kind }) => kind)).toEqual(messages.map(() => expected));
          for (const secret of its.secrets) expect(JSON.stringify(outcomes)).not.toContain(secret);
        },
      );
    }

    if (scope.remote) describeRemote(make, () => its, { send, batch, upTo });

    describe('looking after itself', () => {
      it('says what works, in words without a secret', async () => {
        const { ok, detail } = await its.provider.check();
        expect({ ok, detail }).toEqual({ ok: true, detail: expect.stringMatching(/\w/) });
        for (const secret of its.secrets) expect(detail).not.toContain(secret);
        expect(its.taken()).toEqual([]);
      });

      it('tells a quota that can be used, or none', async () => {
        await send([aMessage()]);
        const { perSecond, remainingToday } = await its.provider.quota();
        if (perSecond !== undefined) expect(perSecond).toBeGreaterThan(0);
        if (remainingToday !== undefined) expect(remainingToday).toBeGreaterThanOrEqual(0);
      });

      it('can be closed, twice', () => {
        its.provider.close();
        expect(() => its.provider.close()).not.toThrow();
      });
    });
  });
}

interface Calls {
  send(messages: readonly EmailMessage[], key?: string, timeoutMs?: number): Promise<readonly Outcome[]>;
  batch(count: number): EmailMessage[];
  upTo(count: number): number;
}

/** What holds where there is somebody at the other end. */
function describeRemote(
  make: (options?: { wrongCredentials?: boolean }) => Promise<EmailProviderUnderTest>,
  its: () => EmailProviderUnderTest,
  { send, batch, upTo }: Calls,
): void {
  describe('a recipient whom the vendor turns down', () => {
    it('is rejected', async () => {
      its().turnDown('reader1@example.com');
      expect(await send(batch(1))).toEqual([expect.objectContaining({ kind: 'rejected' })]);
      expect(its().taken()).toEqual([]);
    });

    it('costs the others of the call nothing: they are taken, or come back to be sent at once', async () => {
      its().turnDown('reader2@example.com');
      const messages = batch(upTo(3));
      const outcomes = await send(messages);
      const others = outcomes.filter((_, n) => n !== 1);
      for (const other of others) {
        if (other.kind !== 'accepted') expect(other).toMatchObject({ kind: 'throttled', retryAfterMs: 0 });
      }
      if (messages.length > 1) expect(outcomes[1]?.kind).toBe('rejected');
      expect(takenIds(its())).toEqual(acceptedIds(messages, outcomes));
    });
  });

  describe('a vendor that is not there', () => {
    it('is unavailable: nothing can have been taken', async () => {
      await its().stop();
      const outcomes = await send(batch(upTo(2)));
      expect(outcomes).toEqual(outcomes.map(() => expect.objectContaining({ kind: 'unavailable' })));
      expect((await its().provider.check()).ok).toBe(false);
      await expect(its().provider.quota()).resolves.toBeDefined();
    });
  });

  describe('wrong credentials', () => {
    it('are a matter of configuration, and are never repeated to anyone', async () => {
      const other = await make({ wrongCredentials: true });
      try {
        const { ok, detail } = await other.provider.check();
        expect(ok).toBe(false);
        const messages = batch(upTo(2));
        const outcomes = await other.provider.send({ key: 'call_1', messages, timeoutMs: TIMEOUT_MS });
        expect(outcomes.map(({ kind }) => kind)).toEqual(messages.map(() => 'misconfigured'));
        for (const secret of other.secrets) expect(detail + JSON.stringify(outcomes)).not.toContain(secret);
        expect(other.taken()).toEqual([]);
      } finally {
        await other.close();
      }
    });
  });

  describe('a provider that was closed', () => {
    it('sends nothing more, and says that nothing was sent', async () => {
      its().provider.close();
      expect(await send(batch(1))).toEqual([expect.objectContaining({ kind: 'unavailable' })]);
      expect(its().taken()).toEqual([]);
    });
  });
}

function asTaken({ deliveryId, from, to, subject, html, text, headers, replyTo }: EmailMessage): unknown {
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    deliveryId,
    from,
    to,
    subject,
    html,
    text,
    headers: expect.objectContaining({ ...lower, ...(replyTo === undefined ? {} : { 'reply-to': replyTo }) }),
  };
}

function idOf(outcome: Outcome): string {
  return outcome.kind === 'accepted' ? outcome.providerMessageId : outcome.reason;
}

function takenIds(its: EmailProviderUnderTest): string[] {
  return its
    .taken()
    .map(({ deliveryId }) => deliveryId)
    .sort();
}

function acceptedIds(messages: readonly EmailMessage[], outcomes: readonly Outcome[]): string[] {
  return messages
    .filter((_, n) => outcomes[n]?.kind === 'accepted')
    .map(({ deliveryId }) => deliveryId)
    .sort();
}
