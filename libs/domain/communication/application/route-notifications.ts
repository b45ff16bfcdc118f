import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import type { Notification } from '#domain/communication/model/notification.js';
import type { Instant } from '#domain/kernel/brand.js';
import { LookAgain } from '#domain/kernel/look-again.js';
import type { Notifications } from '#ports/communication/notifications.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { HandOver } from './hand-over.js';

export interface RoutingTools {
  readonly notifications: Notifications;
  readonly handOver: HandOver;
  readonly clock: Clock;
  readonly log: Log;
  /** May be called twice for the same. */
  readonly whenDue: (notification: Notification) => Promise<void>;
}

/** Notifications of a lane in hand at once: the critical one has most, and nobody takes them from it. */
const IN_HAND: Readonly<Record<Lane, number>> = { critical: 64, standard: 32, bulk: 16 };
/** A hint may be missed, and another process may accept: look at least this often. */
const LOOK_EVERY_MS = 5_000;
/** One that failed is left alone this long: the others go ahead. */
const LEAVE_ALONE_MS = 2_000;
const MOST_LEFT_ALONE = 10_000;

/** Takes up notifications as they come due, lane by lane: a full bulk lane keeps no code waiting. */
export class RouteNotifications {
  readonly #lanes: readonly LaneRouter[];
  readonly #handOver: HandOver;
  #takeNoMore = (): void => {};

  constructor(tools: RoutingTools) {
    this.#lanes = lanes.map((lane) => new LaneRouter(lane, tools));
    this.#handOver = tools.handOver;
  }

  start(): void {
    for (const lane of this.#lanes) lane.start();
    this.#takeNoMore = this.#handOver.to((notification) => {
      this.#lanes.find(({ lane }) => lane === notification.order.lane)?.offer(notification);
    });
  }

  /** Finishes what is in hand; everything else stays due. */
  async stop(): Promise<void> {
    this.#takeNoMore();
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }
}

class LaneRouter {
  readonly lane: Lane;
  readonly #tools: RoutingTools;
  readonly #inHand = new Map<string, Promise<void>>();
  /** Until when, on the monotonic clock. */
  readonly #leftAlone = new Map<string, number>();
  readonly #looker: LookAgain;

  constructor(lane: Lane, tools: RoutingTools) {
    this.lane = lane;
    this.#tools = tools;
    this.#looker = new LookAgain(
      tools.clock,
      () => this.#look(),
      (error) => {
        tools.log.error('notifications.unreadable', { lane, error });
        return this.#restMs(undefined);
      },
    );
  }

  start(): void {
    this.#looker.start((call) => this.#tools.notifications.onDue(call));
  }

  async stop(): Promise<void> {
    await this.#looker.stop();
    await Promise.allSettled(this.#inHand.values());
  }

  /** Without hands free for it, it is found when there are. */
  offer(notification: Notification): void {
    if (this.#inHand.size >= IN_HAND[this.lane] || this.#inHand.has(notification.order.id)) return;
    this.#take(notification);
  }

  async #look(): Promise<number> {
    const { notifications, clock } = this.#tools;
    const all = await this.#takeDue();
    return this.#restMs(all ? await notifications.nextDueAt(this.lane, clock.now()) : undefined);
  }

  #restMs(next: Instant | undefined): number {
    const wait = next === undefined ? LOOK_EVERY_MS : next - this.#tools.clock.now();
    const most = this.#leftAlone.size > 0 ? LEAVE_ALONE_MS : LOOK_EVERY_MS;
    return Math.min(most, Math.max(5, wait));
  }

  /** Answers whether all that is due has been taken in hand. */
  async #takeDue(): Promise<boolean> {
    const { notifications, clock } = this.#tools;
    const free = IN_HAND[this.lane] - this.#inHand.size;
    // Whoever gets out of hand looks again.
    if (free <= 0) return false;
    // Those in hand and left alone are still due until their state is kept.
    const limit = free + this.#inHand.size + this.#leftAlone.size;
    const due = await notifications.due(this.lane, limit, clock.now());
    for (const notification of due) {
      const { id } = notification.order;
      if (this.#inHand.size >= IN_HAND[this.lane]) return false;
      if (!this.#inHand.has(id) && !this.#isLeftAlone(id)) this.#take(notification);
    }
    return due.length < limit;
  }

  #take(notification: Notification): void {
    const { id } = notification.order;
    const work = this.#tools
      .whenDue(notification)
      .catch((error: unknown) => {
        this.#leaveAlone(id);
        this.#tools.log.error('notifications.not_moved', { notification: id, error });
      })
      .finally(() => {
        this.#inHand.delete(id);
        this.#looker.call();
      });
    this.#inHand.set(id, work);
  }

  #leaveAlone(id: string): void {
    // Storage that fails for all of them is not to be remembered for each of a million.
    if (this.#leftAlone.size >= MOST_LEFT_ALONE) this.#leftAlone.clear();
    this.#leftAlone.set(id, this.#tools.clock.monotonic() + LEAVE_ALONE_MS);
  }

  #isLeftAlone(id: string): boolean {
    const until = this.#leftAlone.get(id);
    if (until === undefined) return false;
    if (until > this.#tools.clock.monotonic()) return true;
    this.#leftAlone.delete(id);
    return false;
  }
}
