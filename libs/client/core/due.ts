import type { Position } from '../frames.js';
import { hasHole } from './following.js';
import { DIAL_MS, dropped } from './link.js';
import { sendable } from './outbox.js';
import {
  ask,
  type ChatState,
  type Effect,
  idOf,
  type Mark,
  type Moment,
  placeOf,
  type Step,
  type Subscription,
  tell,
  withEntry,
} from './state.js';

/** A request without an answer for so long means that nobody is at the other end. */
export const ANSWER_MS = 15_000;
/** Conversations asked for in one frame: some 20 KB, of the 32 KB that API Gateway takes in one. */
const MOST_RESUMED = 300;
const MARKS: readonly Mark[] = ['read', 'delivered'];
/**
 * Of each conversation the first mark leaves at once, the next one so much later with all that has come meanwhile: everybody in it
 * hears of each. One who reads is told of at once, because their other devices show what is unread.
 */
const MARKS_APART_MS: Readonly<Record<Mark, number>> = { delivered: 1000, read: 0 };

/** What follows of the state alone: it is looked at after each input, so no input has to think of it. */
export function due(state: ChatState, moment: Moment): Step {
  const { link } = state;
  const { now } = moment;
  if (link.kind === 'waiting' && link.until <= now)
    return {
      state: { ...state, link: { kind: 'dialling', attempt: link.attempt, since: now } },
      effects: [tell('link', { status: 'connecting' }), { kind: 'dial' }],
    };
  if (link.kind === 'dialling' && link.since + DIAL_MS <= now)
    return dropped(state, { kind: 'reconnect', code: 'dial_timeout' }, moment);
  if (link.kind !== 'up') return { state, effects: [] };
  if (firstAsked(state) + ANSWER_MS <= now)
    return dropped(state, { kind: 'reconnect', code: 'answer_timeout' }, moment);
  return [withResumes, withSends, withMarks, withToken, withCaughtUp].reduce<Step>(
    (step, next) => {
      const { state: after, effects } = next(step.state, moment);
      return { state: after, effects: [...step.effects, ...effects] };
    },
    { state, effects: [] },
  );
}

/** When something is due that no input will bring; Infinity if nothing is. */
export function nextWake(state: ChatState): number {
  const { link } = state;
  if (link.kind === 'stopped') return Infinity;
  if (link.kind === 'waiting') return link.until;
  if (link.kind === 'dialling') return link.since + DIAL_MS;
  let wake = Math.min(link.renewAt, firstAsked(state) + ANSWER_MS);
  const busy = resuming(state);
  const marking = marksAsked(state);
  for (const [id, one] of state.subscriptions) {
    if (!busy.has(id) && !isListing(state)) wake = Math.min(wake, one.askAt);
    for (const mark of MARKS)
      if (isUntold(one, mark) && !marking.has(`${mark} ${id}`))
        wake = Math.min(wake, one.marksNotBefore[mark]);
  }
  for (const { notBefore } of state.outbox) if (notBefore > 0) wake = Math.min(wake, notBefore);
  return wake;
}

function firstAsked({ asked }: ChatState): number {
  for (const { at } of asked.values()) return at; // they are in order
  return Infinity;
}

function resuming({ asked }: ChatState): Set<string> {
  return new Set([...asked.values()].flatMap((one) => (one.kind === 'resume' ? one.ids : [])));
}

function isListing({ asked }: ChatState): boolean {
  for (const { kind } of asked.values()) if (kind === 'list') return true;
  return false;
}

function withResumes(state: ChatState, { now }: Moment): Step {
  // What conversations there are comes first: asking that, the server goes on from the end of each.
  if (isListing(state)) return { state, effects: [] };
  const busy = resuming(state);
  const wanted: [string, Position][] = [];
  const subscriptions = new Map(state.subscriptions);
  for (const [id, one] of state.subscriptions) {
    if (one.askAt > now || busy.has(id)) continue;
    if (one.mustAsk || hasHole(one.following)) wanted.push([id, one.following.position]);
    subscriptions.set(id, { ...one, askAt: Infinity });
  }
  let step: Step = { state: { ...state, subscriptions }, effects: [] };
  for (let from = 0; from < wanted.length; from += MOST_RESUMED) {
    const some = wanted.slice(from, from + MOST_RESUMED);
    const what = { kind: 'resume', at: now, ids: some.map(([id]) => id) } as const;
    step = joined(step, ask(step.state, what, 'resume', { conversations: Object.fromEntries(some) }));
  }
  return step;
}

function withSends(state: ChatState, moment: Moment): Step {
  return sendable(state, moment).reduce<Step>(
    (step, unsent) => {
      const conversationId = placeOf(unsent);
      const what = { kind: 'send', at: moment.now, conversationId, id: idOf(unsent) } as const;
      const { action, ...data } = unsent.change ?? { action: 'message.send', ...unsent.message };
      return joined(step, ask(step.state, what, action, data));
    },
    { state, effects: [] },
  );
}

/** One on the way for each mark: in a long replay the next one tells of all that has come meanwhile. */
function withMarks(state: ChatState, { now }: Moment): Step {
  const busy = marksAsked(state);
  let step: Step = { state, effects: [] };
  for (const [conversationId, one] of state.subscriptions)
    for (const mark of MARKS)
      if (isUntold(one, mark) && one.marksNotBefore[mark] <= now && !busy.has(`${mark} ${conversationId}`))
        step = joined(step, withMark(step.state, conversationId, mark, now));
  return step;
}

function marksAsked({ asked }: ChatState): Set<string> {
  const busy = new Set<string>();
  for (const one of asked.values()) if (one.kind === 'mark') busy.add(`${one.mark} ${one.conversationId}`);
  return busy;
}

/** Who is told that something was read takes it as delivered. */
function isUntold({ delivered, read }: Subscription, mark: Mark): boolean {
  if (mark === 'read') return read.at > read.told;
  return delivered.at > delivered.told && !(read.at > read.told && read.at >= delivered.at);
}

function withMark(state: ChatState, conversationId: string, mark: Mark, now: number): Step {
  const one = state.subscriptions.get(conversationId);
  if (!one) return { state, effects: [] };
  const { at: seq } = one[mark];
  const marksNotBefore = { ...one.marksNotBefore, [mark]: now + MARKS_APART_MS[mark] };
  const subscriptions = withEntry(state.subscriptions, conversationId, { ...one, marksNotBefore });
  const what = { kind: 'mark', at: now, conversationId, mark, seq } as const;
  return ask({ ...state, subscriptions }, what, `receipt.${mark}`, { conversationId, seq });
}

function withToken(state: ChatState, { now }: Moment): Step {
  const { link } = state;
  if (link.kind !== 'up' || link.renewAt > now) return { state, effects: [] };
  return { state: { ...state, link: { ...link, renewAt: Infinity } }, effects: [{ kind: 'renew' }] };
}

function withCaughtUp(state: ChatState): Step {
  const { link } = state;
  if (link.kind !== 'up' || link.caughtUp || isListing(state) || resuming(state).size > 0)
    return { state, effects: [] };
  for (const { askAt } of state.subscriptions.values()) if (askAt < Infinity) return { state, effects: [] };
  const effects: Effect[] = [tell('link', { status: 'caught_up' })];
  return { state: { ...state, link: { ...link, caughtUp: true } }, effects };
}

function joined(one: Step, next: Step): Step {
  return { state: next.state, effects: [...one.effects, ...next.effects] };
}
