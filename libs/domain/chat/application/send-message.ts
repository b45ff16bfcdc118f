import { Injectable } from '@nestjs/common';
import type { ChatUser, NewMessage } from '#domain/chat/chat.facade.js';
import type { Sent } from './append-message.js';
import { floodRefusal, LimitFlood } from './limit-flood.js';
import { StoreMessage } from './store-message.js';
import { WriteAhead } from './write-ahead.js';

/** Puts a message into the log of its conversation, and tells who is connected. */
@Injectable()
export class SendMessage {
  readonly #flood: LimitFlood;
  readonly #store: StoreMessage;
  readonly #ahead: WriteAhead;

  constructor(flood: LimitFlood, store: StoreMessage, ahead: WriteAhead) {
    this.#flood = flood;
    this.#store = store;
    this.#ahead = ahead;
  }

  /**
   * Durable when it resolves.
   * @throws Refusal `forbidden` | `validation_failed` | `message_too_large` | `rate_limited` | `storage_unavailable` (it may have been kept
   * for later; asked again with the same client message id it is one message)
   */
  async run(by: ChatUser, asked: NewMessage): Promise<Sent> {
    const said = this.#store.read(by, asked);
    const verdict = await this.#flood.message(by);
    if (!verdict.allowed) return this.#store.sentBefore(by, said, floodRefusal(verdict));
    const sent = await this.#ahead.run(by, asked, () => this.#store.run(by, asked, said));
    // It has cost nobody anything new. One that was refused has: whoever asks in vain floods as well.
    if (!sent.isNew) await this.#flood.giveBack(by);
    return sent;
  }
}
