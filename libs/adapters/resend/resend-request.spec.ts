import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { plainText, type Text } from '#domain/kernel/text.js';
import { formatMailbox, parseMailbox } from '#adapters/email-providers/mailbox.js';
import { BodyBuffers } from '#adapters/http/body-buffers.js';
import { aMessage } from '#ports/delivery/email-provider.contract.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import { batchRequest, singleRequest } from './resend-request.js';

/** One email as it would be without any cleverness. */
function plainly({ from, to, replyTo, subject, html, text, headers, deliveryId }: EmailMessage): string {
  const mailbox = (one: string) => formatMailbox(parseMailbox(one));
  return JSON.stringify({
    from: mailbox(from),
    to: [mailbox(to)],
    reply_to: replyTo && mailbox(replyTo),
    subject,
    html: html && plainText(html),
    text: text && plainText(text),
    headers,
    tags: [{ name: 'posthorn_delivery', value: deliveryId }],
  });
}

function batchPlainly(messages: readonly EmailMessage[]): string {
  return `[${messages.map(plainly).join()}]`;
}

const buffers = new BodyBuffers(1);
/** In a buffer that holds what other bodies have left there. */
const batch = (messages: readonly EmailMessage[]): string => {
  const body = batchRequest(messages, buffers);
  const json = body.toString();
  buffers.giveBack(body);
  return json;
};

const string = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('\n', '"\\\u0000', '', 'a\nb', 'Łukasz', '漢', '👋', 'https://example.com/u/'.repeat(3)),
);
const inPieces = fc
  .tuple(
    fc.array(string, { minLength: 1, maxLength: 3 }),
    fc.array(fc.oneof(string, fc.nat(2)), { maxLength: 6 }),
  )
  .map(([fixed, parts]): Text => {
    const sequence = parts.map((part) => (typeof part === 'number' ? part % fixed.length : part));
    const text = { fixed, sequence, length: 0 };
    return { ...text, length: plainText(text).length };
  });

describe('the JSON of an email', () => {
  it('has a reply-to, headers, html and text only if the email has them', () => {
    const { html: _, text: __, ...bare } = aMessage(1, { headers: {} });
    for (const message of [aMessage(1), aMessage(2, { replyTo: 'Büro <desk@example.com>' }), bare])
      expect(singleRequest(message, buffers).toString()).toBe(plainly(message));
  });
});

describe('the JSON of a batch', () => {
  it('is that of its emails, one by one', () => {
    const messages = [aMessage(1), aMessage(2, { replyTo: 'Büro <desk@example.com>' }), aMessage(3)];
    expect(batch(messages)).toBe(batchPlainly(messages));
  });

  it('gives every email its own sender', () => {
    const senders = ['Jörg <a@example.com>', 'b@example.com', 'b@example.com', 'Jörg <a@example.com>'];
    const messages = senders.map((from, n) => aMessage(n, { from }));
    expect(batch(messages)).toBe(batchPlainly(messages));
  });

  it('keeps apart what emails have, and what they do not have', () => {
    const { html: _, ...plain } = aMessage(1);
    const { text: __, ...rich } = aMessage(2);
    expect(batch([plain, rich])).toBe(batchPlainly([plain, rich]));
  });

  it('is the same for any texts, whole or in pieces, the first time and again', () => {
    const content = fc.tuple(fc.oneof(string, inPieces), fc.oneof(string, inPieces), string);
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 4 }), (contents) => {
        const messages = contents.map(([html, text, subject], n) => ({
          ...aMessage(n),
          html,
          text,
          subject,
        }));
        const json = batch(messages);
        expect(json).toBe(batchPlainly(messages));
        expect(batch(messages)).toBe(json);
      }),
    );
  });

  it('says the same for half characters too, wherever the pieces end', () => {
    const half = fc.constantFrom('\ud83d', '\udc4b', 'x', '\n');
    fc.assert(
      fc.property(fc.array(half, { minLength: 1, maxLength: 4 }), fc.array(half), (fixed, own) => {
        const sequence = [...own, ...fixed.keys(), ...own];
        const html = { fixed, sequence, length: sequence.length };
        const messages = [{ ...aMessage(1), html }, aMessage(2, { html: plainText(html) })];
        const emails = JSON.parse(batch(messages)) as { html: string }[];
        expect(emails.map((email) => email.html)).toEqual([plainText(html), plainText(html)]);
      }),
    );
  });
});
