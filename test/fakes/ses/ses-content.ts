import { isAscii, isEmail, parseMailbox } from '../kit/addresses.js';
import { readMime, type MailContent } from '../kit/mails.js';
import { badRequest } from './ses-errors.js';
import { pairsOf, type SesAttachment, type SesPair, type SesSendEmail } from './ses-wire.js';

const HEADER_NAME = /^[!-9;-~]{1,126}$/;
const HEADER_VALUE = /^[ -~]{1,995}$/;
const TAG = /^[A-Za-z0-9_-]{1,256}$/;

export function checkHeaders(headers: readonly SesPair[] | undefined): void {
  for (const { Name = '', Value = '' } of headers ?? []) {
    if (!HEADER_NAME.test(Name)) throw badRequest(`Invalid header name: ${JSON.stringify(Name)}`);
    if (!HEADER_VALUE.test(Value) || Name.length + Value.length > 996) {
      throw badRequest(`Invalid value for header ${Name}.`);
    }
  }
}

export function checkTags(tags: readonly SesPair[] | undefined): void {
  for (const { Name = '', Value = '' } of tags ?? []) {
    if (!TAG.test(Name) || !TAG.test(Value)) {
      throw badRequest(
        `Invalid tag ${JSON.stringify(Name)}: only alphanumeric ASCII characters, '_', and '-' are allowed.`,
      );
    }
  }
}

/** SES takes no UTF-8 before the @ and only Punycode after it. Says what is wrong, if anything. */
export function addressProblem(address: string): string | undefined {
  const email = parseMailbox(address)?.email;
  if (email === undefined) return address.includes('@') ? 'Illegal address' : "Missing final '@domain'";
  if (!isAscii(email.slice(0, email.lastIndexOf('@')))) return 'Local address contains control or whitespace';
  return isAscii(email) && isEmail(email) ? undefined : 'Domain contains illegal character';
}

export function parseData(json: string | undefined): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(json ?? '{}');
    if (typeof data === 'object' && data !== null && !Array.isArray(data))
      return data as Record<string, unknown>;
  } catch {
    // Falls through to the one answer for everything that is not a JSON object.
  }
  throw badRequest('Template data must be a JSON object.');
}

/** The mail of a Simple content, checked as SES checks it. */
export function simpleMail(request: SesSendEmail, to: string[]): MailContent {
  const { Subject, Body, Headers, Attachments } = request.Content?.Simple ?? {};
  if (Subject?.Data === undefined) throw badRequest("Missing required header 'Subject'.");
  if (Body?.Html?.Data === undefined && Body?.Text?.Data === undefined)
    throw badRequest('Missing message body.');
  checkHeaders(Headers);
  return {
    from: request.FromEmailAddress ?? '',
    to,
    subject: Subject.Data,
    html: Body.Html?.Data,
    text: Body.Text?.Data,
    headers: { ...replyTo(request.ReplyToAddresses), ...lowerCased(Headers) },
    tags: pairsOf(request.EmailTags),
    attachments: attachmentsOf(Attachments),
  };
}

export async function rawMail(request: SesSendEmail, to: string[]): Promise<MailContent> {
  const bytes = Buffer.from(request.Content?.Raw?.Data ?? '', 'base64');
  if (!bytes.includes('\r\n\r\n') && !bytes.includes('\n\n'))
    throw badRequest('Missing blank line after the header.');
  const mail = await readMime(bytes, to);
  return {
    ...mail,
    from: request.FromEmailAddress ?? mail.from,
    to: to.length > 0 ? to : addressesInHeaders(mail.headers),
    tags: pairsOf(request.EmailTags),
  };
}

export function lowerCased(headers: readonly SesPair[] | undefined): Record<string, string> {
  return Object.fromEntries((headers ?? []).map(({ Name = '', Value = '' }) => [Name.toLowerCase(), Value]));
}

export function replyTo(addresses: readonly string[] | undefined): Record<string, string> {
  return addresses?.length ? { 'reply-to': addresses.join(', ') } : {};
}

export function attachmentsOf(attachments: readonly SesAttachment[] | undefined): MailContent['attachments'] {
  return (attachments ?? []).map(
    ({ FileName = '', ContentType = 'application/octet-stream', RawContent = '' }) => ({
      filename: FileName,
      contentType: ContentType,
      bytes: Buffer.from(RawContent, 'base64').length,
    }),
  );
}

/** Without a Destination, SES sends a raw message to whom its headers name. */
function addressesInHeaders(headers: Record<string, string>): string[] {
  return [headers['to'], headers['cc'], headers['bcc']]
    .flatMap((value) => value?.split(',') ?? [])
    .flatMap((one) => parseMailbox(one)?.email ?? []);
}
