import {
  BEGINNING,
  type Gap,
  type Listed,
  type Logged,
  type Message,
  type Position,
  type Resumed,
} from '../frames.js';
import {
  before,
  beforeChange,
  type Followed,
  type Following,
  followingFrom,
  hasHole,
  type Told,
  withChange,
  withGap,
  withHead,
  withMessage,
  withPosition,
} from './following.js';
import { seenOurs } from './outbox.js';
import { isPassing, retryInMs } from './refusals.js';
import {
  type ChatState,
  type Effect,
  keepPlace,
  type Marked,
  type Moment,
  NOTHING,
  type Place,
  type Step,
  type Subscription,
  tell,
  withEntry,
  withoutEntry,
} from './state.js';

/** Pushes may overtake one another: a hole is asked for only if it does not close by itself. */
const GRACE_MS = 50;
const LONGEST_GRACE_MS = 5000;
/** A replay that has not gone on for so long has stopped. */
const REPLAY_MS = 10_000;

/** Whoever begins at a position has had what is before it. */
function placeAt(position: Position): Place {
  return { position, delivered: { at: position.seq, told: position.seq }, read: { at: 0, told: 0 } };
}

export function subscriptionFrom({ position, delivered, read }: Place): Subscription {
  return {
    following: followingFrom(position),
    askAt: Infinity,
    mustAsk: false,
    isComing: false,
    vain: 0,
    delivered,
    read,
    marksNotBefore: { delivered: 0, read: 0 },
    others: new Map(),
  };
}

/** Its history from `position` on, then whatever comes. What is known of it already is not told again. */
export function followed(
  state: ChatState,
  conversationId: string,
  position: Position,
  { now }: Moment,
): Step {
  if (state.subscriptions.has(conversationId)) return { state, effects: NOTHING };
  const subscription = { ...subscriptionFrom(placeAt(position)), askAt: now, mustAsk: true };
  return {
    state: { ...state, subscriptions: withEntry(state.subscriptions, conversationId, subscription) },
    effects: [keepPlace(conversationId, subscription)],
  };
}

/** Conversations of which nothing was known here: what is in them already is not told, what comes is. */
export function listed(state: ChatState, { conversations, chats = [] }: Listed, now: number): Step {
  const subscriptions = new Map(state.subscriptions);
  const effects: Effect[] = [];
  const take = (id: string, { seq, rev }: Position, readSeq: number, asking: Partial<Subscription>): void => {
    const place = placeAt({ seq, rev });
    const subscription = {
      ...subscriptionFrom({ ...place, read: withTold(place.read, readSeq) }),
      ...asking,
    };
    subscriptions.set(id, subscription);
    effects.push(keepPlace(id, subscription));
  };
  for (const [id, one] of Object.entries(conversations))
    if (!subscriptions.has(id) && !('error' in one)) take(id, one, one.readSeq ?? 0, {});
  // There was no room to say of these where the server goes on: asked again, it does so from here.
  for (const chat of chats)
    if (!subscriptions.has(chat.id) && !Object.hasOwn(conversations, chat.id))
      take(chat.id, chat, chat.me?.readSeq ?? 0, { askAt: now, mustAsk: true });
  const known: Step = { state: { ...state, subscriptions }, effects };
  return Object.entries(conversations).reduce<Step>((before, [id, one]) => {
    if ('error' in one) return before;
    const told = othersMarks(before.state, id, one.marks);
    return { state: told.state, effects: [...before.effects, ...told.effects] };
  }, known);
}

/** Of an answer or a push: whichever knows less is overtaken, and nobody's marks go back. */
export function othersMarks(
  state: ChatState,
  conversationId: string,
  marks: Readonly<Record<string, readonly [number, number]>> = {},
): Step {
  const subscription = state.subscriptions.get(conversationId);
  if (!subscription) return { state, effects: NOTHING };
  const others = new Map(subscription.others);
  const effects: Effect[] = [];
  for (const [userId, [delivered, read]] of Object.entries(marks)) {
    const [wasDelivered, wasRead] = others.get(userId) ?? [0, 0];
    if (delivered <= wasDelivered && read <= wasRead) continue;
    const [deliveredSeq, readSeq] = [Math.max(delivered, wasDelivered), Math.max(read, wasRead)];
    others.set(userId, [deliveredSeq, readSeq]);
    effects.push(tell('receipt', { conversationId, userId, deliveredSeq, readSeq }));
  }
  if (effects.length === 0) return { state, effects };
  const subscriptions = withEntry(state.subscriptions, conversationId, { ...subscription, others });
  return { state: { ...state, subscriptions }, effects };
}

/** Our user is no member any more. */
export function removed(state: ChatState, conversationId: string): Step {
  const { state: without, effects } = unfollowed(state, conversationId);
  const error = { code: 'forbidden', detail: 'You are no member of this conversation any more.' };
  return { state: without, effects: [...effects, tell('left', { conversationId, error })] };
}

export function unfollowed(state: ChatState, conversationId: string): Step {
  if (!state.subscriptions.has(conversationId)) return { state, effects: NOTHING };
  return {
    state: { ...state, subscriptions: withoutEntry(state.subscriptions, conversationId) },
    effects: [{ kind: 'forget_place', conversationId }],
  };
}

export function messageCame(
  state: ChatState,
  { position, ...message }: Logged<Message>,
  moment: Moment,
): Step {
  const take = (following: Following): Followed => withMessage(following, message);
  return advanced(state, message.conversationId, upTo(position, take), moment, before(position, message));
}

export function changeCame(
  state: ChatState,
  { position, ...message }: Logged<Message>,
  moment: Moment,
): Step {
  const take = (following: Following): Followed => withChange(following, message);
  return advanced(
    state,
    message.conversationId,
    upTo(position, take),
    moment,
    beforeChange(position, message),
  );
}

export function gapCame(state: ChatState, { position, ...gap }: Logged<Gap>, moment: Moment): Step {
  const take = (following: Following): Followed => withGap(following, gap);
  return advanced(state, gap.conversationId, upTo(position, take), moment);
}

function upTo(position: Position | undefined, take: (following: Following) => Followed) {
  return (following: Following): Followed => {
    const taken = take(following);
    if (!position) return taken;
    const settled = withPosition(taken.following, position);
    return { following: settled.following, told: [...taken.told, ...settled.told] };
  };
}

export function askedAgain(state: ChatState, conversationId: string, { now }: Moment): ChatState {
  const subscription = state.subscriptions.get(conversationId);
  if (!subscription) return state;
  const again = { ...subscription, askAt: now, mustAsk: true };
  return { ...state, subscriptions: withEntry(state.subscriptions, conversationId, again) };
}

/** All that was missed has been pushed, or a part of it, or there is no way in. */
export function resumed(state: ChatState, conversationId: string, answer: Resumed, moment: Moment): Step {
  const subscription = state.subscriptions.get(conversationId);
  if (!subscription) return { state, effects: NOTHING };
  if ('error' in answer) return notResumed(state, conversationId, subscription, answer, moment);
  const marked = ownMarks(state, conversationId, answer);
  const others = othersMarks(marked.state, conversationId, answer.marks);
  const step = caughtUp(others.state, conversationId, answer, moment);
  return { state: step.state, effects: [...marked.effects, ...others.effects, ...step.effects] };
}

function caughtUp(
  state: ChatState,
  conversationId: string,
  { seq, rev, more }: Exclude<Resumed, { error: unknown }>,
  moment: Moment,
): Step {
  const subscription = state.subscriptions.get(conversationId);
  if (!subscription) return { state, effects: NOTHING };
  if (more === undefined) return coming(state, conversationId, subscription, seq, moment);
  const before = subscription.following.position;
  const step = advanced(state, conversationId, (following) => withPosition(following, { seq, rev }), moment);
  const after = step.state.subscriptions.get(conversationId);
  if (!after) return step;
  const isVain = after.following.position.seq === before.seq && after.following.position.rev === before.rev;
  const isMissing = more || hasHole(after.following);
  const vain = isMissing && isVain ? after.vain + 1 : 0;
  const askAt = !isMissing ? Infinity : moment.now + (more && vain === 0 ? 0 : graceMs(vain));
  const subscriptions = withEntry(step.state.subscriptions, conversationId, {
    ...after,
    mustAsk: more,
    vain,
    askAt,
  });
  return { state: { ...step.state, subscriptions }, effects: step.effects };
}

/**
 * How far our user is, on whatever device. It is told whenever it may have moved and never goes back, so that all devices say
 * the same is unread: an answer that was overtaken by a push, say, knows less than we do.
 */
export function ownMarks(
  state: ChatState,
  conversationId: string,
  { deliveredSeq = 0, readSeq = 0 }: { readonly deliveredSeq?: number; readonly readSeq?: number },
): Step {
  const subscription = state.subscriptions.get(conversationId);
  const { userId } = state;
  if (!subscription || userId === undefined) return { state, effects: NOTHING };
  const next = {
    ...subscription,
    // What was read was delivered: the server takes it so too.
    delivered: withTold(subscription.delivered, Math.max(deliveredSeq, readSeq)),
    read: withTold(subscription.read, readSeq),
  };
  const marks = { deliveredSeq: next.delivered.at, readSeq: next.read.at };
  const subscriptions = withEntry(state.subscriptions, conversationId, next);
  const effects = [tell('receipt', { conversationId, userId, ...marks })];
  return { state: { ...state, subscriptions }, effects: [...effects, keepPlace(conversationId, next)] };
}

/** The server knows of it already. */
export function withTold({ at, told }: Marked, seq: number): Marked {
  return { at: Math.max(at, seq), told: Math.max(told, seq) };
}

function coming(
  state: ChatState,
  conversationId: string,
  subscription: Subscription,
  head: number,
  { now }: Moment,
): Step {
  const following = withHead(subscription.following, head);
  const isComing = hasHole(following);
  const next = { following, mustAsk: false, isComing, askAt: isComing ? now + REPLAY_MS : Infinity };
  const subscriptions = withEntry(state.subscriptions, conversationId, { ...subscription, ...next });
  return { state: { ...state, subscriptions }, effects: NOTHING };
}

function notResumed(
  state: ChatState,
  conversationId: string,
  subscription: Subscription,
  { error }: Extract<Resumed, { error: unknown }>,
  { now }: Moment,
): Step {
  if (isPassing(error)) {
    const later = {
      askAt: now + retryInMs(error, subscription.vain),
      mustAsk: true,
      vain: subscription.vain + 1,
    };
    const subscriptions = withEntry(state.subscriptions, conversationId, { ...subscription, ...later });
    return { state: { ...state, subscriptions }, effects: NOTHING };
  }
  const { state: without, effects } = unfollowed(state, conversationId);
  return { state: without, effects: [...effects, tell('left', { conversationId, error })] };
}

function advanced(
  state: ChatState,
  conversationId: string,
  change: (following: Following) => Followed,
  { now }: Moment,
  first: Position = BEGINNING,
): Step {
  const subscription = state.subscriptions.get(conversationId) ?? subscriptionFrom(placeAt(first));
  const before = subscription.following.position;
  const { following, told } = change(subscription.following);
  const { seq, rev } = following.position;
  const delivered = { ...subscription.delivered, at: Math.max(subscription.delivered.at, seq) };
  const next = { ...subscription, following, delivered, ...asking(subscription, following, now) };
  let after: ChatState = { ...state, subscriptions: withEntry(state.subscriptions, conversationId, next) };
  const effects: Effect[] = [];
  for (const one of told) {
    const ours = one.kind === 'message' ? seenOurs(after, one.message) : { state: after, effects: NOTHING };
    after = ours.state;
    effects.push(...ours.effects, toldToApp(one));
  }
  const ownSeq = lastOwn(told, state.userId);
  // Kept after it is told: who dies between the two is told it again, and does not miss it.
  if (seq !== before.seq || rev !== before.rev) effects.push(keepPlace(conversationId, next));
  if (ownSeq <= next.read.at) return { state: after, effects };
  // Whoever writes has read what is before it, on all devices.
  const marked = ownMarks(after, conversationId, { readSeq: ownSeq });
  return { state: marked.state, effects: [...effects, ...marked.effects] };
}

function lastOwn(told: readonly Told[], userId: string | undefined): number {
  const own = told.filter((one) => one.kind === 'message' && one.message.senderId === userId);
  const last = own.at(-1);
  return last?.kind === 'message' ? last.message.seq : 0;
}

function asking(
  { isComing, askAt, vain }: Subscription,
  following: Following,
  now: number,
): Pick<Subscription, 'isComing' | 'askAt'> {
  if (!hasHole(following)) return { isComing: false, askAt: isComing ? Infinity : askAt };
  return { isComing, askAt: isComing ? now + REPLAY_MS : Math.min(askAt, now + graceMs(vain)) };
}

function toldToApp(told: Told): Effect {
  switch (told.kind) {
    case 'message':
      return tell('message', told.message);
    case 'changed':
      return tell('changed', told.message);
    case 'gap': {
      const { kind: _, ...gap } = told;
      return tell('gap', gap);
    }
  }
}

function graceMs(vain: number): number {
  return Math.min(LONGEST_GRACE_MS, GRACE_MS * 2 ** Math.min(vain, 20));
}
