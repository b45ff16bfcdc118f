import type { Page } from '#domain/kernel/page.js';
import type { CapturedMail, CapturedSummary } from '#ports/delivery/captured-mails.js';
import { Html, html } from '../docs/html.js';
import { mailPane, type MailPart } from './outbox-mail.js';
import { mailTitle } from './mail-title.js';
import { type OutboxPlace, outboxUrl } from './outbox-place.js';
import { OUTBOX_STYLE } from './outbox-style.js';
import { age } from './times.js';

export interface OutboxShown {
  readonly place: OutboxPlace;
  readonly page: Page<CapturedSummary>;
  /** The mail that is open, if any. */
  readonly mail: CapturedMail | undefined;
  readonly part: MailPart;
  /** Whether the reader opened that mail, or it is merely the first one. */
  readonly chosen: boolean;
  readonly now: number;
}

const ENVELOPE = html`<svg
  width="26"
  height="26"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="1.6"
  stroke-linecap="round"
  stroke-linejoin="round"
  aria-hidden="true"
>
  <rect x="2.5" y="5" width="19" height="14" rx="2.5" />
  <path d="m3 7.5 9 6 9-6" />
</svg>`;
const LARGE_ENVELOPE = new Html(ENVELOPE.text.replaceAll('"26"', '"56"').replace('1.6', '1.2'));

/** In one piece: its policy names it by the hash of what stands between the tags. */
const STYLE = new Html(`<style>${OUTBOX_STYLE}</style>`);

/** The list, and beside it (on a phone: behind it) the mail that is open. */
export function outboxPage(shown: OutboxShown): string {
  const { page, mail, place, chosen } = shown;
  if (page.data.length === 0 && !mail) return frame('Outbox', '', place, emptyState(place, page.next));
  const title = chosen && mail ? mailTitle(mail) : 'Outbox';
  const panes = html`<div class="panes">${listPane(shown)}${mail && mailPane(mail, shown.part, place)}</div>`;
  return frame(title, chosen ? 'split at-mail' : 'split at-list', place, panes);
}

/** A page that says one thing. */
export function outboxNotice(title: string, ...paragraphs: readonly Html[]): string {
  const told = paragraphs.map((one) => html`<p>${one}</p>`);
  return frame(
    title,
    '',
    {},
    html`<main class="empty">
      ${LARGE_ENVELOPE}
      <h1>${title}</h1>
      ${told}
    </main>`,
  );
}

function frame(title: string, kind: string, { to }: OutboxPlace, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Posthorn</title>
        <link rel="icon" href="data:," />
        ${STYLE}
      </head>
      <body class="${kind}">
        <div class="top">
          <a class="brand" href="/outbox"
            >${ENVELOPE}<span>Outbox <small>captured, not sent</small></span></a
          >
          <form class="search" action="/outbox" role="search">
            <input
              type="search"
              name="to"
              value="${to ?? ''}"
              maxlength="320"
              placeholder="Recipient’s address"
              aria-label="Search by the recipient’s address"
            /><button>Search</button>
          </form>
        </div>
        ${content}
      </body>
    </html>`.text;
}

function listPane({ place, page, mail, now }: OutboxShown): Html {
  const rows = page.data.map((one) => row(one, one.id === mail?.id, place, now));
  return html`<nav class="list" aria-label="Captured mails">
    ${told(place)}
    <ol>
      ${rows}
    </ol>
    ${pages(place, page.next)}
  </nav>`;
}

function row(
  { id, to, from, subject, beginning, at }: CapturedSummary,
  open: boolean,
  place: OutboxPlace,
  now: number,
): Html {
  const current = open ? new Html('id="open" aria-current="true"') : undefined;
  // The fragment brings the list back to where the reader was in it.
  return html`<li>
    <a class="row" href="${outboxUrl(`/outbox/${id}`, { ...place })}#open" ${current}>
      <span class="who">${to}</span
      ><time class="when" datetime="${new Date(at).toISOString()}">${age(at, now)}</time>
      <span class="what">${mailTitle({ subject, text: beginning })}</span
      ><span class="from">from ${from}</span></a
    >
  </li>`;
}

function told({ to }: OutboxPlace): Html | undefined {
  if (to === undefined) return undefined;
  return html`<div class="told">To an address with “${to}” in it. <a href="/outbox">Show all</a></div>`;
}

function pages({ to, after }: OutboxPlace, next: string | null): Html | undefined {
  if (next === null && after === undefined) return undefined;
  const newest =
    after === undefined
      ? html`<span></span>`
      : html`<a class="button" href="${outboxUrl('/outbox', { to })}">Newest</a>`;
  const older =
    next === null
      ? undefined
      : html`<a class="button" href="${outboxUrl('/outbox', { to, after: next })}">Older</a>`;
  return html`<div class="pages">${newest}${older}</div>`;
}

function emptyState({ to, after }: OutboxPlace, next: string | null): Html {
  if (next !== null) {
    return empty(
      'None so far',
      html`<p>None of the newest mails is to an address with “${to}” in it.</p>
        <p><a class="button" href="${outboxUrl('/outbox', { to, after: next })}">Look further back</a></p>`,
    );
  }
  if (to !== undefined) {
    return empty(
      'No such mail',
      html`<p>No captured mail went to an address with “${to}” in it.</p>
        <p><a class="button" href="/outbox">Show all</a></p>`,
    );
  }
  if (after !== undefined)
    return empty('No older mails', html`<p><a class="button" href="/outbox">Newest</a></p>`);
  return empty(
    'Nothing captured yet',
    html`<p>What is sent through the provider <code>capture</code> ends up here, and in nobody’s inbox.</p>
      <p>
        It is the provider unless <code>EMAIL_PROVIDERS</code> names others. Send a campaign, or a test mail
        by <code>POST /v1/templates/{id}/test-send</code>, and reload this page.
      </p>`,
  );
}

function empty(title: string, content: Html): Html {
  return html`<main class="empty">
    ${LARGE_ENVELOPE}
    <h1>${title}</h1>
    ${content}
  </main>`;
}
