import type { OfferedMailings } from '#domain/campaign/application/choose-mailings.js';
import type { OfferedType } from '#domain/communication/application/choose-notifications.js';
import { type Html, html } from '../docs/html.js';
import { CROSS, ENVELOPE, page } from '../unsubscribe/unsubscribe-page.js';
import { CATEGORY, categoryValue, listTick, MAILINGS, typeTick, WAS } from './preferences-form.js';
import { STYLE } from './preferences-style.js';

/** What somebody may see and change. */
export interface Shown {
  /** The address that mailings go to; undefined if there is none. */
  readonly address: string | undefined;
  readonly mailings: OfferedMailings | undefined;
  readonly types: readonly OfferedType[];
}

const CHANNELS: Readonly<Record<string, string>> = {
  email: 'E-mail',
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  push: 'Push',
  inbox: 'In the app',
};
/** Words that are written in capitals. */
const ACRONYMS = new Set(['mfa', 'otp', 'sms', 'vat', 'id', 'pin']);

/**
 * A form without a script: a tick for everything there is to choose, and one button that keeps them all. It stands first as
 * well, unseen: the first button of a form is what Enter presses, and that must not be one that turns a category off.
 */
export function preferencesPage(shown: Shown, saved: boolean): string {
  const { address, mailings, types } = shown;
  const free = types.filter(({ mandatory }) => !mandatory);
  const fixed = types.filter(({ mandatory }) => mandatory);
  const form = html`${saved ? html`<p class="saved" role="status">Your choices are saved.</p>` : ''}
    <form method="post">
      <button class="default" aria-hidden="true" tabindex="-1">Save</button>
      <input type="hidden" name="${WAS}" value="${ticked(shown).join(' ')}" />
      ${mailings ? mailingsSection(mailings) : ''}
      ${[...Map.groupBy(free, ({ category }) => category)].map(([name, group]) => categorySection(name, group))}
      ${fixed.length > 0 ? fixedSection(fixed) : ''}
      <div class="end"><button>Save</button></div>
    </form>`;
  return page({
    title: 'Your preferences',
    heading: 'What do you want to hear?',
    picture: ENVELOPE,
    paragraphs: [
      html`Untick what you do not want, and
      save.${address === undefined ? '' : html` Mails go to <b>${masked(address)}</b>.`}`.text,
    ],
    form: form.text,
    style: STYLE,
  });
}

/** The names of all ticks that the page shows as set. */
function ticked({ mailings, types }: Shown): string[] {
  const lists = (mailings?.lists ?? []).filter(({ state }) => state === 'joined');
  return [
    ...(mailings?.state === 'open' ? [MAILINGS] : []),
    ...(mailings?.state === 'blocked' ? [] : lists.map(({ listId }) => listTick(listId))),
    ...types
      .filter(({ mandatory }) => !mandatory)
      .flatMap(({ type, channels }) =>
        channels.filter(({ wanted }) => wanted).map(({ name }) => typeTick(type, name)),
      ),
  ];
}

function mailingsSection({ state, lists }: OfferedMailings): Html {
  const isBlocked = state === 'blocked';
  const note =
    state === 'left'
      ? 'You have unsubscribed: tick this to come back.'
      : 'Without this tick you get none of them, whatever stands below.';
  const blocked = html`<p>
    Mail to your address came back, or was reported as spam. None is sent any more; answer one of our mails to
    change that.
  </p>`;
  const rows = lists.map(
    ({ listId, name, state: its }) =>
      html`<label class="wide under"
        >${tick(listTick(listId), its === 'joined', isBlocked)}<span>${name}</span></label
      >`,
  );
  return html`<section>
    <header><h2>Mailings</h2></header>
    ${isBlocked ? blocked : ''}
    <label class="wide"
      >${tick(MAILINGS, state === 'open', isBlocked)}<span
        ><strong>Mailings from this sender</strong><small>${isBlocked ? '' : note}</small></span
      ></label
    >${rows}
  </section>`;
}

function categorySection(category: string, types: readonly OfferedType[]): Html {
  const anyWanted = types.some(({ channels }) => channels.some(({ wanted }) => wanted));
  const value = categoryValue(category, !anyWanted);
  return html`<section>
    <header>
      <h2>${inWords(category)}</h2>
      <button class="all" name="${CATEGORY}" value="${value}">
        ${anyWanted ? 'Turn all off' : 'Turn all on'}
      </button>
    </header>
    ${types.map((type) => typeRow(type))}
  </section>`;
}

function fixedSection(types: readonly OfferedType[]): Html {
  return html`<section>
    <header><h2>Always sent</h2></header>
    <p>You need these: they cannot be turned off.</p>
    ${types.map((type) => typeRow(type))}
  </section>`;
}

function typeRow({ type, description, mandatory, channels }: OfferedType): Html {
  const title = inWords(type);
  const ways = channels.map(
    ({ name, wanted }) =>
      html`<label>${tick(typeTick(type, name), wanted, mandatory)}${CHANNELS[name] ?? inWords(name)}</label>`,
  );
  return html`<div class="row" role="group" aria-label="${title}">
    <div>
      <strong>${title}</strong>${description === undefined ? '' : html`<small>${description}</small>`}
    </div>
    <div class="ways">${ways}</div>
  </div>`;
}

function tick(name: string, isSet: boolean, isFixed: boolean): Html {
  return html`<input
    type="checkbox"
    name="${name}"
    ${isSet ? ' checked' : ''}${isFixed ? ' disabled' : ''}
  />`;
}

/** `order_shipped` -> `Order shipped` */
function inWords(name: string): string {
  const words = name.split(/[_.-]+/).map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word));
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The link may be forwarded with the mail: enough of the address to know one's own. */
function masked(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 1 ? '…' : `${address.slice(0, Math.min(2, at - 1) || 1)}…${address.slice(at)}`;
}

/** The token is not one of ours. */
export const brokenPage = page({
  title: 'This link does not work',
  heading: 'This link does not work',
  picture: CROSS,
  paragraphs: ['It is not complete, or it was changed on its way.', 'Open it from the message again.'],
});

/** It was, but whoever it was made for is not known any more. */
export const nobodyPage = page({
  title: 'Nothing to choose',
  heading: 'There is nothing to choose here',
  picture: ENVELOPE,
  paragraphs: ['We know nothing of you, or nothing any more.'],
});

export const previewPage = page({
  title: 'A link of a test message',
  heading: 'This was a test message',
  picture: ENVELOPE,
  paragraphs: ['Everybody gets a link of their own here. This one belongs to nobody and does nothing.'],
});

/** The form was not ours, or not all of it arrived. */
export const badFormPage = page({
  title: 'That did not work',
  heading: 'That did not work',
  picture: CROSS,
  paragraphs: ['What you sent did not arrive as a whole, and nothing was changed.', 'Open the link again.'],
});

/** The fault is the server's, and passing. */
export const laterPage = page({
  title: 'Please try again',
  heading: 'That did not work',
  picture: CROSS,
  paragraphs: [
    'The fault is on our side, and your choices are not saved yet. Go back and save them again in a few minutes.',
  ],
});
