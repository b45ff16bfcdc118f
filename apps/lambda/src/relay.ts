import { readRecords, type Rung, type StreamRecord } from '#adapters/dynamodb/stream/stream-records.js';
import type { Duty } from '#apps/server/src/duty.js';
import type { InboxItem } from '#domain/communication/model/inbox-item.js';
import type { Notifications } from '#ports/communication/notifications.js';
import type { Outbox } from '#ports/events/outbox.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Invocation } from './invocation.js';

export interface StreamEvent {
  readonly Records: readonly StreamRecord[];
}

export interface RelayDeps {
  /** `RelayEvents`, with its handlers. */
  readonly relay: Pick<Duty, 'start' | 'stop'>;
  readonly outbox: Pick<Outbox, 'untold'>;
  /** `RouteNotifications`. */
  readonly routing: Pick<Duty, 'start' | 'stop'>;
  readonly notifications: Pick<Notifications, 'find'>;
  /** Tells those who are connected what has been put into their inboxes. */
  readonly tellInboxes: (items: readonly InboxItem[]) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds for which an invocation waits for an event that a handler does not take. */
  readonly mostMs?: number;
}

const MOST_MS = 10_000;
/** Milliseconds for which it waits for a notification that cannot be moved: others are behind it in the stream. */
const MOST_ROUTING_MS = 3_000;
const STOP_BEFORE_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** Events of the outbox looked at for those that the stream has named. */
const LOOKED_AT = 1_000;

/** Something that works off what has been named, and how much of that is left. */
interface Working {
  readonly duty: Pick<Duty, 'start' | 'stop'>;
  readonly left: () => Promise<number>;
  readonly mostMs: number;
  readonly complaint: string;
}

/**
 * The stream only rings: what is told is what is in the outbox, what is routed is what is due. What is not taken stays there, and is found
 * by the timer's function in its turn; it would be of no use to hold up the stream, and all that comes behind, for it. A failure of the table
 * is thrown: then the stream rings again.
 */
export function handlerOf(
  deps: RelayDeps,
): (event: StreamEvent, invocation: Invocation) => Promise<{ batchItemFailures: never[] }> {
  const { mostMs = MOST_MS, tellInboxes } = deps;
  return async ({ Records }, invocation) => {
    const rung = readRecords(Records);
    const leftMs = Math.max(0, invocation.getRemainingTimeInMillis() - STOP_BEFORE_MS);
    const works: Promise<unknown>[] = [];
    if (rung.events.length > 0)
      works.push(
        workOff(deps, {
          duty: deps.relay,
          left: () => untoldOf(deps.outbox, new Set(rung.events)),
          mostMs: Math.min(mostMs, leftMs),
          complaint: 'relay.left_untold',
        }),
      );
    if (rung.notifications.length > 0) works.push(route(deps, rung, Math.min(MOST_ROUTING_MS, leftMs)));
    if (rung.inboxItems.length > 0) works.push(tellInboxes(rung.inboxItems));
    const ended = await Promise.allSettled(works);
    const failed = ended.find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
    return { batchItemFailures: [] };
  };
}

/** Those that are due, and whom whoever accepted them has not routed itself. */
async function route(deps: RelayDeps, { notifications }: Rung, mostMs: number): Promise<void> {
  let waiting = await stillDue(deps, notifications);
  if (waiting.length === 0) return;
  await workOff(deps, {
    duty: deps.routing,
    left: async () => {
      // One with an ordering key may have to wait for others: there is a look for it, and no more.
      const unkeyed = waiting.filter(({ orderingKey }) => orderingKey === undefined);
      waiting = await stillDue(deps, unkeyed);
      return waiting.length;
    },
    mostMs,
    complaint: 'relay.left_unrouted',
  });
}

async function stillDue({ notifications, clock }: RelayDeps, named: Rung['notifications']) {
  const found = await Promise.all(named.map(({ workspaceId, id }) => notifications.find(workspaceId, id)));
  return found.flatMap((one) => {
    const isDue = one?.status === 'accepted' && one.dueAt !== undefined && one.dueAt <= clock.now();
    return isDue ? [one.order] : [];
  });
}

async function workOff({ clock, log }: RelayDeps, { duty, left, mostMs, complaint }: Working): Promise<void> {
  const endsAt = clock.monotonic() + mostMs;
  await duty.start();
  try {
    let now = await left();
    while (now > 0 && clock.monotonic() < endsAt) {
      await new Promise<void>((resolve) => void clock.after(LOOK_EVERY_MS, resolve));
      now = await left();
    }
    if (now > 0) log.warn(complaint, { left: now });
  } finally {
    await duty.stop();
  }
}

async function untoldOf(outbox: Pick<Outbox, 'untold'>, named: ReadonlySet<number>): Promise<number> {
  const untold = await outbox.untold(LOOKED_AT);
  return untold.filter(({ seq }) => named.has(seq)).length;
}
