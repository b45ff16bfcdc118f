import { describe, expect, it } from '@jest/globals';
import { MemoryCapturedMails } from '#adapters/memory/delivery/memory-captured-mails.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { Refusal } from '#domain/kernel/refusal.js';
import {
  type Capture,
  type CapturedMail,
  capturedMailId,
  type CapturedMails,
} from '#ports/delivery/captured-mails.js';
import { aMessage, describeEmailProviderContract } from '#ports/delivery/email-provider.contract.js';
import { CaptureProvider } from './capture-provider.js';

describeEmailProviderContract(
  'CaptureProvider',
  () => {
    const taken: CapturedMail[] = [];
    const mails = new RecordingMails(taken);
    return Promise.resolve({
      provider: new CaptureProvider({}, mails, new DrivenClock()),
      taken: () =>
        taken.map(({ headers, replyTo, html, text, deliveryId, from, to, subject }) => {
          const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
          const shown = {
            ...Object.fromEntries(lower),
            ...(replyTo === undefined ? {} : { 'reply-to': replyTo }),
          };
          return { deliveryId, from, to, subject, html, text, headers: shown };
        }),
      cause: () => undefined,
      turnDown: () => undefined,
      secrets: [],
      stop: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
  },
  { troubles: [], remote: false },
);

/** The mails as they were kept, in the order in which they came. */
class RecordingMails extends MemoryCapturedMails {
  readonly #taken: CapturedMail[];

  constructor(taken: CapturedMail[]) {
    super();
    this.#taken = taken;
  }

  override async append(capture: Capture): Promise<readonly string[]> {
    const ids = await super.append(capture);
    for (const id of ids) {
      const mail = await this.find(id);
      if (mail && !this.#taken.some((one) => one.id === id)) this.#taken.push(mail);
    }
    return ids;
  }
}

describe('a capture provider whose storage fails', () => {
  const failing = (append: CapturedMails['append']) =>
    new CaptureProvider({}, Object.assign(new MemoryCapturedMails(), { append }), new DrivenClock());
  const call = { key: 'call_1', messages: [aMessage(1), aMessage(2)], timeoutMs: 20 };

  it('is unavailable while the disk is full: nothing was kept', async () => {
    const provider = failing(() => Promise.reject(new Refusal('storage_full', 'The disk is full.')));
    const reason = 'The disk is full.';
    expect(await provider.send(call)).toEqual([
      { kind: 'unavailable', reason },
      { kind: 'unavailable', reason },
    ]);
  });

  it('does not know what became of a call when the storage thread died under it', async () => {
    const provider = failing(() => Promise.reject(new Error('A storage thread has ended.')));
    expect((await provider.send(call)).map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
  });

  it('does not know either when the storage takes too long', async () => {
    const provider = failing(() => new Promise(() => {}));
    expect((await provider.send(call)).map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
  });

  it('keeps as many mails as it is told to', async () => {
    const mails = new MemoryCapturedMails();
    const provider = new CaptureProvider({ keep: 2 }, mails, new DrivenClock());
    await provider.send({ ...call, key: 'call_1' });
    await provider.send({ ...call, key: 'call_2' });
    expect(await mails.find(capturedMailId(2))).toBeUndefined();
    expect(await mails.find(capturedMailId(3))).toBeDefined();
  });
});
