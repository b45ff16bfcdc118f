import type { EmailMessage } from '#ports/delivery/email-provider.js';
import { parseMailbox } from '#adapters/email-providers/mailbox.js';
import {
  type SharedLines,
  shareLines,
  shareNothing,
  templateOf,
} from '#adapters/email-providers/shared-lines.js';

/** Bytes of keys and values that the substitutions of one personalization may have together. */
export const MAX_SUBSTITUTION_BYTES = 10_000;

/** Our own links and headers are final: SendGrid is to rewrite none and to add none, whatever the account is set to. */
const TRACKING_OFF = {
  click_tracking: { enable: false, enable_text: false },
  open_tracking: { enable: false },
  subscription_tracking: { enable: false },
};

/** One message, with its content as it is: nothing is substituted, so there is no limit to its size but SendGrid's. */
export function singleRequest(message: EmailMessage): string {
  return JSON.stringify({
    ...frameOf(message),
    personalizations: [personalizationOf(message)],
    content: contentOf(message.text, message.html),
  });
}

/**
 * Several messages: the lines they share are the content, every message's own lines are substituted. SendGrid replaces
 * a key wherever it stands, also in what it has just put in, so the keys are made from the call's own: no content
 * can know them.
 */
export function batchRequest(messages: readonly EmailMessage[], callKey: string): string {
  const [first] = messages;
  if (!first) throw new RangeError('A call has at least one message.');
  const { html, text, substitutions } = shareParts(messages, callKey);
  return JSON.stringify({
    ...frameOf(first),
    personalizations: messages.map((message, at) => ({
      ...personalizationOf(message),
      substitutions: substitutions[at],
    })),
    content: contentOf(text, html),
  });
}

type Shared = {
  html: string | undefined;
  text: string | undefined;
  substitutions: readonly Record<string, string>[];
};

function shareParts(messages: readonly EmailMessage[], callKey: string): Shared {
  const mark = `.${callKey}-`;
  const byLines = share(messages, mark, (texts) => shareLines(texts, (line) => line.includes(mark)));
  // A key for each of many short runs of lines can take more room than it saves.
  const tooLarge = byLines.substitutions.some((one) => bytesOf(one) > MAX_SUBSTITUTION_BYTES);
  return tooLarge ? share(messages, mark, shareNothing) : byLines;
}

function share(
  messages: readonly EmailMessage[],
  mark: string,
  shareTexts: (texts: readonly string[]) => SharedLines,
): Shared {
  const substitutions: Record<string, string>[] = messages.map(() => ({}));
  const part = (of: 'html' | 'text') => {
    if (messages[0]?.[of] === undefined) return undefined;
    const shared = shareTexts(messages.map((message) => message[of] ?? ''));
    const key = (n: number) => `-${of}${n}${mark}`;
    shared.own.forEach((lines, at) => {
      const values = substitutions[at];
      if (values) lines.forEach((line, n) => (values[key(n)] = line));
    });
    return templateOf(shared, key);
  };
  return { html: part('html'), text: part('text'), substitutions };
}

function frameOf({ from, replyTo }: EmailMessage): object {
  return {
    from: addressOf(from),
    ...(replyTo === undefined ? {} : { reply_to: addressOf(replyTo) }),
    tracking_settings: TRACKING_OFF,
  };
}

function personalizationOf({ to, subject, headers, deliveryId }: EmailMessage): object {
  return { to: [addressOf(to)], subject, headers, custom_args: { posthorn_delivery: deliveryId } };
}

/** In this order; SendGrid refuses the other one, and empty parts. */
function contentOf(text: string | undefined, html: string | undefined): object[] {
  return [
    ...(text ? [{ type: 'text/plain', value: text }] : []),
    ...(html ? [{ type: 'text/html', value: html }] : []),
  ];
}

function addressOf(text: string): { email: string; name?: string } {
  const { name, address } = parseMailbox(text);
  return name === '' ? { email: address } : { email: address, name };
}

function bytesOf(substitutions: Record<string, string>): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(substitutions))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes;
}
