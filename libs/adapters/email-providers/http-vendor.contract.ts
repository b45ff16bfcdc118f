import { describe, expect, it } from '@jest/globals';
import { decodeWords } from 'postal-mime';
import { MAX_ANSWER_BYTES } from '#adapters/http/http-client.js';
import {
  aMessage,
  describeEmailProviderContract,
  type EmailProviderUnderTest,
  type TakenMail,
  type Trouble,
  troubles,
} from '#ports/delivery/email-provider.contract.js';
import type { EmailProvider } from '#ports/delivery/email-provider.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import type { CallEffect } from '#test/fakes/kit/fault-rules.js';
import type { Mail } from '#test/fakes/kit/mails.js';

export interface HttpVendorUnderTest {
  readonly fake: Fake;
  readonly provider: EmailProvider;
  readonly secrets: readonly string[];
  /** What the vendor says to a bad key; it quotes the key, as some do. */
  readonly refusal: { readonly status: number; readonly error?: string; readonly message: string };
}

/** The contract, over real HTTP, with everything that can go wrong with a vendor's answer. */
export function describeHttpVendor(
  name: string,
  make: (options: { wrongCredentials: boolean }) => Promise<HttpVendorUnderTest>,
): void {
  describeEmailProviderContract(
    name,
    async ({ wrongCredentials = false } = {}) => underTest(await make({ wrongCredentials })),
    { troubles: Object.keys(troubles) as Trouble[], remote: true },
  );
  describeOddWords(name, make);
}

/** Of JSON, and yet nothing that a text can be made of. */
const ODD = { toString: 1, valueOf: 2 };
const ODD_WORDS = {
  ...{ name: ODD, message: ODD, Message: ODD, code: ODD, __type: ODD, id: ODD, MessageId: ODD, status: ODD },
  errors: [{ message: ODD, field: ODD, index: 0 }, ODD],
  data: [{ id: ODD, name: ODD, status: 'verified' }],
  BulkEmailEntryResults: [{ Status: ODD, Error: ODD, MessageId: ODD }, ODD],
};
const STATUSES = [200, 202, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503];

function describeOddWords(
  name: string,
  make: (options: { wrongCredentials: boolean }) => Promise<HttpVendorUnderTest>,
): void {
  describe(`${name}: an answer that has objects in the place of words`, () => {
    it.each(STATUSES)('is an outcome for every message, and words for an operator: %i', async (status) => {
      const { fake, provider } = await make({ wrongCredentials: false });
      const body = JSON.stringify(ODD_WORDS);
      fake.setFaults([{ effect: { kind: 'status', status, accepted: true, body } }]);
      for (const count of [1, 2]) {
        const messages = Array.from({ length: count }, (_, n) => aMessage(n));
        const outcomes = await provider.send({ key: `call_${count}`, messages, timeoutMs: 5_000 });
        expect(outcomes).toHaveLength(count);
        for (const outcome of outcomes) {
          expect(outcome.kind).not.toBe('accepted');
          expect('reason' in outcome && typeof outcome.reason).toBe('string');
        }
      }
      expect(typeof (await provider.check()).detail).toBe('string');
      provider.close();
      await fake.close();
    });
  });
}

function underTest({ fake, provider, secrets, refusal }: HttpVendorUnderTest): EmailProviderUnderTest {
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= fake.close());
  return {
    provider,
    secrets,
    taken: () => fake.mails().map(takenMail),
    cause: (trouble) => fake.setFaults([{ effect: effectOf(trouble, refusal) }]),
    turnDown: (address) =>
      fake.setFaults([{ match: { recipient: `^${address}$` }, effect: { kind: 'rejectRecipients' } }]),
    stop,
    close: async () => {
      provider.close();
      await stop();
    },
  };
}

function effectOf(trouble: Trouble, refusal: HttpVendorUnderTest['refusal']): CallEffect {
  switch (trouble) {
    case 'says that we are too fast':
      return { kind: 'status', status: 429, retryAfter: 2 };
    case 'says that the quota is used up':
      return { kind: 'quota' };
    case 'refuses our credentials':
      return { kind: 'status', ...refusal };
    case 'says 503':
      return { kind: 'status', status: 503 };
    case 'says 500':
      return { kind: 'status', status: 500 };
    case 'has a gateway in front that times out':
      return { kind: 'status', status: 504 };
    case 'never answers':
      return { kind: 'hang' };
    case 'takes the call and never answers':
      return { kind: 'hang', accepted: true };
    case 'takes the call and hangs up':
      return { kind: 'acceptThenDrop' };
    case 'hangs up before it has read the call':
      return { kind: 'dropBeforeRead' };
    case 'answers success with garbage':
      return { kind: 'status', status: 200, accepted: true, body: '\u0000\u0001{"data":[[[' };
    case 'answers without end':
      return { kind: 'status', status: 200, accepted: true, body: 'x'.repeat(MAX_ANSWER_BYTES + 1) };
    case 'speaks another language':
      return {
        kind: 'status',
        status: 200,
        accepted: true,
        body: '<html><body>Welcome to the hotel Wi-Fi</body></html>',
      };
  }
}

function takenMail({ deliveryId = '', from, to, subject, html, text, headers }: Mail): TakenMail {
  return {
    deliveryId,
    from: readable(from),
    to: to.join(),
    subject,
    html,
    text,
    headers: readableAddresses(headers),
  };
}

function readableAddresses(headers: Readonly<Record<string, string>>): Record<string, string> {
  const replyTo = headers['reply-to'];
  return { ...headers, ...(replyTo === undefined ? {} : { 'reply-to': readable(replyTo) }) };
}

/** A mailbox as it stands in a header or in JSON, as a mail client shows it. */
export function readable(mailbox: string): string {
  const [, quoted, plain = '', address = mailbox] = /^(?:"(.*)"|(.*?)) *<([^<>]*)>$/.exec(mailbox) ?? [];
  const name = decodeWords(quoted ?? plain);
  return name === '' ? address : `${name} <${address}>`;
}
