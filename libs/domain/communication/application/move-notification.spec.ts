import { beforeEach, describe, expect, it } from '@jest/globals';
import { email } from '#adapters/channels/email-channel.js';
import { RegisteredChannels } from '#adapters/channels/registered-channels.js';
import { sms } from '#adapters/channels/sms-channel.js';
import { MemoryNotifications } from '#adapters/memory/communication/memory-notifications.js';
import { MemoryNotificationTypes } from '#adapters/memory/communication/memory-notification-types.js';
import { MemoryProfiles } from '#adapters/memory/communication/memory-profiles.js';
import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryDispatches } from '#adapters/memory/delivery/memory-dispatches.js';
import { MemoryLanes } from '#adapters/memory/delivery/memory-lanes.js';
import { MemoryLedger } from '#adapters/memory/delivery/memory-ledger.js';
import { MemorySuppressions } from '#adapters/memory/delivery/memory-suppressions.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { DeliveryService } from '#domain/delivery/application/delivery-service.js';
import type { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { TemplatingFacade } from '#domain/templating/templating.facade.js';
import { accepted, type Notification } from '#domain/communication/model/notification.js';
import { aNotification, aType } from '#ports/communication/testing/communication-stores.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import { CarryLegs } from './carry-legs.js';
import { FindRecipient } from './find-recipient.js';
import { FreezeTemplates } from './freeze-templates.js';
import { LookAtWindows } from './look-at-windows.js';
import { MoveNotification } from './move-notification.js';
import { PlanNotification } from './plan-notification.js';
import { legDispatchId, orderOf, recipientsOf } from './notification-dispatch.js';
import { PlanLegs } from './plan-legs.js';

/** Every template there is, in its first version. */
const templating: TemplatingFacade = {
  current: (_, id) =>
    Promise.resolve({
      version: 1,
      channel: id === 'tpl_s' ? 'sms' : 'email',
      hasSubject: true,
      variables: [],
    }),
  checkSubject: () => Promise.resolve(),
};

/** The stores outlive the process; `doing` comes before every order to the backbone and may end it. */
class Process {
  readonly clock = new DrivenClock(START);
  readonly outbox = new MemoryOutbox();
  readonly notifications = new MemoryNotifications(this.outbox);
  readonly types = new MemoryNotificationTypes();
  readonly backbone = new MemoryDeliveryBackbone(this.outbox, new CountingIds(), this.clock);
  doing: (order: string) => Promise<void> = () => Promise.resolve();

  get move(): MoveNotification {
    const channels = new RegisteredChannels([sms, email]);
    const { notifications, types, clock } = this;
    const profiles = new MemoryProfiles();
    const windows = new LookAtWindows(profiles, channels, templating, clock);
    const legs = new PlanLegs(channels, windows, new FreezeTemplates(templating));
    const settings = { from: 'Acme <no-reply@acme.example>' };
    return new MoveNotification(
      notifications,
      types,
      new PlanNotification(types, new FindRecipient(profiles, channels), legs, clock),
      new CarryLegs(types, this.#delivery(), channels, settings, legs),
      clock,
    );
  }

  #delivery(): DeliveryFacade {
    const service = new DeliveryService(
      new MemoryDispatches(this.backbone),
      new MemoryLedger(this.backbone),
      new MemorySuppressions(this.backbone),
      { base: 'https://mail.example', unsubscribe: () => '', preferences: () => '', assets: () => '' },
      this.clock,
      new CountingIds(),
    );
    return new Proxy(service, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]): Promise<unknown> => {
          await this.doing(String(name));
          return Reflect.apply(method, target, args);
        };
      },
    });
  }

  async now({ order }: Notification): Promise<Notification> {
    const found = await this.notifications.find(acme, order.id);
    if (!found) throw new Error('It is gone.');
    return found;
  }

  /** How many messages of a leg may still be sent, or have been. */
  async alive({ order }: Notification, channel: string): Promise<number> {
    const stats = await new MemoryDispatches(this.backbone).stats(legDispatchId(order.id, channel));
    const { pending = 0, submitting = 0, accepted: sent = 0 } = stats?.counts ?? {};
    // Of a cancelled dispatch nothing pending is ever begun.
    return (stats?.control === 'cancelled' ? 0 : pending) + submitting + sent;
  }

  /** What the next process does: whatever is due, and every event that was committed. */
  async restarted(): Promise<void> {
    this.doing = () => Promise.resolve();
    const { move } = this;
    await this.clock.advance(10_000);
    for (const one of await this.notifications.due('critical', 10, this.clock.now())) await move.whenDue(one);
    for (const { event } of await this.outbox.untold(100)) {
      if (event.type === 'notification.changed' && event.status === 'cancelled')
        await move.callOffById(acme, event.notificationId as never);
    }
  }
}

describe('a notification on its way, when the process dies', () => {
  let its: Process;
  let notification: Notification;
  beforeEach(async () => {
    its = new Process();
    const templates = { sms: { default: 'tpl_s' }, email: { default: 'tpl_e' } };
    const fallback = { mode: 'fallback', timeoutMs: 5_000 } as const;
    await its.types.insert(aType({ channels: ['sms', 'email'], templates, fallback, lane: 'critical' }));
    const to = { addresses: { phone: '+491701234567', email: 'ada@example.com' } };
    notification = accepted({ ...aNotification({ to, lane: 'critical' }).order, acceptedAt: START });
    await its.notifications.accept([notification]);
  });

  /** Ends at the n-th order to the backbone, counted from 0; answers whether there was one. */
  async function diesAt(n: number, act: () => Promise<unknown>): Promise<boolean> {
    let left = n;
    its.doing = () => (left-- === 0 ? Promise.reject(new Error('killed')) : Promise.resolve());
    return act().then(
      () => false,
      () => true,
    );
  }

  it('before any order to the backbone, is sent by its first channel all the same, once', async () => {
    for (let n = 0; await diesAt(n, () => its.move.whenDue(notification)); n++) {
      await its.clock.advance(0);
      const before = await its.now(notification);
      expect(before.legs.map(({ state }) => state)).toEqual(['sending', 'waiting']);
      its.doing = () => Promise.resolve();
      await its.move.whenDue(before);
      expect(await its.alive(notification, 'sms')).toBe(1);
      expect(await its.alive(notification, 'email')).toBe(0);
      its = new Process();
      await its.types.insert(
        aType({
          channels: ['sms', 'email'],
          templates: { sms: { default: 'tpl_s' }, email: { default: 'tpl_e' } },
          fallback: { mode: 'fallback', timeoutMs: 5_000 },
          lane: 'critical',
        }),
      );
      await its.notifications.accept([notification]);
      expect(n).toBeLessThan(10);
    }
  });

  it('while it is cancelled, is cancelled: by whoever asks again, and by itself', async () => {
    for (const again of [() => its.move.cancel(acme, notification.order.id), () => its.restarted()]) {
      its = new Process();
      const templates = { sms: { default: 'tpl_s' }, email: { default: 'tpl_e' } };
      await its.types.insert(aType({ channels: ['sms', 'email'], templates, lane: 'critical' }));
      await its.notifications.accept([notification]);
      await its.move.whenDue(notification);
      expect(await its.alive(notification, 'sms')).toBe(1);
      expect(await diesAt(0, () => its.move.cancel(acme, notification.order.id))).toBe(true);
      expect([(await its.now(notification)).status, await its.alive(notification, 'sms')]).toEqual([
        'cancelled',
        1,
      ]);
      its.doing = () => Promise.resolve();
      await again();
      expect(await its.alive(notification, 'sms')).toBe(0);
    }
  });

  it('while a leg is given up for the next, has that leg called off after the restart', async () => {
    await its.move.whenDue(notification);
    await its.clock.advance(6_000);
    expect(await diesAt(2, async () => its.move.whenDue(await its.now(notification)))).toBe(true);
    await its.restarted();
    await its.restarted();
    expect(await its.alive(notification, 'email')).toBe(1);
    expect(await its.alive(notification, 'sms')).toBe(0);
  });

  it('and cancelled by another between its route and the opening of its leg, is not sent', async () => {
    let cancelled = false;
    its.doing = async (order) => {
      if (order !== 'openWhole' || cancelled) return;
      cancelled = true;
      await its.move.cancel(acme, notification.order.id);
    };
    await its.move.whenDue(notification);
    expect((await its.now(notification)).status).toBe('cancelled');
    expect(await its.alive(notification, 'sms')).toBe(0);
  });

  it('though it is handed on as it was before somebody cancelled it, is not sent', async () => {
    await its.move.cancel(acme, notification.order.id);
    await its.move.whenDue(notification);
    expect((await its.now(notification)).legs).toEqual([]);
    expect(await its.alive(notification, 'sms')).toBe(0);
  });

  it('with a leg of many half opened, learns that a call under way got through when the leg was given up', async () => {
    const ledger = new MemoryLedger(its.backbone);
    const id = legDispatchId(notification.order.id, 'sms');
    its.doing = async (order) => {
      if (order !== 'openWhole') return;
      const known = await its.now(notification);
      const leg = known.legs[0]!;
      await new MemoryDispatches(its.backbone).open({ ...orderOf(known, leg, ''), linkBase: '' });
      await ledger.accept(id, recipientsOf(known, leg), START);
      throw new Error('killed');
    };
    await expect(its.move.whenDue(notification)).rejects.toThrow('killed');
    const { claims } = await new MemoryLanes(its.backbone).claim('critical', 1, 60_000, START);
    const call = { claim: claims[0]!, key: 'a call', provider: 'twilio', now: START };
    await ledger.openIntent({ ...call, ordinals: [0], unsendable: [] });
    its.doing = () => Promise.resolve();
    expect(await its.move.cancel(acme, notification.order.id)).toMatchObject({
      legs: [{ state: 'abandoned' }, {}],
    });
    const verdict = { to: 'accepted', providerMessageId: 'SM1' } as const;
    await ledger.settle({ ...call, verdicts: [{ ordinal: 0, verdict }] });
    await its.move.follow(acme, notification.order.id, 'sms');
    expect((await its.now(notification)).legs[0]).toMatchObject({ state: 'sent' });
  });
});
