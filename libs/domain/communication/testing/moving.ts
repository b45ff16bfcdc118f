import { RegisteredChannels } from '#adapters/channels/registered-channels.js';
import { MemoryNotifications } from '#adapters/memory/communication/memory-notifications.js';
import { MemoryNotificationTypes } from '#adapters/memory/communication/memory-notification-types.js';
import { MemoryProfiles } from '#adapters/memory/communication/memory-profiles.js';
import { MemoryDeliveries } from '#adapters/memory/delivery/memory-deliveries.js';
import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryDispatches } from '#adapters/memory/delivery/memory-dispatches.js';
import { MemoryLanes } from '#adapters/memory/delivery/memory-lanes.js';
import { MemoryLedger } from '#adapters/memory/delivery/memory-ledger.js';
import { MemoryProviderReports } from '#adapters/memory/delivery/memory-provider-reports.js';
import { MemorySuppressions } from '#adapters/memory/delivery/memory-suppressions.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { DeliveryService } from '#domain/delivery/application/delivery-service.js';
import type { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { CurrentTemplate, TemplatingFacade } from '#domain/templating/templating.facade.js';
import { FindRecipient } from '#domain/communication/application/find-recipient.js';
import { FreezeTemplates } from '#domain/communication/application/freeze-templates.js';
import { LookAtWindows } from '#domain/communication/application/look-at-windows.js';
import { MoveNotification } from '#domain/communication/application/move-notification.js';
import { PlanNotification } from '#domain/communication/application/plan-notification.js';
import { CarryLegs } from '#domain/communication/application/carry-legs.js';
import { PlanLegs } from '#domain/communication/application/plan-legs.js';
import type { Notifications } from '#ports/communication/notifications.js';
import type { NotificationTypes } from '#ports/communication/notification-types.js';
import type { Profiles } from '#ports/communication/profiles.js';
import type { ChannelTraits } from '#ports/delivery/channels.js';
import type { Clock } from '#ports/system/clock.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';

const aTemplate: CurrentTemplate = { version: 1, channel: 'sms', hasSubject: false, variables: [] };

/** Notifications that are moved by hand over a whole backbone in memory. */
export class Moving {
  readonly clock = new DrivenClock(START);
  readonly outbox = new MemoryOutbox();
  readonly notifications = new MemoryNotifications(this.outbox);
  readonly types = new MemoryNotificationTypes();
  readonly profiles = new MemoryProfiles();
  readonly #backbone = new MemoryDeliveryBackbone(this.outbox, new CountingIds(), this.clock);
  readonly dispatches = new MemoryDispatches(this.#backbone);
  readonly ledger = new MemoryLedger(this.#backbone);
  readonly lanes = new MemoryLanes(this.#backbone);
  readonly deliveries = new MemoryDeliveries(this.#backbone);
  readonly reports = new MemoryProviderReports(this.#backbone);
  readonly delivery: DeliveryFacade = new DeliveryService(
    this.dispatches,
    this.ledger,
    new MemorySuppressions(this.#backbone),
    { base: 'https://mail.example', unsubscribe: () => '', preferences: () => '', assets: () => '' },
    this.clock,
    new CountingIds(),
  );
  readonly move: MoveNotification;

  /** @param texts of the text parts of templates, by id; every other id is a template without one */
  constructor(traits: readonly ChannelTraits[], texts: Readonly<Record<string, string>> = {}) {
    this.move = moveOver(this, traits, texts);
  }
}

/** What moves notifications, over whatever stores. */
export function moveOver(
  stores: {
    readonly clock: Clock;
    readonly notifications: Notifications;
    readonly types: NotificationTypes;
    readonly profiles: Profiles;
    readonly delivery: DeliveryFacade;
  },
  traits: readonly ChannelTraits[],
  texts: Readonly<Record<string, string>> = {},
): MoveNotification {
  const channels = new RegisteredChannels(traits);
  const templating: TemplatingFacade = {
    current: (_, id) => Promise.resolve({ ...aTemplate, text: texts[id] ?? '' }),
    checkSubject: () => Promise.resolve(),
  };
  const { clock, delivery, notifications, profiles, types } = stores;
  const windows = new LookAtWindows(profiles, channels, templating, clock);
  const legs = new PlanLegs(channels, windows, new FreezeTemplates(templating));
  const settings = { from: 'Acme <no-reply@acme.example>' };
  return new MoveNotification(
    notifications,
    types,
    new PlanNotification(types, new FindRecipient(profiles, channels), legs, clock),
    new CarryLegs(types, delivery, channels, settings, legs),
    clock,
  );
}
