import 'reflect-metadata';
import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import request from 'supertest';
import { channelRegistry } from '#adapters/channels/channel-registry.js';
import { MemoryNotificationTypes } from '#adapters/memory/communication/memory-notification-types.js';
import { MemoryProfiles } from '#adapters/memory/communication/memory-profiles.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { AddDevice } from '#domain/communication/application/add-device.js';
import { CreateNotificationType } from '#domain/communication/application/create-notification-type.js';
import { RemoveDevice } from '#domain/communication/application/remove-device.js';
import { RemoveNotificationType } from '#domain/communication/application/remove-notification-type.js';
import { RemoveProfile } from '#domain/communication/application/remove-profile.js';
import { SaveNotificationType } from '#domain/communication/application/save-notification-type.js';
import { SavePreferences } from '#domain/communication/application/save-preferences.js';
import { SaveProfile } from '#domain/communication/application/save-profile.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { TemplatingService } from '#domain/templating/application/templating-service.js';
import type { Template, TemplateId } from '#domain/templating/model/template.js';
import { TemplatingFacade } from '#domain/templating/templating.facade.js';
import { BootstrapWorkspace } from '#domain/workspace/application/bootstrap-workspace.js';
import type { Scope } from '#domain/workspace/model/scopes.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Profiles } from '#ports/communication/profiles.js';
import { Channels, type ChannelTraits } from '#ports/delivery/channels.js';
import { type MemoryPorts, memoryPorts, providersOf } from '../../deliveries/testing/memory-ports.js';
import { Lifecycle } from '../../kit/lifecycle.js';
import { createRestServer } from '../../kit/rest-server.js';
import { DEFAULT_REST_SETTINGS } from '../../kit/rest-settings.js';
import { RestKitModule } from '../../kit/rest.module.js';
import { NotificationTypesController } from '../../notification-types/notification-types.controller.js';
import { DevicesController } from '../devices.controller.js';
import { UsersController } from '../users.controller.js';

const OWNER_KEY = 'owner-key-of-the-test-server';

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
  CreateNotificationType,
  RemoveDevice,
  RemoveNotificationType,
  RemoveProfile,
  SaveNotificationType,
  SavePreferences,
  SaveProfile,
];

/** The REST paths of notification types and users over memory, on a clock that only the test moves. */
export class CommunicationServer {
  readonly app: NestFastifyApplication;
  readonly ports: MemoryPorts;
  readonly types: MemoryNotificationTypes;
  readonly profiles: MemoryProfiles;
  /** Of the workspace whose owner `as()` is. */
  readonly workspaceId: WorkspaceId;

  private constructor(
    app: NestFastifyApplication,
    ports: MemoryPorts,
    stores: { readonly types: MemoryNotificationTypes; readonly profiles: MemoryProfiles },
    workspaceId: WorkspaceId,
  ) {
    this.app = app;
    this.ports = ports;
    this.types = stores.types;
    this.profiles = stores.profiles;
    this.workspaceId = workspaceId;
  }

  static async start(): Promise<CommunicationServer> {
    const ports = memoryPorts(new DrivenClock());
    const stores = { types: new MemoryNotificationTypes(), profiles: new MemoryProfiles() };
    const all = [...Object.values(channelRegistry).map(({ channel }) => channel), pager];
    const channels: Channels = { all: () => all, find: (name) => all.find((one) => one.name === name) };
    const providers = [
      ...providersOf(ports),
      { provide: NotificationTypes, useValue: stores.types },
      { provide: Profiles, useValue: stores.profiles },
      { provide: Channels, useValue: channels },
    ];

    @Global()
    @Module({ providers, exports: providers })
    class PortsModule {}

    @Module({
      imports: [PortsModule, RestKitModule.with(DEFAULT_REST_SETTINGS)],
      providers: [...useCases, { provide: TemplatingFacade, useClass: TemplatingService }],
      controllers: [NotificationTypesController, UsersController, DevicesController],
    })
    class TestedModule {}

    const app = await createRestServer(TestedModule, DEFAULT_REST_SETTINGS, false);
    await app.init();
    await (app.getHttpAdapter().getInstance() as unknown as FastifyInstance).ready();
    const { workspace } = await app.get(BootstrapWorkspace).run(OWNER_KEY);
    app.get(Lifecycle).serve();
    return new CommunicationServer(app, ports, stores, workspace.id);
  }

  as(token = OWNER_KEY): request.Agent {
    return request.agent(this.app.getHttpServer()).set('authorization', `Bearer ${token}`);
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

  /** A key of the owner's workspace, or of a further one that is made on the way. */
  async issueKey(scopes: readonly Scope[], workspaceId?: string): Promise<string> {
    const { ids, tokens, workspaces, apiKeys } = this.ports;
    if (workspaceId !== undefined)
      workspaces.add({ id: workspaceId as WorkspaceId, name: workspaceId, createdAt: 0 });
    const id = ids.next('key');
    const token = tokens.issue(id);
    const key = {
      id,
      workspaceId: (workspaceId ?? this.workspaceId) as WorkspaceId,
      name: scopes.join(' '),
      scopes,
      origin: 'issued' as const,
      createdAt: 0,
      lastUsedAt: undefined,
      revokedAt: undefined,
    };
    await apiKeys.insert(key, tokens.hash(token));
    return token;
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
