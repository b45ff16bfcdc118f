import type { Message } from '#domain/chat/model/message.js';
import type { Position } from '#ports/chat/message-log.js';
import type { Durable, Ephemeral, Follower } from '../application/follower.js';
import type { Told } from '../application/live-log.js';

/**
 * A client of one conversation: it takes what it is told, and fails as soon as anything of it is doubled, missing or out of
 * order. What it has seen it keeps when its connection breaks.
 */
export class FollowingClient {
  readonly userId: string;
  position: Position;
  readonly messages = new Map<number, Message>();
  readonly faults: string[] = [];
  readonly others: (Durable | Ephemeral)[] = [];
  /** Events that it takes until it stalls. */
  room = Infinity;
  #waiting: (() => void)[] = [];

  constructor(userId: string, position: Position = { seq: 0, rev: 0 }) {
    this.userId = userId;
    this.position = position;
  }

  /** A connection of its own: what is told to one that broke is lost. */
  connection(): Follower & { isBroken: boolean } {
    const client = this;
    return {
      userId: this.userId,
      isBroken: false,
      get hasRoom() {
        return client.room > 0;
      },
      whenRoom(call) {
        client.#waiting.push(call);
      },
      tell(event) {
        if (!this.isBroken) client.#take(event);
      },
      pass(event) {
        if (!this.isBroken) client.others.push(event);
      },
    };
  }

  read(events: number): void {
    this.room += events;
    for (const call of this.#waiting.splice(0)) call();
  }

  #take(event: Durable): void {
    this.room -= 1;
    if (event.kind === 'told') this.#takeTold(event.told);
    else this.others.push(event);
  }

  #takeTold(told: Told): void {
    const { seq, rev } = this.position;
    if (told.kind === 'gap') {
      if (told.after !== seq || told.cutSeq <= seq) this.faults.push(`gap of ${told.after} at ${seq}`);
      for (const one of this.messages.keys()) if (one <= told.cutSeq) this.messages.delete(one);
    } else if (told.kind === 'created') {
      if (told.message.seq !== seq + 1) this.faults.push(`${told.message.seq} after ${seq}`);
      this.messages.set(told.message.seq, told.message);
    } else {
      if (told.message.rev <= rev || told.message.seq > seq)
        this.faults.push(`change ${told.message.rev} of ${told.message.seq} at ${seq}, ${rev}`);
      if ((this.messages.get(told.message.seq)?.rev ?? 0) <= told.message.rev)
        this.messages.set(told.message.seq, told.message);
    }
    const back = told.position.seq < seq || told.position.rev < rev;
    if (back) this.faults.push(`back to ${JSON.stringify(told.position)}`);
    this.position = told.position;
  }
}
