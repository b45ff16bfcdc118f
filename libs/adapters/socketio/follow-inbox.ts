import type { InboxItem } from '#domain/communication/model/inbox-item.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Inbox } from '#ports/communication/inbox.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';

export interface Following {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
}

/** Whoever wants to know what was put. */
export interface Audience {
  readonly isEmpty: boolean;
  tell(items: readonly InboxItem[]): void;
}

/** Hints may be missed: we look this often at least (ms). */
const LOOK_EVERY_MS = 3_000;
const AT_ONCE = 200;

/** Tells of every item put while it runs, by whichever process, in the order of putting. */
export class FollowInbox {
  readonly #tools: Following;
  readonly #audience: Audience;
  #cursor: string | undefined;
  #state: 'new' | 'running' | 'stopped' = 'new';
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #cancelTimer = (): void => {};
  #unsubscribe = (): void => {};

  constructor(tools: Following, audience: Audience) {
    this.#tools = tools;
    this.#audience = audience;
  }

  /** What was put before is everybody's to read for themselves. */
  async start(): Promise<void> {
    const { inbox } = this.#tools;
    this.#cursor = await inbox.newest();
    this.#state = 'running';
    this.#unsubscribe = inbox.onPut(() => this.#look());
    this.#look();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#unsubscribe();
    this.#cancelTimer();
    await this.#looking;
  }

  #look(): void {
    if (this.#state !== 'running') return;
    this.#lookAgain = true;
    this.#looking ??= this.#lookAround().finally(() => {
      this.#looking = undefined;
      // Somebody called after the last look and before this: nobody else will hear them.
      if (this.#lookAgain) this.#look();
    });
  }

  async #lookAround(): Promise<void> {
    this.#cancelTimer();
    try {
      while (this.#lookAgain && this.#state === 'running') {
        this.#lookAgain = false;
        if (await this.#step()) this.#lookAgain = true;
      }
    } catch (error) {
      this.#tools.log.error('inbox.unreadable', { error });
      if (error instanceof Refusal && error.code === 'not_found') await this.#startOver();
    }
    if (this.#state === 'running')
      this.#cancelTimer = this.#tools.clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  /** Answers whether there may be more. */
  async #step(): Promise<boolean> {
    const { inbox } = this.#tools;
    if (this.#audience.isEmpty) {
      const newest = await inbox.newest();
      // In this order: whoever came while we asked may have read their inbox before the newest was put.
      if (this.#audience.isEmpty) {
        this.#cursor = newest;
        return false;
      }
    }
    const items = await inbox.putSince(this.#cursor, AT_ONCE);
    this.#cursor = items.at(-1)?.id ?? this.#cursor;
    this.#audience.tell(items);
    return items.length === AT_ONCE;
  }

  /** The item we had come to was removed: what came right after it is read when an inbox is opened. */
  async #startOver(): Promise<void> {
    try {
      this.#cursor = await this.#tools.inbox.newest();
    } catch (error) {
      this.#tools.log.error('inbox.unreadable', { error });
    }
  }
}
