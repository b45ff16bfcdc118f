import { Injectable } from '@nestjs/common';
import type { Notification } from '#domain/communication/model/notification.js';

/**
 * From whoever has accepted a notification to whoever routes them, where both are in one process. A short cut that may be
 * left out: what is offered is durable and due, and is found there by whoever looks.
 */
@Injectable()
export class HandOver {
  #take: (notification: Notification) => void = () => {};

  offer(notification: Notification): void {
    this.#take(notification);
  }

  /** Who takes them from now on. Answers how to stop. */
  to(take: (notification: Notification) => void): () => void {
    this.#take = take;
    return () => {
      this.#take = () => {};
    };
  }
}
