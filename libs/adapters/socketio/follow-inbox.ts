import type { InboxItem } from '#domain/communication/model/inbox-item.js';
import { LookAgain, type Looked } from '#domain/kernel/look-again.js';
import type { Inbox } from '#ports/communication/inbox.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';

export interface Following {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
}

/** Whoever wants to know what has changed. */
export interface Audience {
  readonly isEmpty: boolean;
  /** Told again of the same if it rejects. */
  tell(items: readonly InboxItem[]): Promise<void>;
}

/** Hints may be missed: we look this often at least (ms). */
const LOOK_EVERY_MS = 3_000;
const AT_ONCE = 200;

/** Tells of every item put or moved on while it runs, by whichever process, in the order of the changes. */
export class FollowInbox {
  readonly #inbox: Inbox;
  readonly #audience: Audience;
  readonly #looker: LookAgain;
  #cursor = '';

  constructor({ inbox, clock, log }: Following, audience: Audience) {
    this.#inbox = inbox;
    this.#audience = audience;
    this.#looker = new LookAgain(
      clock,
      () => this.#look(),
      (error) => {
        log.error('inbox.unreadable', { error });
        return LOOK_EVERY_MS;
      },
    );
  }

  /** What was before is everybody's to read for themselves. */
  async start(): Promise<void> {
    this.#cursor = await this.#inbox.lastChange();
    this.#looker.start((call) => this.#inbox.onChanged(call));
  }

  stop(): Promise<void> {
    return this.#looker.stop();
  }

  async #look(): Promise<Looked> {
    if (this.#audience.isEmpty) {
      const last = await this.#inbox.lastChange();
      // In this order: whoever came while we asked may have read their inbox before the last change was made.
      if (this.#audience.isEmpty) {
        this.#cursor = last;
        return LOOK_EVERY_MS;
      }
    }
    const { items, cursor } = await this.#inbox.changesSince(this.#cursor, AT_ONCE);
    if (items.length > 0) await this.#audience.tell(items);
    this.#cursor = cursor;
    return items.length === AT_ONCE ? 'again' : LOOK_EVERY_MS;
  }
}
