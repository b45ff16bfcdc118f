import { createHmac, createSecretKey } from 'node:crypto';
import Handlebars from 'handlebars';
import type { Person } from '../workload/people.js';
import { newsletter } from '../workload/newsletter.js';

/** A mail as Resend's API takes it. */
export interface PlainMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
}

const CAMPAIGN = 'cmp_01k8z5n3v7q2d9r4t6w8y0a1bc';
const WORKSPACE = 'wsp_01k8z5n3v7q2d9r4t6w8y0a1bd';
/** As a key object: made of bytes anew for every link it would cost as much as rendering the mail. */
const SECRET = createSecretKey(Buffer.alloc(32, 7));

const subject = Handlebars.compile(newsletter.subject, { noEscape: true });
const html = Handlebars.compile(newsletter.html);
const text = Handlebars.compile(newsletter.text, { noEscape: true });

/**
 * The mail that Posthorn makes of the same template and person, made by hand: compiled templates, a signed unsubscribe
 * link, the headers of one-click unsubscribe, a text part, an id to know it by. Nothing is checked and nothing kept.
 */
export function plainMail(person: Person, n: number): PlainMail {
  const unsubscribeUrl = unsubscribeLink(n);
  const variables = { ...newsletter.shared, ...person, unsubscribeUrl };
  return {
    from: newsletter.from,
    to: [person.email],
    subject: subject(variables),
    html: html(variables),
    text: text(variables),
    headers: {
      'List-Unsubscribe': `<${unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Feedback-ID': `${CAMPAIGN}:${WORKSPACE}:campaign:posthorn`,
    },
    tags: [
      {
        name: 'posthorn_delivery',
        value: `dlv_01k8z5n3v7q2d9r4t6w8y0a1bccmp${n.toString(32).padStart(7, '0')}`,
      },
    ],
  };
}

/** Campaign and recipient, 16 bytes each, and 16 bytes of a MAC over both. */
function unsubscribeLink(n: number): string {
  const token = Buffer.alloc(48, 0xa5);
  token.writeUInt32BE(n, 28);
  createHmac('sha256', SECRET).update(token.subarray(0, 32)).digest().copy(token, 32, 0, 16);
  return `http://127.0.0.1:30000/u/${token.toString('base64url')}`;
}
