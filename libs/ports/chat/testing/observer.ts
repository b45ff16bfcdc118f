import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { Message } from '#domain/chat/model/message.js';
import type { MessageLog, Position } from '../message-log.js';
import { numbers, seqsOf } from './chat-stores.js';

/**
 * A client of one log, which takes in what the log answers and what it is told live. It fails as soon as anything is out of
 * order: what it has is without holes at any moment, and no message comes twice.
 */
export class Observer {
  readonly #log: MessageLog;
  readonly #of: ConversationId;
  readonly #pageSize: number;
  #position: Position;
  #messages: readonly Message[] = [];

  constructor(
    log: MessageLog,
    of: ConversationId,
    pageSize: number,
    position: Position = { seq: 0, rev: 0 },
  ) {
    this.#log = log;
    this.#of = of;
    this.#pageSize = pageSize;
    this.#position = position;
  }

  /** What it has, from wherever it began. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** The same client as it is now, to be come back to when it has gone on. */
  copy(pageSize: number): Observer {
    const copy = new Observer(this.#log, this.#of, pageSize, this.#position);
    copy.#messages = this.#messages;
    return copy;
  }

  async catchUp(): Promise<void> {
    while (await this.step());
  }

  /** Takes in one page; false if there is no more. */
  async step(): Promise<boolean> {
    const { messages, changes, position, more, cutSeq } = await this.#log.since(
      this.#of,
      this.#position,
      this.#pageSize,
    );
    if (messages.length + changes.length > this.#pageSize) throw new Error('The page is too large.');
    if (cutSeq !== undefined) this.#messages = this.#messages.filter(({ seq }) => seq > cutSeq);
    const first = Math.max(this.#position.seq, cutSeq ?? 0) + 1;
    this.#mustBe(seqsOf(messages), numbers(first, first + messages.length - 1));
    const revs = changes.map(({ rev }) => rev);
    this.#mustBe(
      revs,
      [...new Set(revs)].sort((a, b) => a - b),
    );
    if (changes.some(({ seq }) => seq > this.#position.seq))
      throw new Error('A change of what is not there yet.');
    this.#messages = [...this.#messages, ...messages];
    for (const message of changes) this.#replace(message);
    const went = position.seq > this.#position.seq || position.rev > this.#position.rev;
    if (more && !went) throw new Error('There is more, but no way forward.');
    this.#position = position;
    return more;
  }

  /** What is told may come late, twice, out of order or not at all: what does not follow is left to the log. */
  async told(message: Message): Promise<void> {
    const { seq, rev } = this.#position;
    if (message.seq > seq + 1 || (message.seq <= seq && message.rev > rev + 1)) return this.catchUp();
    if (message.seq === seq + 1) {
      this.#messages = [...this.#messages, message];
      this.#position = { seq: seq + 1, rev };
    } else if (message.rev === rev + 1) {
      this.#replace(message);
      this.#position = { seq, rev: rev + 1 };
    }
  }

  #replace(message: Message): void {
    this.#messages = this.#messages.map((one) =>
      one.id === message.id && one.rev < message.rev ? message : one,
    );
  }

  #mustBe(got: readonly number[], expected: readonly number[]): void {
    if (JSON.stringify(got) !== JSON.stringify(expected))
      throw new Error(`Got ${JSON.stringify(got)}, not ${JSON.stringify(expected)}.`);
  }
}
