import { BEGINNING, type Gap, type Message, type Position } from '../frames.js';

/** One conversation as it reaches its reader: told up to `position`, with what came too early held back. */
export interface Following {
  readonly position: Position;
  /** By `seq`. */
  readonly held: ReadonlyMap<number, Message>;
  /** By `rev`. */
  readonly changes: ReadonlyMap<number, Message>;
  /** Messages told in a state that is ahead of `position.rev`: `rev` by `seq`. Their older changes are not told any more. */
  readonly ahead: ReadonlyMap<number, number>;
  /** The highest number of a message that is known to exist. */
  readonly head: number;
}

export type Told =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'changed'; readonly message: Message }
  | ({ readonly kind: 'gap' } & Gap);

export interface Followed {
  readonly following: Following;
  readonly told: readonly Told[];
}

/** What is held back of one conversation at most; what is dropped is asked for again. */
export const MOST_HELD = 1000;

export function followingFrom(position: Position = BEGINNING): Following {
  return { position, held: new Map(), changes: new Map(), ahead: new Map(), head: position.seq };
}

/** Where a conversation that is new to us begins: where the server begins to tell of it, if it says where we are, else at 1. */
export function before(position: Position | undefined, { seq }: Message): Position {
  return position ? { seq: seq - 1, rev: position.rev } : BEGINNING;
}

/** Of a conversation that is new to us somebody may change an old message first: that is no reason to be told all of it. */
export function beforeChange(position: Position | undefined, { rev }: Message): Position {
  return position ? { seq: position.seq, rev: Math.min(position.rev, rev - 1) } : BEGINNING;
}

/** Whether something is known to be missing. */
export function hasHole({ position, head, changes }: Following): boolean {
  return head > position.seq || changes.size > 0;
}

/** A message of the log, in whatever state it was when the server looked. */
export function withMessage(following: Following, message: Message): Followed {
  const { position, held, head } = following;
  // Told before; but the replay may show it with changes made since, and tells these nowhere else.
  if (message.seq <= position.seq) return withChange(following, message);
  if (held.size >= MOST_HELD && !held.has(message.seq) && message.seq !== position.seq + 1)
    return { following: withHead(following, message.seq), told: [] };
  const before = held.get(message.seq);
  const newest = before && before.rev > message.rev ? before : message;
  const next = {
    ...following,
    held: new Map(held).set(message.seq, newest),
    head: Math.max(head, message.seq),
  };
  return drained(next);
}

/** A message as one of its changes left it. */
export function withChange(following: Following, message: Message): Followed {
  const { position, changes, head } = following;
  if (message.rev <= position.rev) return { following, told: [] };
  return drained({
    ...following,
    changes: new Map(changes).set(message.rev, message),
    head: Math.max(head, message.seq),
  });
}

/** Somebody knows of a message with this number. */
export function withHead(following: Following, seq: number): Following {
  return seq > following.head ? { ...following, head: seq } : following;
}

/**
 * The server has pushed all there is up to `to`, in order, on the connection on which it now says so.
 * Of changes it shows the last of each message only, so a missing `rev` up to `to.rev` is no hole any more.
 */
export function withPosition(following: Following, to: Position): Followed {
  const at = drained(withHead(following, to.seq));
  // Messages held were too many and have been dropped: the rest is asked for again, from where we are.
  if (at.following.position.seq < to.seq) return at;
  const rest = drained(at.following, to.rev);
  return { following: rest.following, told: [...at.told, ...rest.told] };
}

export function withGap(following: Following, gap: Gap): Followed {
  const { position } = following;
  if (gap.toSeq <= position.seq) return { following, told: [] };
  const held = new Map([...following.held].filter(([seq]) => seq > gap.toSeq));
  const rest = drained({
    ...withHead(following, gap.toSeq),
    held,
    position: { ...position, seq: gap.toSeq },
  });
  const fromSeq = Math.max(gap.fromSeq, position.seq + 1);
  return { following: rest.following, told: [{ kind: 'gap', ...gap, fromSeq }, ...rest.told] };
}

/** Tells what is next in order: messages by `seq`, then changes by `rev`; up to `settledRev` a missing `rev` is none. */
function drained(following: Following, settledRev = 0): Followed {
  const told: Told[] = [];
  const held = new Map(following.held);
  const changes = new Map(following.changes);
  const ahead = new Map(following.ahead);
  let { seq, rev } = following.position;
  for (let next = held.get(seq + 1); next; next = held.get(seq + 1)) {
    held.delete(++seq);
    if (next.rev > rev) ahead.set(seq, next.rev);
    told.push({ kind: 'message', message: next });
  }
  for (const [of, change] of [...changes].sort(([one], [other]) => one - other)) {
    // A hole, or its message is not here yet.
    if ((of > rev + 1 && of > settledRev) || change.seq > seq) break;
    changes.delete(of);
    rev = Math.max(rev, of);
    if ((ahead.get(change.seq) ?? 0) < of) told.push({ kind: 'changed', message: change });
  }
  rev = Math.max(rev, settledRev);
  for (const of of changes.keys()) if (of <= rev) changes.delete(of);
  for (const [of, upTo] of ahead) if (upTo <= rev) ahead.delete(of);
  return { following: { ...following, position: { seq, rev }, held, changes, ahead }, told };
}
