import { channelRegistry } from '#adapters/channels/channel-registry.js';
import { MemoryNotificationTypes } from '#adapters/memory/communication/memory-notification-types.js';
import { MemoryProfiles } from '#adapters/memory/communication/memory-profiles.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { AddDevice } from '#domain/communication/application/add-device.js';
import { DefineNotificationType } from '#domain/communication/application/define-notification-type.js';
import { RemoveDevice } from '#domain/communication/application/remove-device.js';
import { RemoveNotificationType } from '#domain/communication/application/remove-notification-type.js';
import { RemoveProfile } from '#domain/communication/application/remove-profile.js';
import { SavePreferences } from '#domain/communication/application/save-preferences.js';
import { SaveProfile } from '#domain/communication/application/save-profile.js';
import { TemplatingService } from '#domain/templating/application/templating-service.js';
import type { Template, TemplateId } from '#domain/templating/model/template.js';
import { TemplatingFacade } from '#domain/templating/templating.facade.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Profiles } from '#ports/communication/profiles.js';
import { Channels, type ChannelTraits } from '#ports/delivery/channels.js';
import { memoryPorts } from '../../deliveries/testing/memory-ports.js';
import { NotificationTypesController } from '../../notification-types/notification-types.controller.js';
import { RestRig, type RunningRest, startRest } from '../../testing/rest-rig.js';
import { DevicesController } from '../devices.controller.js';
import { UsersController } from '../users.controller.js';

/** A channel that nothing but these tests knows of. */
const pager: ChannelTraits = {
  name: 'pager',
  addressKind: 'pager',
  template: { subject: 'none', html: false },
  arrivesWhenAccepted: false,
  normalise: (address) => (/^\d{4}$/.test(address) ? address : undefined),
};

const useCases = [
  AddDevice,
  DefineNotificationType,
  RemoveDevice,
  RemoveNotificationType,
  RemoveProfile,
  SavePreferences,
  SaveProfile,
];

interface Stores {
  readonly types: MemoryNotificationTypes;
  readonly profiles: MemoryProfiles;
}

/** The REST paths of notification types and users over memory, on a clock that only the test moves. */
export class CommunicationServer extends RestRig {
  readonly types: MemoryNotificationTypes;
  readonly profiles: MemoryProfiles;

  private constructor(running: RunningRest, { types, profiles }: Stores) {
    super(running);
    this.types = types;
    this.profiles = profiles;
  }

  static async start(): Promise<CommunicationServer> {
    const stores = { types: new MemoryNotificationTypes(), profiles: new MemoryProfiles() };
    const all = [...Object.values(channelRegistry).map(({ channel }) => channel), pager];
    const channels: Channels = { all: () => all, find: (name) => all.find((one) => one.name === name) };
    const own = [
      { provide: NotificationTypes, useValue: stores.types },
      { provide: Profiles, useValue: stores.profiles },
      { provide: Channels, useValue: channels },
    ];
    const running = await startRest(memoryPorts(new DrivenClock()), own, {
      providers: [...useCases, { provide: TemplatingFacade, useClass: TemplatingService }],
      controllers: [NotificationTypesController, UsersController, DevicesController],
    });
    return new CommunicationServer(running, stores);
  }

  /** A template of that channel, as templating would have made it. */
  async aTemplate(channel: string, workspaceId = this.workspaceId): Promise<string> {
    const id = this.ports.ids.next('tpl') as string as TemplateId;
    const made = { workspaceId, locale: 'en', createdAt: 0 };
    const template = { ...made, id, name: id, channel, currentVersion: 1, updatedAt: 0 } as Template;
    const content = { text: 'Hello', variables: [] };
    await this.ports.templates.insert(template, { ...made, templateId: id, version: 1, content });
    return id;
  }
}
