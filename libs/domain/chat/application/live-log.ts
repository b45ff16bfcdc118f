import type { Instant } from '#domain/kernel/brand.js';
import type { Message, MessageId } from '#domain/chat/model/message.js';
import type { CaughtUp, Position } from '#ports/chat/message-log.js';

/** What a client is told of a log. It is at `position` when it has taken this in. */
export type Told =
  | { readonly kind: 'created' | 'updated'; readonly message: Message; readonly position: Position }
  /** What came after `after` and up to `cutSeq` is not there any more. */
  | { readonly kind: 'gap'; readonly after: number; readonly cutSeq: number; readonly position: Position };

export interface Missed {
  readonly told: readonly Told[];
  /** Where one is after all of it. */
  readonly position: Position;
}

/** Pushes that came before what they follow on; more of them are forgotten, and read from the log. */
const MOST_EARLY = 1_000;
/** What is kept for those who were away for a moment: entries, and characters of them. */
const MOST_RECENT = 256;
const LARGEST_RECENT = 256 * 1024;

/** Neither of the two has seen more than this. */
export function lowest(one: Position, other: Position): Position {
  return { seq: Math.min(one.seq, other.seq), rev: Math.min(one.rev, other.rev) };
}

export function isBehind(one: Position, other: Position): boolean {
  return one.seq < other.seq || one.rev < other.rev;
}

/**
 * What of a page somebody has missed who is at `at`. The page may have been read for others who are further back: then
 * messages in it that this one knows are shown for what has been changed since.
 * @param page read from a position of which neither number is beyond that of `at`
 */
export function missedIn(page: CaughtUp, at: Position): Missed {
  const told: Told[] = [];
  let { seq, rev } = at;
  const { cutSeq = 0 } = page;
  if (seq < cutSeq) {
    told.push({ kind: 'gap', after: seq, cutSeq, position: { seq: cutSeq, rev } });
    seq = cutSeq;
  }
  for (const message of page.messages) {
    if (message.seq <= seq) continue;
    ({ seq } = message);
    told.push({ kind: 'created', message, position: { seq, rev } });
  }
  for (const message of changesIn(page, at)) {
    ({ rev } = message);
    told.push({ kind: 'updated', message, position: { seq, rev } });
  }
  // A change is shown by what the message is now: the numbers of changes that it has seen since are passed over.
  const position = { seq: Math.max(seq, page.position.seq), rev: Math.max(rev, page.position.rev) };
  const last = told.at(-1);
  return { told: last ? [...told.slice(0, -1), { ...last, position }] : told, position };
}

function changesIn(page: CaughtUp, at: Position): Message[] {
  return [...page.changes, ...page.messages.filter(({ seq }) => seq <= at.seq)]
    .filter(({ rev }) => rev > at.rev && rev <= page.position.rev)
    .sort((a, b) => a.rev - b.rev);
}

/**
 * One conversation as those see it who follow it live. It takes what is pushed in whatever order, doubled or not at all, and
 * answers what may be told now: each message once and in order of `seq`, each change in order of `rev` and after its message.
 * What does not follow waits until the hole has been read from the log.
 */
export class LiveLog {
  #position: Position;
  readonly #early = new Map<number, Message>();
  readonly #earlyChanges = new Map<number, Message>();
  #hasForgotten = false;
  #hadForgotten = false;
  readonly #recent = new Map<MessageId, { readonly message: Message; readonly position: Position }>();
  /** Everything behind this is among the recent. */
  #recentFrom: Position;
  #recentSize = 0;

  constructor(position: Position) {
    this.#position = position;
    this.#recentFrom = position;
  }

  /** What everybody who is live has been told. */
  get position(): Position {
    return this.#position;
  }

  /** Something is there that does not follow on what has been told. */
  get hasHole(): boolean {
    return this.#hasForgotten || this.#early.size + this.#earlyChanges.size > 0;
  }

  take(kind: 'message' | 'change', message: Message): readonly Told[] {
    // Nearly always nothing waits, and it is the next.
    const isAlone = this.#early.size + this.#earlyChanges.size === 0;
    const next = isAlone ? this.#ifNext(kind, message) : undefined;
    if (next) return [this.#follow(next)];
    if (kind === 'message' && message.seq > this.#position.seq) this.#early.set(message.seq, message);
    if (kind === 'change' && message.rev > this.#position.rev) this.#earlyChanges.set(message.rev, message);
    const told = this.#following();
    if (this.#early.size + this.#earlyChanges.size > MOST_EARLY) this.#forget();
    return told;
  }

  /** There is more in the log than was pushed. */
  suspect(): void {
    this.#hasForgotten = true;
  }

  /** To be called before what is to be absorbed is read: what is forgotten from now on may not be in it. */
  beginReading(): void {
    this.#hadForgotten = this.#hasForgotten;
    this.#hasForgotten = false;
  }

  giveUpReading(): void {
    this.#hasForgotten ||= this.#hadForgotten;
  }

  /** @param page read from a position of which neither number is beyond our own */
  absorb(page: CaughtUp): readonly Told[] {
    const { told, position } = missedIn(page, this.#position);
    for (const one of told) this.#remember(one);
    this.#position = position;
    // What was forgotten is on a later page, or this page has shown that there is more than was pushed.
    if (page.more && (this.#hadForgotten || told.length > 0)) this.#hasForgotten = true;
    return [...told, ...this.#following()];
  }

  /** Retention has cut off messages up to this one: they are not shown any more to those who come back. */
  cutUpTo(cutSeq: number): void {
    for (const [id, { message }] of this.#recent) if (message.seq <= cutSeq) this.#drop(id);
    const { seq, rev } = this.#recentFrom;
    this.#recentFrom = { seq: Math.max(seq, cutSeq), rev };
  }

  /**
   * What was sent before is read from the log by whoever comes back for it: a process keeps of all its conversations what was
   * said in the last minute or two, not the last messages of each.
   */
  forgetBefore(sentAt: Instant): void {
    for (const [id, { message, position }] of this.#recent) {
      if (message.sentAt >= sentAt) return;
      this.#drop(id);
      this.#recentFrom = position;
    }
  }

  /** What somebody has missed who was here a moment ago; undefined if that is to be read from the log. */
  missedBy(at: Position): Missed | undefined {
    if (isBehind(at, this.#recentFrom) || isBehind(this.#position, at)) return undefined;
    const recent = [...this.#recent.values()].map(({ message }) => message);
    const messages = recent.filter(({ seq }) => seq > at.seq).sort((a, b) => a.seq - b.seq);
    const changes = recent.filter(({ seq, rev }) => seq <= at.seq && rev > at.rev);
    const isWhole = messages.length === this.#position.seq - at.seq;
    return isWhole ? missedIn({ messages, changes, position: this.#position, more: false }, at) : undefined;
  }

  #following(): Told[] {
    const told: Told[] = [];
    for (let next = this.#next(); next; next = this.#next()) told.push(this.#follow(next));
    for (const seq of this.#early.keys()) if (seq <= this.#position.seq) this.#early.delete(seq);
    for (const rev of this.#earlyChanges.keys())
      if (rev <= this.#position.rev) this.#earlyChanges.delete(rev);
    return told;
  }

  #next(): Told | undefined {
    const message = this.#early.get(this.#position.seq + 1);
    if (message) return this.#ifNext('message', message);
    const change = this.#earlyChanges.get(this.#position.rev + 1);
    return change && this.#ifNext('change', change);
  }

  #ifNext(kind: 'message' | 'change', message: Message): Told | undefined {
    const { seq, rev } = this.#position;
    if (kind === 'message')
      return message.seq === seq + 1
        ? { kind: 'created', message, position: { seq: seq + 1, rev } }
        : undefined;
    if (message.rev !== rev + 1 || message.seq > seq) return undefined;
    return { kind: 'updated', message, position: { seq, rev: rev + 1 } };
  }

  #follow(told: Told): Told {
    this.#position = told.position;
    this.#remember(told);
    return told;
  }

  #forget(): void {
    this.#early.clear();
    this.#earlyChanges.clear();
    this.#hasForgotten = true;
  }

  #remember(told: Told): void {
    if (told.kind === 'gap') {
      this.#recent.clear();
      this.#recentSize = 0;
      this.#recentFrom = told.position;
      return;
    }
    const { message, position } = told;
    this.#drop(message.id);
    this.#recent.set(message.id, { message, position });
    this.#recentSize += sizeOf(message);
    for (const [id, oldest] of this.#recent) {
      if (this.#recent.size <= MOST_RECENT && this.#recentSize <= LARGEST_RECENT) break;
      this.#drop(id);
      this.#recentFrom = oldest.position;
    }
  }

  #drop(id: MessageId): void {
    const known = this.#recent.get(id);
    if (!known) return;
    this.#recent.delete(id);
    this.#recentSize -= sizeOf(known.message);
  }
}

/** About: what a message carries beside its text is small. */
function sizeOf({ text }: Message): number {
  return 256 + text.length;
}
