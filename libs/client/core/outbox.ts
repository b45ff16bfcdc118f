import type { Message, OutgoingChange, OutgoingMessage, SendAck, WireError } from '../frames.js';
import { withHead } from './following.js';
import { isPassing, retryInMs } from './refusals.js';
import {
  type ChatState,
  type Effect,
  idOf,
  type Moment,
  NOTHING,
  placeOf,
  type Step,
  tell,
  type Unsent,
  withEntry,
} from './state.js';

/** Told at once; tried when it is kept, so that what was tried is there after a reload and is sent under the same id. */
export function sending(state: ChatState, message: OutgoingMessage): Step {
  return put(state, { message, ...begun(state) });
}

/** Behind what was said or changed before it in its conversation: of a message that is not sent yet, behind that. */
export function changing(state: ChatState, change: OutgoingChange): Step {
  return put(state, { change, ...begun(state) });
}

function begun({ nextOrder }: ChatState): Pick<Unsent, 'order' | 'kept' | 'notBefore' | 'tries'> {
  return { order: nextOrder, kept: false, notBefore: 0, tries: 0 };
}

function put(state: ChatState, unsent: Unsent): Step {
  if (unsentOf(state, idOf(unsent))) return { state, effects: NOTHING };
  return {
    state: { ...state, outbox: [...state.outbox, unsent], nextOrder: state.nextOrder + 1 },
    effects: [echoOf(unsent), { kind: 'keep_unsent', unsent }],
  };
}

export function echoOf({ message, change }: Unsent): Effect {
  return message ? tell('sending', message) : tell('changing', change);
}

export function kept(state: ChatState, id: string): Step {
  return { state: withUnsent(state, id, (unsent) => ({ ...unsent, kept: true })), effects: NOTHING };
}

export function notKept(state: ChatState, id: string, detail: string): Step {
  return refused(state, id, { code: 'not_stored', detail });
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
  const isOurs = state.userId === message.senderId && unsent?.message?.conversationId === conversationId;
  if (!isOurs) return { state, effects: NOTHING };
  const { state: without, effects } = taken(state, clientMessageId, {
    messageId: id,
    conversationId,
    seq,
    sentAt,
  });
  const asked = new Map(
    [...without.asked].filter(([, one]) => one.kind !== 'send' || one.id !== clientMessageId),
  );
  return { state: { ...without, asked }, effects };
}

/** Told and taken out if the same would be refused again; kept for later if not. */
export function sendFailed(state: ChatState, id: string, error: WireError, { now }: Moment): Step {
  if (!isPassing(error)) return refused(state, id, error);
  const later = (unsent: Unsent): Unsent => ({
    ...unsent,
    tries: unsent.tries + 1,
    notBefore: now + retryInMs(error, unsent.tries),
  });
  return { state: withUnsent(state, id, later), effects: NOTHING };
}

/** What may go out now: the first of each conversation, the next when it is answered; else two could change places. */
export function sendable({ outbox, asked }: ChatState, { now }: Moment): Unsent[] {
  const busy = new Set<string>();
  for (const one of asked.values()) if (one.kind === 'send') busy.add(one.conversationId);
  return outbox.filter((unsent) => {
    const isNext = !busy.has(placeOf(unsent));
    busy.add(placeOf(unsent));
    return isNext && unsent.kept && unsent.notBefore <= now;
  });
}

/** With a message go the changes of it that wait: there is nothing that they could change. */
function refused(state: ChatState, id: string, error: WireError): Step {
  const unsent = unsentOf(state, id);
  if (!unsent) return { state, effects: NOTHING };
  const gone = [unsent, ...(unsent.message ? changesOf(state, unsent.message) : [])];
  const effects = gone.flatMap((one): Effect[] => [
    { kind: 'forget_unsent', unsent: one },
    one.message
      ? tell('refused', { message: one.message, error })
      : tell('change_refused', { change: one.change, error }),
  ]);
  return { state: { ...state, outbox: state.outbox.filter((one) => !gone.includes(one)) }, effects };
}

function changesOf({ outbox }: ChatState, { conversationId, clientMessageId }: OutgoingMessage): Unsent[] {
  return outbox.filter(
    ({ change }) =>
      change?.conversationId === conversationId &&
      change.messageId === undefined &&
      change.clientMessageId === clientMessageId,
  );
}

export function changeMade(state: ChatState, id: string): Step {
  const unsent = unsentOf(state, id);
  if (!unsent?.change) return { state, effects: NOTHING };
  const effects = [{ kind: 'forget_unsent', unsent } as const, tell('change_made', unsent.change)];
  return { state: without(state, unsent), effects };
}

function taken(state: ChatState, clientMessageId: string, ack: SendAck): Step {
  const unsent = unsentOf(state, clientMessageId);
  if (!unsent?.message) return { state, effects: NOTHING };
  const { messageId, conversationId, seq, sentAt } = ack;
  const effects: Effect[] = [
    { kind: 'forget_unsent', unsent },
    tell('sent', { messageId, conversationId, seq, sentAt, clientMessageId }),
  ];
  return { state: without(state, unsent), effects };
}

function unsentOf({ outbox }: ChatState, id: string): Unsent | undefined {
  return outbox.find((one) => idOf(one) === id);
}

function without(state: ChatState, unsent: Unsent): ChatState {
  return { ...state, outbox: state.outbox.filter((one) => one !== unsent) };
}

function withUnsent(state: ChatState, id: string, change: (unsent: Unsent) => Unsent): ChatState {
  return { ...state, outbox: state.outbox.map((one) => (idOf(one) === id ? change(one) : one)) };
}
