import type { Answer, Listed, ListedChat } from '../frames.js';
import { dropped } from './link.js';
import { listed } from './reading.js';
import { isPassing } from './refusals.js';
import { ask, type ChatState, type Listing, type Moment, NOTHING, type Step, tell } from './state.js';

/** Conversations that one follows without having asked for them by name. */
const MOST_LISTED = 1_000;

/** If it is refused we know of no others than before. */
export function gotList(state: ChatState, before: Listing, answer: Answer, { now }: Moment): Step {
  if (!answer.ok && isPassing(answer.error)) {
    // The one thing to be had only on a connection that is new.
    return dropped(state, { kind: 'reconnect', code: answer.error.code }, { now, random: 1 });
  }
  if (!answer.ok) return { state, effects: NOTHING };
  const page = answer.data as unknown as Listed;
  const { state: after, effects } = listed(state, page, now);
  const listing = withPage(before, page.chats ?? []);
  const isNew = (page.chats ?? []).some(({ id }) => !state.subscriptions.has(id));
  const next = nextPage(listing, isNew, page.next ?? undefined);
  const asked: Step = next
    ? ask(after, { kind: 'list', at: now, listing: next.listing }, 'resume', next.from)
    : { state: after, effects: NOTHING };
  return {
    state: asked.state,
    effects: [
      ...effects,
      ...(page.chats ? [tell('chats', listing.chats as never)] : []),
      ...(page.presence ?? []).map((one) => tell('presence', one)),
      ...asked.effects,
    ],
  };
}

function withPage({ pass, pages, chats }: Listing, page: readonly ListedChat[]): Listing {
  const ids = new Set(page.map(({ id }) => id));
  const others = chats.filter(({ id }) => !ids.has(id));
  return { pass, pages: pages + 1, chats: pass === 1 ? [...others, ...page] : [...page, ...others] };
}

/** What had moved while the pages of the first pass were read is on the first pages of the next, before what had not. */
function nextPage(
  listing: Listing,
  isNew: boolean,
  after: string | undefined,
): { readonly listing: Listing; readonly from: object } | undefined {
  const { pass, pages, chats } = listing;
  const goesOn = pass === 1 ? chats.length < MOST_LISTED : isNew;
  if (after !== undefined && goesOn) return { listing, from: { after } };
  return pages > 1 ? { listing: { pass: pass + 1, pages: 0, chats }, from: {} } : undefined;
}
