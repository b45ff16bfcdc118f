import type { Message, OutgoingMessage, SendAck, WireError } from '../frames.js';
import { withHead } from './following.js';
import { isPassing, retryInMs } from './refusals.js';
import {
  type ChatState,
  type Effect,
  type Moment,
  NOTHING,
  type Step,
  tell,
  type Unsent,
  withEntry,
} from './state.js';

/** Told at once; tried when it is kept, so that what was tried is there after a reload and is sent under the same id. */
export function sending(state: ChatState, message: OutgoingMessage): Step {
  if (unsentOf(state, message.clientMessageId)) return { state, effects: NOTHING };
  const unsent: Unsent = { message, order: state.nextOrder, kept: false, notBefore: 0, tries: 0 };
  return {
    state: { ...state, outbox: [...state.outbox, unsent], nextOrder: state.nextOrder + 1 },
    effects: [tell('sending', message), { kind: 'keep_unsent', unsent }],
  };
}

export function kept(state: ChatState, clientMessageId: string): Step {
  return {
    state: withUnsent(state, clientMessageId, (unsent) => ({ ...unsent, kept: true })),
    effects: NOTHING,
  };
}

export function notKept(state: ChatState, clientMessageId: string, detail: string): Step {
  return refused(state, clientMessageId, { code: 'not_stored', detail });
}

/** It is in the log. The message itself comes as everybody's do; if it does not, its number is the hole that is asked for. */
export function acknowledged(state: ChatState, clientMessageId: string, ack: SendAck, { now }: Moment): Step {
  const { state: without, effects } = taken(state, clientMessageId, ack);
  const subscription = without.subscriptions.get(ack.conversationId);
  if (!subscription || effects.length === 0) return { state: without, effects };
  const following = withHead(subscription.following, ack.seq);
  const askAt =
    following === subscription.following ? subscription.askAt : Math.min(subscription.askAt, now + ECHO_MS);
  const subscriptions = withEntry(without.subscriptions, ack.conversationId, {
    ...subscription,
    following,
    askAt,
  });
  return { state: { ...without, subscriptions }, effects };
}
/** How long the message may come after its acknowledgement before it is asked for. */
const ECHO_MS = 1000;

/** Our message has come among the others: as good as an acknowledgement, which may have been lost. */
export function seenOurs(state: ChatState, message: Message): Step {
  const { id, conversationId, seq, sentAt, clientMessageId } = message;
  const unsent = unsentOf(state, clientMessageId);
  const isOurs = state.userId === message.senderId && unsent?.message.conversationId === conversationId;
  if (!isOurs) return { state, effects: NOTHING };
  const { state: without, effects } = taken(state, clientMessageId, {
    messageId: id,
    conversationId,
    seq,
    sentAt,
  });
  const asked = new Map(
    [...without.asked].filter(([, one]) => one.kind !== 'send' || one.clientMessageId !== clientMessageId),
  );
  return { state: { ...without, asked }, effects };
}

/** Told and taken out if the same would be refused again; kept for later if not. */
export function sendFailed(
  state: ChatState,
  clientMessageId: string,
  error: WireError,
  { now }: Moment,
): Step {
  if (!isPassing(error)) return refused(state, clientMessageId, error);
  const later = (unsent: Unsent): Unsent => ({
    ...unsent,
    tries: unsent.tries + 1,
    notBefore: now + retryInMs(error, unsent.tries),
  });
  return { state: withUnsent(state, clientMessageId, later), effects: NOTHING };
}

/** What may go out now: the first of each conversation, the next when it is answered; else two could change places. */
export function sendable({ outbox, asked }: ChatState, { now }: Moment): Unsent[] {
  const busy = new Set<string>();
  for (const one of asked.values()) if (one.kind === 'send') busy.add(one.conversationId);
  return outbox.filter(({ message, kept: isKept, notBefore }) => {
    const isNext = !busy.has(message.conversationId);
    busy.add(message.conversationId);
    return isNext && isKept && notBefore <= now;
  });
}

function refused(state: ChatState, clientMessageId: string, error: WireError): Step {
  const unsent = unsentOf(state, clientMessageId);
  if (!unsent) return { state, effects: NOTHING };
  const effects: Effect[] = [
    { kind: 'forget_unsent', clientMessageId },
    tell('refused', { message: unsent.message, error }),
  ];
  return { state: without(state, unsent), effects };
}

function taken(state: ChatState, clientMessageId: string, ack: SendAck): Step {
  const unsent = unsentOf(state, clientMessageId);
  if (!unsent) return { state, effects: NOTHING };
  const { messageId, conversationId, seq, sentAt } = ack;
  const effects: Effect[] = [
    { kind: 'forget_unsent', clientMessageId },
    tell('sent', { messageId, conversationId, seq, sentAt, clientMessageId }),
  ];
  return { state: without(state, unsent), effects };
}

function unsentOf({ outbox }: ChatState, clientMessageId: string): Unsent | undefined {
  return outbox.find(({ message }) => message.clientMessageId === clientMessageId);
}

function without(state: ChatState, unsent: Unsent): ChatState {
  return { ...state, outbox: state.outbox.filter((one) => one !== unsent) };
}

function withUnsent(
  state: ChatState,
  clientMessageId: string,
  change: (unsent: Unsent) => Unsent,
): ChatState {
  const outbox = state.outbox.map((one) =>
    one.message.clientMessageId === clientMessageId ? change(one) : one,
  );
  return { ...state, outbox };
}
