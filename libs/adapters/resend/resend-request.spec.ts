import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aMessage } from '#ports/delivery/email-provider.contract.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import { batchRequest, singleRequest } from './resend-request.js';

/** The batch as it would be without any cleverness. */
function plainly(messages: readonly EmailMessage[]): string {
  return `[${messages.map(singleRequest).join()}]`;
}

describe('the JSON of a batch', () => {
  it('is that of its emails, one by one', () => {
    const messages = [aMessage(1), aMessage(2, { replyTo: 'Büro <desk@example.com>' }), aMessage(3)];
    expect(batchRequest(messages).toString()).toBe(plainly(messages));
  });

  it('keeps apart what emails have, and what they do not have', () => {
    const { html: _, ...plain } = aMessage(1);
    const { text: __, ...rich } = aMessage(2);
    expect(batchRequest([plain, rich]).toString()).toBe(plainly([plain, rich]));
    expect(JSON.parse(batchRequest([plain, rich]).toString())).toEqual([
      expect.not.objectContaining({ html: expect.anything() }),
      expect.not.objectContaining({ text: expect.anything() }),
    ]);
  });

  it('is the same for any texts, half characters and control characters included', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\ud83d', '\n\udc4b', '"\\\u0000', '', 'a\nb'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }), (contents) => {
        const messages = contents.map(([html, plain], n) =>
          aMessage(n, { html: `<p>\n${html}`, text: plain }),
        );
        expect(batchRequest(messages).toString()).toBe(plainly(messages));
      }),
    );
  });
});
