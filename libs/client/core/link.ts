import type { Closing } from '../frames.js';
import { ask, type ChatState, type Effect, FIRST_PAGE, type Moment, say, type Step, tell } from './state.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A call is given up after. */
export const DIAL_MS = 20_000;
/** Tokens that may be refused in a row before nobody tries any more. */
const MOST_REFUSED_TOKENS = 3;
/** A new token is asked for this long before the old one expires, or in the last tenth of its life if that is shorter. */
const RENEW_AHEAD_MS = 60_000;
/** On a device whose clock is fast every token has expired: the server knows better, and is not flooded with new ones. */
const SOONEST_RENEWAL_MS = 10_000;

/** Full jitter: from nothing to a bound that doubles, so that a crowd that was dropped together does not come together. */
export function waitMs(attempt: number, random: number): number {
  return Math.floor(random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 20)));
}

export function renewAtOf(expiresAt: number | undefined, now: number, random: number): number {
  if (expiresAt === undefined) return Infinity;
  const ahead = Math.min(RENEW_AHEAD_MS, (expiresAt - now) / 10);
  return Math.max(now + SOONEST_RENEWAL_MS, expiresAt - ahead * (1 + random));
}

export function started(state: ChatState, { now }: Moment): Step {
  if (state.link.kind !== 'stopped') return { state, effects: [] };
  return { state: { ...state, link: { kind: 'waiting', attempt: 0, until: now } }, effects: [] };
}

export function stopped(state: ChatState): Step {
  const { state: idle, effects } = withNothingAsked(state, 'stopped');
  const hangUp: Effect[] = isConnected(state) ? [{ kind: 'hang_up' }] : [];
  return { state: { ...idle, link: { kind: 'stopped' } }, effects: [...hangUp, ...effects] };
}

function isConnected({ link }: ChatState): boolean {
  return link.kind === 'dialling' || link.kind === 'up';
}

/** The connection is there: whatever was followed may have moved meanwhile. */
export function opened(
  state: ChatState,
  { userId, expiresAt }: { userId: string | undefined; expiresAt: number | undefined },
  { now, random }: Moment,
): Step {
  const { link } = state;
  if (link.kind !== 'dialling') return { state, effects: [] };
  const renewAt = renewAtOf(expiresAt, now, random);
  const subscriptions = new Map(
    [...state.subscriptions].map(([id, one]) => [
      id,
      { ...one, askAt: now, mustAsk: true, isComing: false, vain: 0 },
    ]),
  );
  const up = { kind: 'up', attempt: link.attempt, since: now, renewAt, caughtUp: false } as const;
  const connected = { ...state, userId: userId ?? state.userId, subscriptions, link: up };
  const list: Step = state.followsAll
    ? ask(connected, { kind: 'list', at: now, listing: FIRST_PAGE }, 'resume', {})
    : { state: connected, effects: [] };
  return {
    state: list.state,
    effects: [
      ...list.effects,
      ...[...state.rooms].map((conversationId): Effect => say('room.join', { conversationId })),
      ...(state.presence ? [say('presence.set', state.presence)] : []),
      tell('link', { status: 'online' }),
    ],
  };
}

/** The server does what it is asked: the next loss is the first one. */
export function answered(state: ChatState): ChatState {
  const { link } = state;
  if (link.kind !== 'up' || (link.attempt === 0 && state.refusedTokens === 0)) return state;
  return { ...state, refusedTokens: 0, link: { ...link, attempt: 0 } };
}

/** What was asked may have been done or not; what matters is asked again on the next connection. */
export function lost(state: ChatState, closing: Closing, { now, random }: Moment): Step {
  if (!isConnected(state)) return { state, effects: [] };
  const attempt = state.link.kind === 'dialling' || state.link.kind === 'up' ? state.link.attempt : 0;
  const refusedTokens = closing.kind === 'unauthenticated' ? state.refusedTokens + 1 : state.refusedTokens;
  const { state: idle, effects } = withNothingAsked({ ...state, refusedTokens }, 'connection_lost');
  if (closing.kind === 'terminal' || refusedTokens >= MOST_REFUSED_TOKENS) {
    const ended = tell('link', { status: 'ended', code: closing.code });
    return { state: { ...idle, refusedTokens: 0, link: { kind: 'stopped' } }, effects: [...effects, ended] };
  }
  const advised = closing.kind === 'reconnect' ? (closing.afterMs ?? 0) : 0;
  const forMs = advised + waitMs(attempt, random);
  const link = { kind: 'waiting', attempt: attempt + 1, until: now + forMs } as const;
  const waiting = tell('link', { status: 'waiting', forMs, code: closing.code });
  return { state: { ...idle, link }, effects: [...effects, waiting] };
}

/** We end it, to come again. */
export function dropped(state: ChatState, closing: Closing, moment: Moment): Step {
  const { state: after, effects } = lost(state, closing, moment);
  return { state: after, effects: [{ kind: 'hang_up' }, ...effects] };
}

/** Who waits for the answer of a call is told that there will be none; all else is asked again by itself. */
function withNothingAsked(state: ChatState, code: string): Step {
  const error = {
    code,
    detail: 'The connection ended before the answer came: it may have been done or not.',
  };
  const effects = [...state.asked.values()].flatMap((one): Effect[] =>
    one.kind === 'call' ? [{ kind: 'settle', ticket: one.ticket, answer: { ok: false, error } }] : [],
  );
  return { state: { ...state, asked: new Map() }, effects };
}
