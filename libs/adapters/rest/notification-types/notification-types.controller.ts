import { Body, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { DefineNotificationType } from '#domain/communication/application/define-notification-type.js';
import { RemoveNotificationType } from '#domain/communication/application/remove-notification-type.js';
import type {
  FallbackRule,
  NotificationType,
  TypeDraft,
} from '#domain/communication/model/notification-type.js';
import { notFound } from '#domain/kernel/refusal.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { PageQuery } from '../kit/page.query.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import {
  CreateNotificationTypeBody,
  type FallbackBody,
  SaveNotificationTypeBody,
} from './notification-type.body.js';
import type { NotificationTypeListView, NotificationTypeView } from './notification-type.view.js';

@RestController('v1/notification-types')
export class NotificationTypesController {
  readonly #define: DefineNotificationType;
  readonly #remove: RemoveNotificationType;
  readonly #types: NotificationTypes;

  constructor(
    define: DefineNotificationType,
    remove: RemoveNotificationType,
    @Inject(NotificationTypes) types: NotificationTypes,
  ) {
    this.#define = define;
    this.#remove = remove;
    this.#types = types;
  }

  /** Says what there is to be told: by which lane, on which channels in which order, by which templates. */
  @Post()
  @Scopes('notifications:write')
  async create(
    @Caller() { workspaceId }: Caller,
    @Body() body: CreateNotificationTypeBody,
    @Attempt() { repeated }: Attempt,
    @Answer() answer: Answer,
  ): Promise<NotificationTypeView> {
    const type = await this.#define.create(workspaceId, draftOf(body.type, body), repeated);
    answer.location(`/v1/notification-types/${type.type}`);
    return viewOf(type);
  }

  /** All types of the workspace, in order of their names. */
  @Get()
  @Scopes('notifications:read')
  async list(
    @Caller() { workspaceId }: Caller,
    @Query() query: PageQuery,
  ): Promise<NotificationTypeListView> {
    const page = await this.#types.page(workspaceId, pageRequest(query, 'notification-types'));
    return pageView(page, 'notification-types', viewOf);
  }

  /** One notification type. */
  @Get(':type')
  @Scopes('notifications:read')
  async find(@Caller() { workspaceId }: Caller, @Param('type') name: string): Promise<NotificationTypeView> {
    const type = await this.#types.find(workspaceId, name);
    if (!type) throw notFound('notification type');
    return viewOf(type);
  }

  /** Says a type anew, all of it but its name. Notifications that are on their way keep the route they have. */
  @Put(':type')
  @Scopes('notifications:write')
  async save(
    @Caller() { workspaceId }: Caller,
    @Param('type') name: string,
    @Body() body: SaveNotificationTypeBody,
  ): Promise<NotificationTypeView> {
    return viewOf(await this.#define.replace(workspaceId, draftOf(name, body)));
  }

  /** Removes a type. What users prefer for it is kept, should it come back. */
  @Delete(':type')
  @Scopes('notifications:write')
  @HttpCode(204)
  async remove(
    @Caller() { workspaceId }: Caller,
    @Param('type') name: string,
    @Attempt() { repeated }: Attempt,
  ): Promise<void> {
    await this.#remove.run(workspaceId, name, repeated);
  }
}

/** A field that is null says what one that is left out says. */
function draftOf(type: string, body: SaveNotificationTypeBody): TypeDraft {
  const { description, category, mandatory, lane, channels, fallback, templates, requiredData, from } = body;
  return {
    type,
    lane,
    channels,
    templates,
    mandatory: mandatory ?? false,
    fallback: fallbackOf(fallback),
    requiredData: requiredData ?? [],
    ...(description != null && { description }),
    ...(category != null && { category }),
    ...(from != null && { from }),
  };
}

function fallbackOf(body: FallbackBody | null | undefined): FallbackRule {
  if (body?.mode === 'all') return { mode: 'all' };
  const timeoutMs = body?.timeoutMs;
  return { mode: 'fallback', ...(timeoutMs != null && { timeoutMs }) };
}

function viewOf(one: NotificationType): NotificationTypeView {
  const { type, category, mandatory, lane, channels, fallback, templates, requiredData } = one;
  const timeoutMs = fallback.mode === 'all' ? null : (fallback.timeoutMs ?? null);
  return {
    type,
    description: one.description ?? null,
    category,
    mandatory,
    lane,
    channels: [...channels],
    fallback: { mode: fallback.mode, timeoutMs },
    templates: Object.fromEntries(
      Object.entries(templates).map(([channel, byLocale]) => [channel, { ...byLocale }]),
    ),
    requiredData: [...requiredData],
    from: one.from ?? null,
    origin: one.origin ?? null,
    createdAt: new Date(one.createdAt).toISOString(),
    updatedAt: new Date(one.updatedAt).toISOString(),
  };
}
