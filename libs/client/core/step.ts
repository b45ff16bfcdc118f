import type { Answer, Gap, Logged, Message, Position, Receipt, Resumed, SendAck } from '../frames.js';
import { due } from './due.js';
import { answered, dropped, lost, opened, renewAtOf, started, stopped } from './link.js';
import { gotList } from './listing.js';
import { acknowledged, changeMade, changing, echoOf, kept, notKept, sendFailed, sending } from './outbox.js';
import {
  askedAgain,
  changeCame,
  followed,
  gapCame,
  messageCame,
  othersMarks,
  ownMarks,
  removed,
  resumed,
  subscriptionFrom,
  unfollowed,
  withTold,
} from './reading.js';
import { isPassing, retryInMs } from './refusals.js';
import {
  ask,
  type Asked,
  type ChatState,
  type Effect,
  type Input,
  keepPlace,
  type Moment,
  NOTHING,
  say,
  type Step,
  type Subscription,
  tell,
  withEntry,
  withoutEntry,
} from './state.js';

/** The whole client: what it is after an input, and what is to be done, in this order. */
export function step(state: ChatState, input: Input, moment: Moment): Step {
  const first = taken(state, input, moment);
  const next = due(first.state, moment);
  return { state: next.state, effects: [...first.effects, ...next.effects] };
}

function taken(state: ChatState, input: Input, moment: Moment): Step {
  switch (input.kind) {
    case 'loaded':
      return loaded(state, input);
    case 'start':
      return started(state, moment);
    case 'stop':
      return stopped(state);
    case 'opened':
      return opened(state, input, moment);
    case 'lost':
      return lost(state, input.closing, moment);
    case 'push':
      return pushed(state, input.event, input.data, moment);
    case 'answer':
      return gotAnswer(state, input.id, input.answer, moment);
    case 'send':
      return sending(state, input.message);
    case 'change':
      return changing(state, input.change);
    case 'kept':
      return kept(state, input.id);
    case 'not_kept':
      return notKept(state, input.id, input.detail);
    case 'follow':
      return followed(state, input.conversationId, input.position, moment);
    case 'follow_all':
      return { state: { ...state, followsAll: true }, effects: NOTHING };
    case 'leave':
      return unfollowed(state, input.conversationId);
    case 'read':
      return readUpTo(state, input.conversationId, input.seq);
    case 'tick':
      return { state, effects: NOTHING };
    default:
      return said(state, input, moment);
  }
}

function said(
  state: ChatState,
  input: Extract<Input, { kind: 'call' | 'say' | 'room' | 'presence' | 'renewed' }>,
  { now, random }: Moment,
): Step {
  const isUp = state.link.kind === 'up';
  switch (input.kind) {
    case 'call': {
      if (isUp) return ask(state, { kind: 'call', at: now, ticket: input.ticket }, input.action, input.data);
      const error = { code: 'offline', detail: 'There is no connection: it has not been asked.' };
      return { state, effects: [{ kind: 'settle', ticket: input.ticket, answer: { ok: false, error } }] };
    }
    case 'say':
      return { state, effects: isUp ? [say(input.action, input.data)] : NOTHING };
    case 'room': {
      const rooms = new Set(state.rooms);
      if (input.on) rooms.add(input.conversationId);
      else rooms.delete(input.conversationId);
      const effect = say(input.on ? 'room.join' : 'room.leave', { conversationId: input.conversationId });
      return { state: { ...state, rooms }, effects: isUp ? [effect] : NOTHING };
    }
    case 'presence': {
      const effects = isUp ? [say('presence.set', input.data)] : NOTHING;
      return { state: { ...state, presence: input.data }, effects };
    }
    case 'renewed': {
      const { link } = state;
      if (link.kind !== 'up') return { state, effects: NOTHING };
      const renewAt = input.token === undefined ? now + NO_TOKEN_MS : renewAtOf(input.expiresAt, now, random);
      const renewed = { ...state, link: { ...link, renewAt } };
      if (input.token === undefined) return { state: renewed, effects: NOTHING };
      return ask(renewed, { kind: 'token', at: now }, 'token.refresh', { token: input.token });
    }
  }
}
const NO_TOKEN_MS = 5000;

/** From the store, before anything else. What waits to be sent is shown again as being sent. */
function loaded(state: ChatState, { places, outbox }: Extract<Input, { kind: 'loaded' }>): Step {
  const subscriptions = new Map([...places].map(([id, place]) => [id, subscriptionFrom(place)]));
  const waiting = [...outbox].sort((one, other) => one.order - other.order);
  const nextOrder = (waiting.at(-1)?.order ?? 0) + 1;
  return {
    state: { ...state, subscriptions, outbox: waiting, nextOrder },
    effects: waiting.map(echoOf),
  };
}

/** Of what has been told: nobody has read what they were not shown. */
function readUpTo(state: ChatState, conversationId: string, seq: number): Step {
  const subscription = state.subscriptions.get(conversationId);
  if (!subscription) return { state, effects: NOTHING };
  const at = Math.max(subscription.read.at, Math.min(seq, subscription.following.position.seq));
  if (at === subscription.read.at) return { state, effects: NOTHING };
  return withSubscription(state, conversationId, { ...subscription, read: { ...subscription.read, at } });
}

function pushed(state: ChatState, event: string, data: unknown, moment: Moment): Step {
  switch (event) {
    case 'message.created':
      return messageCame(state, data as Logged<Message>, moment);
    case 'message.updated':
    case 'message.deleted':
      return changeCame(state, data as Logged<Message>, moment);
    case 'gap':
      return gapCame(state, data as Logged<Gap>, moment);
    case 'reconnect': {
      const { delayMs: afterMs = 0 } = data as { delayMs?: number };
      return dropped(state, { kind: 'reconnect', code: 'advised', afterMs }, moment);
    }
    case 'conversation.updated': {
      const { conversationId, removed: isRemoved } = data as { conversationId: string; removed?: boolean };
      if (isRemoved) return removed(state, conversationId);
      return { state, effects: passedOn(event, data) };
    }
    case 'receipt.updated': {
      const receipt = data as Receipt;
      if (!state.subscriptions.has(receipt.conversationId)) return { state, effects: passedOn(event, data) };
      if (receipt.userId === state.userId) return ownMarks(state, receipt.conversationId, receipt);
      return othersMarks(state, receipt.conversationId, {
        [receipt.userId]: [receipt.deliveredSeq, receipt.readSeq],
      });
    }
    default:
      return { state, effects: passedOn(event, data) };
  }
}

const NAMES = {
  'receipt.updated': 'receipt',
  typing: 'typing',
  'presence.updated': 'presence',
  'room.event': 'room',
  'conversation.updated': 'conversation',
  'inbox.created': 'inbox',
  // Of no conversation: the application asks by REST what it is now.
  'blocks.updated': 'blocks',
  'scheduled_messages.updated': 'scheduled',
} as const;

/** A server that is newer than we are may push what we do not know. */
function passedOn(event: string, data: unknown): readonly Effect[] {
  const name = Object.hasOwn(NAMES, event) ? NAMES[event as keyof typeof NAMES] : undefined;
  return name ? [tell(name, data as never)] : NOTHING;
}

function gotAnswer(state: ChatState, id: string, answer: Answer, moment: Moment): Step {
  const asked = state.asked.get(id);
  if (!asked) return { state, effects: NOTHING };
  const without = answered({ ...state, asked: withoutEntry(state.asked, id) });
  switch (asked.kind) {
    case 'call':
      return { state: without, effects: [{ kind: 'settle', ticket: asked.ticket, answer }] };
    case 'send':
      return answer.ok
        ? gotAck(without, asked.id, answer.data, moment)
        : sendFailed(without, asked.id, answer.error, moment);
    case 'mark':
      return marked(without, asked, answer, moment);
    case 'list':
      return gotList(without, asked.listing, answer, moment);
    case 'resume':
      return allResumed(without, asked.ids, answer, moment);
    case 'token':
      // Refused: the server closes when the old one has expired, and we come with another.
      return { state: without, effects: NOTHING };
  }
}

/** A change comes with the message as it is now: as good as the push, which may be lost. */
function gotAck(state: ChatState, id: string, data: object, moment: Moment): Step {
  if (!('message' in data)) return acknowledged(state, id, data as SendAck, moment);
  const made = changeMade(state, id);
  const message = data.message as Message;
  // Nobody pushes what becomes of a conversation that is not followed.
  if (!made.state.subscriptions.has(message.conversationId))
    return { state: made.state, effects: [...made.effects, tell('changed', message)] };
  const shown = changeCame(made.state, message, moment);
  return { state: shown.state, effects: [...made.effects, ...shown.effects] };
}

/** Refused for good: the next message moves the mark further, and it is asked then. */
function marked(
  state: ChatState,
  { conversationId, mark, seq }: Extract<Asked, { kind: 'mark' }>,
  answer: Answer,
  { now }: Moment,
): Step {
  const subscription = state.subscriptions.get(conversationId);
  if (!subscription) return { state, effects: NOTHING };
  if (!answer.ok && isPassing(answer.error)) {
    const notBefore = now + retryInMs(answer.error, 0);
    const marksNotBefore = { ...subscription.marksNotBefore, [mark]: notBefore };
    return withSubscription(state, conversationId, { ...subscription, marksNotBefore });
  }
  const { delivered, read } = subscription;
  return withSubscription(state, conversationId, {
    ...subscription,
    delivered: withTold(delivered, seq),
    ...(mark === 'read' && { read: withTold(read, seq) }),
  });
}

function withSubscription(state: ChatState, conversationId: string, next: Subscription): Step {
  const subscriptions = withEntry(state.subscriptions, conversationId, next);
  return { state: { ...state, subscriptions }, effects: [keepPlace(conversationId, next)] };
}

function allResumed(state: ChatState, ids: readonly string[], answer: Answer, moment: Moment): Step {
  const by = answer.ok ? (answer.data['conversations'] as Record<string, Resumed & Position>) : {};
  const missing = { error: answer.ok ? NOT_ANSWERED : answer.error };
  // There was room for some: the others have it in the next answer.
  const isPart = answer.ok && ids.some((id) => by[id] !== undefined);
  return ids.reduce<Step>(
    (before, id) => {
      const said = by[id];
      if (!said && isPart) return { ...before, state: askedAgain(before.state, id, moment) };
      const one = resumed(before.state, id, said ?? missing, moment);
      return { state: one.state, effects: [...before.effects, ...one.effects] };
    },
    { state, effects: NOTHING },
  );
}
const NOT_ANSWERED = { code: 'internal_error', detail: 'The server said nothing of this conversation.' };
