import { isEmail } from '../kit/addresses.js';
import type { MailContent } from '../kit/mails.js';
import { badAddress, problem, type SendGridProblem } from './sendgrid-errors.js';

interface Address {
  email?: string;
  name?: string;
}

export interface Personalization {
  to?: Address[];
  cc?: Address[];
  bcc?: Address[];
  subject?: string;
  headers?: Record<string, string>;
  substitutions?: Record<string, string>;
  custom_args?: Record<string, string>;
}

export interface MailSend {
  personalizations?: Personalization[];
  from?: Address;
  reply_to?: Address;
  subject?: string;
  content?: { type?: string; value?: string }[];
  headers?: Record<string, string>;
  custom_args?: Record<string, string>;
  attachments?: { filename?: string; type?: string; content?: string }[];
  template_id?: string;
  mail_settings?: { sandbox_mode?: { enable?: boolean } };
}

const MAX_PERSONALIZATIONS = 1000;
const MAX_RECIPIENTS = 1000;
const MAX_BYTES = 10_000;
const RESERVED_HEADERS =
  /^(x-sg-id|x-sg-eid|received|dkim-signature|content-type|content-transfer-encoding|to|from|subject|reply-to|cc|bcc)$/i;

export function addressesOf({ to = [], cc = [], bcc = [] }: Personalization): string[] {
  return [...to, ...cc, ...bcc].map(({ email }) => String(email));
}

/** Everything SendGrid finds wrong. Any one problem refuses the whole call, good recipients included. */
export function problemsOf(send: MailSend): SendGridProblem[] {
  const personalizations = Array.isArray(send.personalizations) ? send.personalizations : [];
  return [
    ...envelopeProblems(personalizations),
    ...contentProblems(send),
    ...personalizations.flatMap((one, n) => oneProblems(send, one, n)),
  ];
}

function envelopeProblems(personalizations: Personalization[]): SendGridProblem[] {
  const count = personalizations.length;
  if (count === 0) return [problem('personalizations', 'You must have at least one personalization.')];
  if (count > MAX_PERSONALIZATIONS) {
    const words = `The personalization block is limited to ${MAX_PERSONALIZATIONS} personalizations per API request. You have provided ${count} personalizations.`;
    return [problem('personalizations', words)];
  }
  const total = personalizations.reduce((sum, one) => sum + addressesOf(one).length, 0);
  if (total <= MAX_RECIPIENTS) return [];
  return [
    problem(
      'personalizations',
      `There is a limit of ${MAX_RECIPIENTS} total recipients (to + cc + bcc) per request.`,
    ),
  ];
}

function contentProblems({ from, content, headers, template_id: templateId }: MailSend): SendGridProblem[] {
  const problems: SendGridProblem[] = [];
  if (!from?.email)
    problems.push(problem('from.email', 'The from object must be provided for every email send.'));
  else if (!isEmail(from.email)) problems.push(problem('from.email', 'Does not contain a valid address.'));
  if (!content?.length && !templateId) {
    problems.push(
      problem('content', 'Unless a valid template_id is provided, the content parameter is required.'),
    );
  }
  content?.forEach(({ type, value }, index) => {
    if (!type) problems.push(problem(`content.${index}.type`, 'The content type is required.'));
    if (!value)
      problems.push(
        problem(
          `content.${index}.value`,
          'The content value must be a string at least one character in length.',
        ),
      );
  });
  const plain = content?.findIndex(({ type }) => type === 'text/plain') ?? -1;
  if (plain > 0)
    problems.push(
      problem('content', 'If present, text/plain and text/html may only be provided in that order.'),
    );
  return [...problems, ...headerProblems(headers, 'headers')];
}

function oneProblems(send: MailSend, one: Personalization, n: number): SendGridProblem[] {
  const at = `personalizations.${n}`;
  const problems: SendGridProblem[] = headerProblems(one.headers, `${at}.headers`);
  if (!one.to?.length)
    problems.push(problem(`${at}.to`, 'The to array is required for all personalization objects.'));
  one.to?.forEach(({ email }, index) => {
    if (typeof email !== 'string' || !isEmail(email)) problems.push(badAddress(n, index));
  });
  const addresses = addressesOf(one).map((email) => email.toLowerCase());
  const twice = addresses.find((email, index) => addresses.indexOf(email) !== index);
  if (twice) {
    const words = `Each unique email address in the personalizations array should only be included once. You have included [${twice}] more than once.`;
    problems.push(problem(`${at}.to`, words));
  }
  if (!(one.subject ?? send.subject)) {
    problems.push(
      problem(
        'subject',
        'The subject is required. You can get around this requirement if you use a template with a subject defined.',
      ),
    );
  }
  if (bytesOf(one.substitutions) > MAX_BYTES) {
    problems.push(
      problem(
        `${at}.substitutions`,
        `The total size of the substitutions must not exceed ${MAX_BYTES} bytes.`,
      ),
    );
  }
  if (bytesOf({ ...send.custom_args, ...one.custom_args }) > MAX_BYTES) {
    problems.push(
      problem(
        `${at}.custom_args`,
        `The total size of the custom arguments must not exceed ${MAX_BYTES} bytes.`,
      ),
    );
  }
  return problems;
}

function headerProblems(headers: Record<string, string> | undefined, field: string): SendGridProblem[] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) => {
    if (RESERVED_HEADERS.test(name))
      return [problem(`${field}.${name}`, `The header ${name} is reserved and cannot be set.`)];
    const clean = typeof value === 'string' && !/[\r\n]/.test(value);
    return clean ? [] : [problem(`${field}.${name}`, 'Header values must be strings on one line.')];
  });
}

/** The size SendGrid holds against the limit: keys and values together. */
function bytesOf(values: Record<string, string> | undefined): number {
  return Object.entries(values ?? {}).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0,
  );
}

/** One personalization's mail, with its substitutions made in subject and content. */
export function mailOf(send: MailSend, one: Personalization): MailContent {
  const substitute = substitution(one.substitutions ?? {});
  const part = (wanted: string) => {
    const value = send.content?.find(({ type }) => type === wanted)?.value;
    return value === undefined ? undefined : substitute(value);
  };
  const headers = Object.entries({ ...send.headers, ...one.headers }).map(([name, value]) => [
    name.toLowerCase(),
    value,
  ]);
  const replyTo = send.reply_to ? { 'reply-to': nameAddress(send.reply_to) } : {};
  return {
    from: nameAddress(send.from ?? {}),
    to: addressesOf(one),
    subject: substitute(one.subject ?? send.subject ?? ''),
    html: part('text/html'),
    text: part('text/plain'),
    headers: { ...replyTo, ...Object.fromEntries(headers) },
    tags: { ...send.custom_args, ...one.custom_args },
    attachments: (send.attachments ?? []).map(
      ({ filename = '', type = 'application/octet-stream', content = '' }) => ({
        filename,
        contentType: type,
        bytes: Buffer.from(content, 'base64').length,
      }),
    ),
  };
}

/** Replaces every key by its value, in one pass: a value that looks like a key stays as it is. */
function substitution(substitutions: Record<string, string>): (text: string) => string {
  const keys = Object.keys(substitutions)
    .filter(Boolean)
    .sort((a, b) => b.length - a.length);
  if (keys.length === 0) return (text) => text;
  const pattern = new RegExp(keys.map((key) => key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replace(pattern, (key) => substitutions[key] ?? key);
}

function nameAddress({ name, email = '' }: Address): string {
  return name ? `${name} <${email}>` : email;
}
