import type { CapturedMail } from '#ports/delivery/captured-mails.js';
import { Html, html } from '../docs/html.js';
import { linked } from './linked.js';
import { mailTitle } from './mail-title.js';
import { type OutboxPlace, outboxUrl } from './outbox-place.js';
import { moment } from './times.js';

export const mailParts = ['html', 'text', 'headers'] as const;
/** What of a mail is shown. */
export type MailPart = (typeof mailParts)[number];

const NAMES: Readonly<Record<MailPart, string>> = { html: 'HTML', text: 'Text', headers: 'Headers' };

/** The part to show: the one asked for if the mail has it, else the first that it has. */
export function partOf(mail: CapturedMail, asked: MailPart | undefined): MailPart {
  const has = partsOf(mail);
  return asked !== undefined && has.includes(asked) ? asked : (has[0] ?? 'headers');
}

function partsOf(mail: CapturedMail): MailPart[] {
  return mailParts.filter((part) => part === 'headers' || mail[part] !== undefined);
}

export function mailPane(mail: CapturedMail, shown: MailPart, place: OutboxPlace): Html {
  const path = `/outbox/${mail.id}`;
  const tabs = partsOf(mail).map((part) => {
    const current = part === shown ? new Html(' aria-current="true"') : undefined;
    return html`<a href="${outboxUrl(path, { ...place, part })}#open" ${current}>${NAMES[part]}</a>`;
  });
  const alone =
    shown === 'html'
      ? html`<span class="hint">Links work in the text part</span
          ><a href="${path}/html" target="_blank">Open alone ↗</a>`
      : undefined;
  return html`<main class="mail">
    <header>
      <a class="back" href="${outboxUrl('/outbox', { ...place })}">← All mails</a>
      <h1>${mailTitle(mail)}</h1>
      <dl class="facts">
        <dt>To</dt>
        <dd>${mail.to}</dd>
        <dt>From</dt>
        <dd>${mail.from}</dd>
        <dt>Date</dt>
        <dd><time datetime="${new Date(mail.at).toISOString()}">${moment(mail.at)}</time></dd>
      </dl>
    </header>
    <nav class="tabs" aria-label="Parts of the mail">${tabs}${alone}</nav>
    <div class="part">${shownPart(mail, shown)}</div>
  </main>`;
}

function shownPart(mail: CapturedMail, part: MailPart): Html {
  switch (part) {
    case 'html':
      // No allow-… at all: nothing in it runs, opens, submits or reaches this page. Lazy: on a phone it stays behind the
      // list, and pictures that nobody sees would be counted as opens.
      return html`<iframe
        sandbox=""
        loading="lazy"
        src="/outbox/${mail.id}/html"
        title="The mail as it is read"
        referrerpolicy="no-referrer"
      ></iframe>`;
    case 'text':
      return html`<pre>${linked(mail.text ?? '')}</pre>`;
    case 'headers':
      return headerPart(mail);
  }
}

function headerPart(mail: CapturedMail): Html {
  const headers = headersOf(mail);
  const rows = headers.map(
    ([name, value]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${linked(value)}</td>
      </tr>`,
  );
  const raw = headers.map(([name, value]) => `${name}: ${value}`).join('\n');
  return html`<table class="heads">
      <tbody>
        ${rows}
      </tbody>
    </table>
    <h2>Raw headers</h2>
    <pre class="raw">${raw}</pre>`;
}

/** As they were handed to the provider, who would encode and fold them for the wire. */
function headersOf(mail: CapturedMail): [name: string, value: string][] {
  const { from, to, replyTo, subject, at, headers, deliveryId } = mail;
  return [
    ['From', from],
    ['To', to],
    ...(replyTo === undefined ? [] : [['Reply-To', replyTo] satisfies [string, string]]),
    ['Subject', subject],
    // RFC 5322 writes the offset in figures.
    ['Date', new Date(at).toUTCString().replace('GMT', '+0000')],
    ...Object.entries(headers),
    ['X-Posthorn-Delivery', deliveryId],
  ];
}
