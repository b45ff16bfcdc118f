import { domainOf, parseMailbox } from '../kit/addresses.js';
import type { Answer } from '../kit/http-call.js';
import type { MailContent } from '../kit/mails.js';
import { BAD_ADDRESS, resendError } from './resend-errors.js';

/** One email as it comes in a request; nothing in it is to be trusted. */
export interface ResendEmail {
  from?: unknown;
  to?: unknown;
  cc?: unknown;
  bcc?: unknown;
  reply_to?: unknown;
  subject?: unknown;
  html?: unknown;
  text?: unknown;
  headers?: unknown;
  tags?: unknown;
  attachments?: unknown;
  scheduled_at?: unknown;
}

const MAX_TO = 50;
const TAG = /^[A-Za-z0-9_-]{1,256}$/;

export function addressesOf(email: ResendEmail): string[] {
  return [email.to, email.cc, email.bcc]
    .flatMap((field) => listOf(field))
    .map((address) => parseMailbox(address)?.email ?? String(address));
}

export function tagsOf(email: ResendEmail): Record<string, string> {
  const tags = Array.isArray(email.tags) ? (email.tags as { name?: unknown; value?: unknown }[]) : [];
  return Object.fromEntries(tags.map(({ name, value }) => [String(name), String(value)]));
}

/** What Resend finds wrong with an email, as the answer it gives when the email comes alone. */
export function problemOf(email: ResendEmail, inBatch: boolean): Answer | undefined {
  const invalid = (message: string) => resendError(422, 'validation_error', message);
  const missing = (['from', 'to', 'subject'] as const).find((field) => email[field] === undefined);
  if (missing) return resendError(422, 'missing_required_field', `Missing \`${missing}\` field.`);
  if (email.html === undefined && email.text === undefined) {
    return resendError(422, 'missing_required_field', 'Missing `html` or `text` field.');
  }
  const strings = [email.subject, email.html ?? '', email.text ?? ''];
  if (strings.some((field) => typeof field !== 'string'))
    return invalid('`subject`, `html` and `text` must be strings.');
  if (!parseMailbox(email.from)) return invalid(BAD_ADDRESS.replace('`to`', '`from`'));
  for (const field of ['to', 'cc', 'bcc', 'reply_to'] as const) {
    if (listOf(email[field]).some((one) => !parseMailbox(one)))
      return invalid(BAD_ADDRESS.replace('`to`', `\`${field}\``));
  }
  const to = listOf(email.to).length;
  if (to === 0 || to > MAX_TO) return invalid(`The \`to\` field must hold 1 to ${MAX_TO} addresses.`);
  if (!Object.values(headersOf(email)).every((value) => typeof value === 'string' && !/[\r\n]/.test(value))) {
    return invalid('Invalid `headers` field.');
  }
  if (!Object.entries(tagsOf(email)).every(([name, value]) => TAG.test(name) && TAG.test(value))) {
    return invalid('Tags should only contain ASCII letters, numbers, underscores, or dashes.');
  }
  const single = (['attachments', 'scheduled_at'] as const).find((field) => email[field] !== undefined);
  return inBatch && single
    ? invalid(`The \`${single}\` field is not supported in batch sending.`)
    : undefined;
}

export function senderDomain(email: ResendEmail): string {
  return domainOf(parseMailbox(email.from)?.email ?? '');
}

/** The mail of an email that has no problem. */
export function mailOf(email: ResendEmail): MailContent {
  const replyTo = listOf(email.reply_to).map(String).join(', ');
  const headers = Object.entries(headersOf(email)).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  return {
    from: String(email.from),
    to: addressesOf(email),
    subject: String(email.subject),
    html: email.html === undefined ? undefined : String(email.html),
    text: email.text === undefined ? undefined : String(email.text),
    headers: { ...(replyTo ? { 'reply-to': replyTo } : {}), ...Object.fromEntries(headers) },
    tags: tagsOf(email),
    attachments: attachmentsOf(email),
  };
}

function attachmentsOf(email: ResendEmail): MailContent['attachments'] {
  type Attachment = { filename?: string; content_type?: string; content?: string };
  const attachments = Array.isArray(email.attachments) ? (email.attachments as Attachment[]) : [];
  return attachments.map(({ filename = '', content_type = 'application/octet-stream', content = '' }) => ({
    filename,
    contentType: content_type,
    bytes: Buffer.from(content, 'base64').length,
  }));
}

function headersOf(email: ResendEmail): Record<string, unknown> {
  return typeof email.headers === 'object' && email.headers !== null ? { ...email.headers } : {};
}

function listOf(field: unknown): unknown[] {
  if (field === undefined || field === null) return [];
  return Array.isArray(field) ? (field as unknown[]) : [field];
}
