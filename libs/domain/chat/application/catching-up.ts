import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { CaughtUp, MessageLog, Position } from '#ports/chat/message-log.js';
import type { Follower } from './follower.js';
import { isBehind, type LiveLog, lowest, missedIn, type Missed, type Told } from './live-log.js';

/** Entries read at once. */
const PAGE = 200;

interface Reader {
  readonly follower: Follower;
  position: Position;
  /** It has been told everything, or does not follow any more. */
  readonly done: () => void;
}

/**
 * Those who have come to a conversation and have not been told everything yet: each is given what it missed, and then joins
 * those who are live. One read at a time, for all whom a page can serve, the holes of those who are live among them.
 *
 * Whoever does not read is given nothing: they wait with a position and no messages.
 */
export class CatchingUp {
  readonly #conversationId: ConversationId;
  readonly #messages: MessageLog;
  readonly #live: LiveLog;
  readonly #tellLive: (told: readonly Told[]) => void;
  readonly #join: (follower: Follower) => void;
  readonly #wanted: () => void;
  readonly #readers = new Map<Follower, Reader>();
  /** In their order: who waits for a read. */
  readonly #waiting = new Set<Reader>();

  constructor(
    of: { readonly conversationId: ConversationId; readonly messages: MessageLog; readonly live: LiveLog },
    tellLive: (told: readonly Told[]) => void,
    join: (follower: Follower) => void,
    wanted: () => void,
  ) {
    this.#conversationId = of.conversationId;
    this.#messages = of.messages;
    this.#live = of.live;
    this.#tellLive = tellLive;
    this.#join = join;
    this.#wanted = wanted;
  }

  get wantsRead(): boolean {
    return this.#live.hasHole || this.#waiting.size > 0;
  }

  get isEmpty(): boolean {
    return this.#readers.size === 0;
  }

  get followers(): Iterable<Follower> {
    return this.#readers.keys();
  }

  begin(follower: Follower, position: Position, done: () => void): void {
    this.drop(follower);
    const reader = { follower, position, done };
    this.#readers.set(follower, reader);
    this.#goOn(reader);
  }

  drop(follower: Follower): void {
    const reader = this.#readers.get(follower);
    if (!reader) return;
    this.#readers.delete(follower);
    this.#waiting.delete(reader);
    reader.done();
  }

  /** Reads one page, and gives it to everybody of whom it holds something. */
  async read(): Promise<void> {
    const { group, from } = this.#group();
    const page = await this.#pageFrom(from);
    this.#tellLive(this.#live.absorb(page));
    for (const reader of group) {
      if (!this.#waiting.delete(reader)) continue;
      // Somebody who claims to have seen what never was goes on from where the log ends.
      if (!page.more) reader.position = lowest(reader.position, page.position);
      if (this.#give(reader, missedIn(page, reader.position))) this.#goOn(reader);
    }
  }

  async #pageFrom(from: Position): Promise<CaughtUp> {
    this.#live.beginReading();
    try {
      return await this.#messages.since(this.#conversationId, from, PAGE);
    } catch (error) {
      this.#live.giveUpReading();
      throw error;
    }
  }

  /** Those who are live, if they have a hole, or who has waited longest; and whoever is near them. */
  #group(): { readonly group: readonly Reader[]; readonly from: Position } {
    const [first] = this.#waiting;
    const { hasHole, position: live } = this.#live;
    const pivot = hasHole || !first ? live : first.position;
    const isNear = ({ position }: Reader): boolean =>
      Math.abs(position.seq - pivot.seq) <= PAGE / 2 && Math.abs(position.rev - pivot.rev) <= PAGE / 2;
    const group = [...this.#waiting].filter(isNear);
    const places = [pivot, ...group.map(({ position }) => position)];
    // Of a page that begins further on than those who are live they could not be told.
    const isAhead = places.some((position) => isBehind(live, position));
    return { group, from: (isAhead ? [live, ...places] : places).reduce(lowest) };
  }

  #goOn(reader: Reader): void {
    const missed = this.#live.missedBy(reader.position);
    if (!missed) {
      this.#waiting.add(reader);
      this.#wanted();
      return;
    }
    // Nothing can be pushed in between: whoever has been given all that was told is live.
    if (!this.#give(reader, missed)) return;
    if (this.#readers.get(reader.follower) !== reader) return;
    this.#readers.delete(reader.follower);
    this.#join(reader.follower);
    reader.done();
  }

  /** False if the follower has no room for all of it: it goes on from where it is when it has. */
  #give(reader: Reader, { told, position }: Missed): boolean {
    const { follower } = reader;
    for (const one of told) {
      if (!follower.hasRoom) {
        this.#park(reader);
        return false;
      }
      follower.tell({ kind: 'told', conversationId: this.#conversationId, told: one });
      reader.position = one.position;
    }
    reader.position = position;
    return true;
  }

  #park(reader: Reader): void {
    reader.follower.whenRoom(() => {
      if (this.#readers.get(reader.follower) === reader) this.#goOn(reader);
    });
  }
}
