import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import {
  letsOthersPass,
  type Notification,
  notificationStatuses,
} from '#domain/communication/model/notification.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { aNotification, moved, type OpenCommunicationStores } from './communication-stores.js';

const LANES = ['critical', 'standard'] as const;
const AT = fc.integer({ min: START, max: START + 20 });
const NOW = START + 10;

const step = fc.oneof(
  fc.record({
    what: fc.constant('accept' as const),
    orderingKey: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    lane: fc.constantFrom(...LANES),
    sendAt: AT,
  }),
  fc.record({
    what: fc.constant('save' as const),
    which: fc.nat(),
    status: fc.constantFrom(...notificationStatuses),
    dueAt: fc.option(AT, { nil: undefined }),
  }),
);

/** Whatever is accepted and decided, in whatever order: what is due is what the port says, word by word. */
export function describeRandomNotifications(name: string, open: OpenCommunicationStores, runs: number): void {
  describe(`${name} under random operations`, () => {
    it('answers what is due after every step', async () => {
      const steps = fc.array(step, { minLength: 10, maxLength: 30, size: 'max' });
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const stores = await open();
          const known: Notification[] = [];
          for (const one of sequence) {
            if (one.what === 'accept') {
              const { orderingKey, lane, sendAt } = one;
              const fresh = aNotification({
                lane,
                sendAt,
                ...(orderingKey !== undefined && { orderingKey }),
              });
              await stores.notifications.accept([fresh]);
              known.push(fresh);
            } else if (known.length > 0) {
              const at = one.which % known.length;
              const before = known[at]!;
              const after = moved<Notification>(before, { status: one.status, dueAt: one.dueAt });
              expect(await stores.notifications.save(before, after)).toBe('saved');
              known[at] = after;
            }
            for (const lane of LANES) {
              const waiting = waitingIn(known, lane);
              const due = await stores.notifications.due(lane, 100, NOW);
              expect(keysOf(due)).toEqual(keysOf(waiting.filter((each) => timeOf(each) <= NOW)));
              const next = waiting.map(timeOf).filter((time) => time > NOW);
              const earliest = next.length === 0 ? undefined : Math.min(...next);
              expect(await stores.notifications.nextDueAt(lane, NOW)).toBe(earliest);
            }
          }
          await stores.close();
        }),
        { numRuns: runs, interruptAfterTimeLimit: 60_000 },
      );
    }, 90_000);
  });
}

/** @param known in the order of acceptance */
function waitingIn(known: readonly Notification[], lane: string): Notification[] {
  return known.filter((one, at) => {
    if (one.order.lane !== lane || one.dueAt === undefined) return false;
    const key = one.order.orderingKey;
    const before = known.slice(0, at).filter(({ order }) => key !== undefined && order.orderingKey === key);
    return before.every(letsOthersPass);
  });
}

function timeOf({ dueAt }: Notification): number {
  return dueAt ?? Infinity;
}

/** With their times in front, and at the same time in the order of their ids: nothing is promised about those. */
function keysOf(notifications: readonly Notification[]): string[] {
  const keys = notifications.map((one) => `${timeOf(one)} ${one.order.id}`);
  return keys.sort();
}
