import { plainText, type Text } from '#domain/kernel/text.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import type { BodyBuffers } from '#adapters/http/body-buffers.js';
import { JsonBytes } from '#adapters/http/json-bytes.js';
import { parseMailbox } from '#adapters/email-providers/mailbox.js';
import {
  type SharedLines,
  shareNothing,
  addOwn,
  templateOf,
} from '#adapters/email-providers/shared-lines.js';
import { shareTexts } from '#adapters/email-providers/shared-texts.js';

/** Bytes of keys and values that the substitutions of one personalization may have together. */
export const MAX_SUBSTITUTION_BYTES = 10_000;

/** Our own links and headers are final: SendGrid is to rewrite none and to add none, whatever the account is set to. */
const TRACKING_OFF = {
  click_tracking: { enable: false, enable_text: false },
  open_tracking: { enable: false },
  subscription_tracking: { enable: false },
};

/** Of a batch, for each message. */
const ABOUT_A_PERSONALIZATION = 2048;

const json = (text: string): Buffer => Buffer.from(text);
const TO = json('{"to":');
const SUBJECT = json(',"subject":');
const HEADERS = json(',"headers":');
const TAG = json(',"custom_args":{"posthorn_delivery":');
const TAG_END = json('}');
const SUBSTITUTIONS = json(',"substitutions":');
const END = json('}');
const COMMA = json(',');

/** One message, with its content as it is: nothing is substituted, so there is no limit to its size but SendGrid's. */
export function singleRequest(message: EmailMessage, buffers: BodyBuffers): Buffer {
  const { html = '', text = '' } = message;
  const out = new JsonBytes(buffers.take(ABOUT_A_PERSONALIZATION + html.length + text.length));
  addBeginning(out, message);
  addPersonalization(out, message);
  out.add(END);
  addEnd(out, text, html);
  return out.bytes();
}

/**
 * Several messages: what they share is the content, what is every message's own is substituted. SendGrid replaces a
 * key wherever it stands, also in what it has just put in, so the keys are made from the call's own: no content can
 * know them.
 */
export function batchRequest(
  messages: readonly EmailMessage[],
  callKey: string,
  buffers: BodyBuffers,
): Buffer {
  const [first] = messages;
  if (!first) throw new RangeError('A call has at least one message.');
  const { html, text, substitutions } = shareParts(messages, callKey);
  const out = new JsonBytes(buffers.take((messages.length + 2) * ABOUT_A_PERSONALIZATION));
  addBeginning(out, first);
  messages.forEach((message, at) => {
    if (at > 0) out.add(COMMA);
    addPersonalization(out, message);
    out.add(SUBSTITUTIONS);
    out.addObject(substitutions[at] ?? {});
    out.add(END);
  });
  addEnd(out, text, html);
  return out.bytes();
}

interface Shared {
  readonly html: string;
  readonly text: string;
  readonly substitutions: readonly Record<string, string>[];
}

function shareParts(messages: readonly EmailMessage[], callKey: string): Shared {
  const mark = `.${callKey}-`;
  const shared = share(messages, mark, (texts) => shareTexts(texts, (text) => text.includes(mark)));
  // A key for each of many short values can take more room than it saves.
  const tooLarge = shared.substitutions.some((one) => bytesOf(one) > MAX_SUBSTITUTION_BYTES);
  return tooLarge ? share(messages, mark, (texts) => shareNothing(texts.map(plainText))) : shared;
}

function share(
  messages: readonly EmailMessage[],
  mark: string,
  takeApart: (texts: readonly Text[]) => SharedLines,
): Shared {
  const substitutions: Record<string, string>[] = messages.map(() => ({}));
  const part = (of: 'html' | 'text') => {
    if (messages[0]?.[of] === undefined) return '';
    const shared = takeApart(messages.map((message) => message[of] ?? ''));
    const keys = shared.pieces.map((_, n) => `-${of}${n}${mark}`);
    addOwn(substitutions, shared, keys);
    return templateOf(shared, keys);
  };
  return { html: part('html'), text: part('text'), substitutions };
}

function addBeginning(out: JsonBytes, { from, replyTo }: EmailMessage): void {
  const frame = {
    from: addressOf(from),
    ...(replyTo === undefined ? {} : { reply_to: addressOf(replyTo) }),
    tracking_settings: TRACKING_OFF,
  };
  out.addJson(`${JSON.stringify(frame).slice(0, -1)},"personalizations":[`);
}

function addPersonalization(out: JsonBytes, { to, subject, headers, deliveryId }: EmailMessage): void {
  out.add(TO);
  out.addJson(JSON.stringify([addressOf(to)]));
  out.add(SUBJECT);
  out.addText(subject);
  out.add(HEADERS);
  out.addObject(headers);
  out.add(TAG);
  out.addText(deliveryId);
  out.add(TAG_END);
}

/** In this order; SendGrid refuses the other one, and empty parts. */
function addEnd(out: JsonBytes, text: Text, html: Text): void {
  const parts = Object.entries({ 'text/plain': text, 'text/html': html }).filter(
    ([, { length }]) => length > 0,
  );
  out.addJson('],"content":[');
  parts.forEach(([type, value], at) => {
    if (at > 0) out.add(COMMA);
    out.addObject({ type, value });
  });
  out.addJson(']}');
}

function addressOf(text: string): { email: string; name?: string } {
  const { name, address } = parseMailbox(text);
  return name === '' ? { email: address } : { email: address, name };
}

/** An upper bound, unless the bound is over the limit: n units of UTF-16 are n to 3n bytes of UTF-8. */
function bytesOf(substitutions: Record<string, string>): number {
  let units = 0;
  for (const key in substitutions) units += key.length + (substitutions[key] ?? '').length;
  if (units * 3 <= MAX_SUBSTITUTION_BYTES) return units * 3;
  return Object.entries(substitutions)
    .flat()
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
