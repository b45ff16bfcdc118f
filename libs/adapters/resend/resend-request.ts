import type { Text } from '#domain/kernel/text.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import { formatMailbox, parseMailbox } from '#adapters/email-providers/mailbox.js';
import type { BodyBuffers } from '#adapters/http/body-buffers.js';
import { JsonBytes } from '#adapters/http/json-bytes.js';

/** Bytes of an email besides its contents: addresses, headers, tags and the names of it all. */
const ABOUT_AN_ENVELOPE = 1024;

const json = (text: string): Buffer => Buffer.from(text);
const OPEN = json('[');
const COMMA = json(',');
const CLOSE = json(']');
const FROM = json('{"from":');
const TO = json(',"to":[');
const TO_END = json(']');
const REPLY_TO = json(',"reply_to":');
const SUBJECT = json(',"subject":');
const HTML = json(',"html":');
const TEXT = json(',"text":');
const HEADERS = json(',"headers":');
const TAG = json(',"tags":[{"name":"posthorn_delivery","value":');
const END = json('}]}');

/** The JSON of one email. */
export function singleRequest(message: EmailMessage, buffers: BodyBuffers): Buffer {
  const out = new JsonBytes(buffers.take(sizeAbout(message)));
  addEmail(out, message, mailbox(message.from));
  return out.bytes();
}

/**
 * The JSON of a batch. The same call always has the same bytes, which is what Resend compares under an idempotency
 * key.
 */
export function batchRequest(messages: readonly EmailMessage[], buffers: BodyBuffers): Buffer {
  const [first] = messages;
  const out = new JsonBytes(buffers.take(first ? messages.length * sizeAbout(first) : 0));
  // Nearly always one sender for all.
  let from: string | undefined;
  let sender = '';
  messages.forEach((message, at) => {
    if (message.from !== from) sender = mailbox(message.from);
    from = message.from;
    out.add(at === 0 ? OPEN : COMMA);
    addEmail(out, message, sender);
  });
  out.add(CLOSE);
  return out.bytes();
}

function addEmail(out: JsonBytes, message: EmailMessage, sender: string): void {
  const { to, replyTo, subject, html, text, headers, deliveryId } = message;
  addNamed(out, FROM, sender);
  addNamed(out, TO, mailbox(to));
  out.add(TO_END);
  if (replyTo !== undefined) addNamed(out, REPLY_TO, mailbox(replyTo));
  addNamed(out, SUBJECT, subject);
  if (html !== undefined) addNamed(out, HTML, html);
  if (text !== undefined) addNamed(out, TEXT, text);
  out.add(HEADERS);
  out.addObject(headers);
  addNamed(out, TAG, deliveryId);
  out.add(END);
}

function addNamed(out: JsonBytes, name: Buffer, value: Text): void {
  out.add(name);
  out.addText(value);
}

function mailbox(text: string): string {
  return formatMailbox(parseMailbox(text));
}

/** Room for one like this, escapes included. */
function sizeAbout({ html, text }: EmailMessage): number {
  return ABOUT_AN_ENVELOPE + Math.ceil(((html?.length ?? 0) + (text?.length ?? 0)) * 1.25);
}
