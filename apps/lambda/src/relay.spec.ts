import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryNotifications } from '#adapters/memory/communication/memory-notifications.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { HandOver } from '#domain/communication/application/hand-over.js';
import { RouteNotifications } from '#domain/communication/application/route-notifications.js';
import type { InboxItem } from '#domain/communication/model/inbox-item.js';
import type { Notification } from '#domain/communication/model/notification.js';
import { RelayEvents } from '#domain/events/relay-events.js';
import { aNotification, anInboxItem } from '#ports/communication/testing/communication-stores.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import { handlerOf, type StreamEvent } from './relay.js';

describe('the function that a stream of the table rings', () => {
  let clock: DrivenClock;
  let log: MemoryLog;
  let outbox: MemoryOutbox;
  let told: string[];
  let bad: Set<string>;
  let relay: RelayEvents;
  let notifications: MemoryNotifications;
  let routing: RouteNotifications;
  let stubborn: Set<string>;
  let routed: string[];
  let shown: string[];
  const tellInboxes = async (items: readonly InboxItem[]): Promise<void> =>
    void shown.push(...items.map(({ id }) => id));
  beforeEach(() => {
    clock = new DrivenClock(START);
    log = new MemoryLog();
    outbox = new MemoryOutbox();
    told = [];
    bad = new Set();
    relay = new RelayEvents(outbox, clock, new SeededRandomness(1), log);
    relay.on('dispatch.completed', 'test', async ({ dispatchId }) => {
      if (bad.has(dispatchId)) throw new Error('not now');
      told.push(dispatchId);
    });
    notifications = new MemoryNotifications(outbox);
    [stubborn, routed, shown] = [new Set(), [], []];
    routing = new RouteNotifications({
      ...{ notifications, clock, log, handOver: new HandOver() },
      whenDue: async (one) => {
        if (stubborn.has(one.order.id)) throw new Error('not now');
        routed.push(one.order.id);
        await notifications.save(one, { ...one, status: 'sending', dueAt: undefined, revision: 1 });
      },
    });
  });
  const accepted = async (one: Notification): Promise<StreamEvent['Records'][number]> => {
    await notifications.accept([one]);
    const { id, workspaceId } = one.order;
    const item = { pk: `NTF#${id}`, sk: 'NTF', id, workspaceId };
    return { dynamodb: { NewImage: marshall(item) } };
  };
  const append = (dispatchId: string): void =>
    outbox.append({ type: 'dispatch.completed', workspaceId: 'wsp_1', dispatchId }, clock.now());
  const ring = async (...seqs: number[]): Promise<string> => {
    return rung(
      seqs.map((seq) => ({
        dynamodb: { NewImage: { pk: { S: 'OUTBOX#1' }, sk: { S: 'x' }, seq: { N: String(seq) } } },
      })),
    );
  };
  const rung = async (Records: StreamEvent['Records']): Promise<string> => {
    let how: string | undefined;
    const handler = handlerOf({ relay, outbox, routing, notifications, tellInboxes, clock, log });
    void new LambdaHost(clock, 60_000)
      .invoke(handler, { Records } satisfies StreamEvent)
      .then((one) => (how = one.how));
    while (how === undefined) await clock.advance(50);
    return how;
  };

  it('tells what it names and whatever else is there, each time it is rung', async () => {
    append('dsp_1');
    append('dsp_2');
    expect(await ring(1)).toBe('answered');
    append('dsp_3');
    expect(await ring(3)).toBe('answered');
    expect(told).toEqual(['dsp_1', 'dsp_2', 'dsp_3']);
    expect(await outbox.untold(10)).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  it('does not hold up the stream for an event that nobody takes, and leaves it in the outbox', async () => {
    bad.add('dsp_1');
    append('dsp_1');
    append('dsp_2');
    expect(await ring(1, 2)).toBe('answered');
    expect(told).toEqual(['dsp_2']);
    expect((await outbox.untold(10)).map(({ seq }) => seq)).toEqual([1]);
    expect(log.complaints).toContain('relay.left_untold');
  });

  it('finds nothing to do when it is rung twice', async () => {
    append('dsp_1');
    await ring(1);
    expect(await ring(1)).toBe('answered');
    expect(told).toEqual(['dsp_1']);
  });

  it('routes what is due of whatever lane, once, and leaves the rest for its time', async () => {
    const [one, two, later] = [
      aNotification({ lane: 'bulk' }),
      aNotification({ lane: 'critical' }),
      aNotification({ sendAt: clock.now() + 60_000 }),
    ];
    const records = [await accepted(one), await accepted(two), await accepted(later)];
    expect(await rung(records)).toBe('answered');
    expect(routed.sort()).toEqual([one.order.id, two.order.id].sort());
    await rung(records);
    expect(routed).toHaveLength(2);
    expect(clock.waiting).toBe(0);
  });

  it('looks for nothing when whoever has accepted them has routed them', async () => {
    const one = aNotification();
    const record = await accepted(one);
    await notifications.save(one, { ...one, status: 'sending', dueAt: undefined, revision: 1 });
    routing.start = () => {
      throw new Error('It need not have been started.');
    };
    expect(await rung([record])).toBe('answered');
  });

  it('does not hold up the stream for a notification that cannot be moved', async () => {
    const [bad, good] = [aNotification(), aNotification()];
    stubborn.add(bad.order.id);
    const began = clock.monotonic();
    expect(await rung([await accepted(bad), await accepted(good)])).toBe('answered');
    expect(routed).toEqual([good.order.id]);
    expect(clock.monotonic() - began).toBeLessThan(4_000);
    expect(log.complaints).toContain('relay.left_unrouted');
  });

  it('tells of what was put into an inbox, as it is stored', async () => {
    const item = anInboxItem();
    const stored = { pk: `INBOXITEM#acme#${item.id}`, sk: 'ITEM', ...item, body: JSON.stringify(item) };
    const NewImage = marshall(stored, { removeUndefinedValues: true });
    expect(await rung([{ dynamodb: { NewImage } }])).toBe('answered');
    expect(shown).toEqual([item.id]);
  });

  it('passes over whatever else stands in the table', async () => {
    const NewImage = marshall({ pk: 'NTF#ntf_1', sk: 'LISTING', id: 'ntf_1' });
    expect(await rung([{ dynamodb: { NewImage } }, { dynamodb: {} }, {}])).toBe('answered');
    expect([told, routed, shown]).toEqual([[], [], []]);
  });
});
