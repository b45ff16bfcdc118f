import type { Notification } from '#domain/communication/model/notification.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import { endsWithin } from './invocation.js';

export interface RoutingDeps {
  /** May be called twice for the same, and by others at the same time. */
  readonly whenDue: (notification: Notification) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Of one request. What is beyond is taken up when the stream rings. */
const MOST_IN_HAND = 64;
/** Milliseconds that an answer is held back for it. */
const PATIENCE_MS = 2_000;

/**
 * Routes what has been handed over while its request is still being answered: a process is frozen as soon as it has answered, and what it had
 * begun by then goes on when somebody wakes it, if ever. Whatever is not done, or not in time, is durable and due: the stream rings for it,
 * and the next minute finds it.
 */
export class RoutedAtOnce {
  readonly #deps: RoutingDeps;
  readonly #inHand = new Set<Promise<void>>();

  constructor(deps: RoutingDeps) {
    this.#deps = deps;
  }

  take(notification: Notification): void {
    if (this.#inHand.size >= MOST_IN_HAND) return;
    const { whenDue, log } = this.#deps;
    const work: Promise<void> = whenDue(notification)
      .catch((error: unknown) =>
        log.error('notifications.not_moved', { notification: notification.order.id, error }),
      )
      .finally(() => this.#inHand.delete(work));
    this.#inHand.add(work);
  }

  async settled(): Promise<void> {
    if (this.#inHand.size === 0) return;
    const { clock, log } = this.#deps;
    if (await endsWithin(clock, PATIENCE_MS, Promise.all(this.#inHand))) return;
    log.warn('notifications.routed_late', { left: this.#inHand.size });
  }
}
