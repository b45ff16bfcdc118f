import { setImmediate } from 'node:timers/promises';
import { Body, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import {
  AcceptNotifications,
  type NotificationRequest,
} from '#domain/communication/application/accept-notifications.js';
import { MoveNotification } from '#domain/communication/application/move-notification.js';
import type { Notification, NotificationId } from '#domain/communication/model/notification.js';
import { Notifications } from '#ports/communication/notifications.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { NotificationBatchBody, NotificationBody } from './notification.body.js';
import { NotificationQueryParameters } from './notification.query.js';
import type {
  AcceptedView,
  BatchItemView,
  BatchView,
  NotificationEventsView,
  NotificationListView,
  NotificationView,
  TraceView,
} from './notification.view.js';
import { eventsView, notificationView, traceView } from './notification-views.js';

const MOST_DATA = 65_536;

@RestController('v1/notifications')
export class NotificationsController {
  readonly #accept: AcceptNotifications;
  readonly #move: MoveNotification;
  readonly #notifications: Notifications;

  constructor(
    accept: AcceptNotifications,
    move: MoveNotification,
    @Inject(Notifications) notifications: Notifications,
  ) {
    this.#accept = accept;
    this.#move = move;
    this.#notifications = notifications;
  }

  /** Tells somebody something. Durable when this answers; the channel is ours to choose. */
  @Post()
  @HttpCode(202)
  @Scopes('notifications:write')
  async notify(
    @Caller() { workspaceId }: Caller,
    @Body() body: NotificationBody,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<AcceptedView> {
    const id = attempt.ids.next('ntf') as string as NotificationId;
    const { status } = await this.#accept.one(workspaceId, id, requestOf(body), answer.quota);
    answer.location(`/v1/notifications/${id}`);
    return { id, status };
  }

  /**
   * Up to 1,000 at once. Each is accepted or refused for itself; those accepted are durable when this answers. If all that is
   * not accepted lacks is room in the workspace's quota, and nothing is, the whole is answered 429.
   */
  @Post('batch')
  @HttpCode(202)
  @Scopes('notifications:write')
  async batch(
    @Caller() { workspaceId }: Caller,
    @Body() { notifications }: NotificationBatchBody,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<BatchView> {
    const ids = notifications.map(() => attempt.ids.next('ntf') as string as NotificationId);
    const read = notifications.map((body) => refusalOr(() => requestOf(body)));
    const good = read.flatMap((request, i) => {
      const id = ids[i];
      return request instanceof Refusal || id === undefined ? [] : [{ id, request }];
    });
    const taken = await this.#accept.many(workspaceId, good, {
      repeated: attempt.repeated,
      tell: answer.quota,
      breathe: setImmediate,
    });
    throwIfNoRoom(taken);
    const byId = new Map(good.map(({ id }, i) => [id, taken[i]]));
    const results = read.map((request, i) =>
      itemView(i, ids[i], request instanceof Refusal ? request : byId.get(ids[i] as NotificationId)),
    );
    const accepted = results.filter(({ status }) => status === 202).length;
    return { accepted, refused: results.length - accepted, results };
  }

  /** All notifications, the newest first. */
  @Get()
  @Scopes('notifications:read')
  async list(
    @Caller() { workspaceId }: Caller,
    @Query() { type, status, userId, ...page }: NotificationQueryParameters,
  ): Promise<NotificationListView> {
    const query = {
      ...(type !== undefined && { type }),
      ...(status !== undefined && { status }),
      ...(userId !== undefined && { userId }),
    };
    const found = await this.#notifications.page(workspaceId, query, pageRequest(page, 'notifications'));
    return pageView(found, 'notifications', notificationView);
  }

  /** One notification, and what has become of it. */
  @Get(':id')
  @Scopes('notifications:read')
  async find(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<NotificationView> {
    return notificationView(await this.#find(workspaceId, id));
  }

  /** Every status it has had, with when and why: each is an event that webhooks are told of. */
  @Get(':id/events')
  @Scopes('notifications:read')
  async events(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<NotificationEventsView> {
    return eventsView(await this.#find(workspaceId, id));
  }

  /** What was decided about it and why, in words. */
  @Get(':id/trace')
  @Scopes('notifications:read')
  async trace(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<TraceView> {
    return traceView(await this.#find(workspaceId, id));
  }

  /** Calls it off, if no provider has it yet. */
  @Post(':id/cancel')
  @HttpCode(200)
  @Scopes('notifications:write')
  async cancel(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<NotificationView> {
    return notificationView(await this.#move.cancel(workspaceId, id as NotificationId));
  }

  async #find(workspaceId: WorkspaceId, id: string): Promise<Notification> {
    const found = await this.#notifications.find(workspaceId, id as NotificationId);
    if (!found) throw notFound('notification');
    return found;
  }
}

/** What a body asks for. Its fields have been validated, all but what is free in it. @throws Refusal `validation_failed` */
export function requestOf(body: NotificationBody): NotificationRequest {
  const { type, data, locale, priority, sendAt, expiresAt, orderingKey, channels, test } = body;
  const to = addressesOf(body.to);
  if (data != null && isTooLong(data))
    throw new Refusal('validation_failed', `data has at most ${MOST_DATA} characters.`, {
      faults: [{ pointer: '/data', code: 'too_long', detail: `At most ${MOST_DATA} characters of JSON.` }],
    });
  // A client that writes null for what it has nothing to say about: `sendAt: null` is no time, and not the year 1970.
  return {
    type,
    to,
    ...(data != null && { data }),
    ...(locale != null && { locale }),
    ...(priority != null && { priority }),
    ...(sendAt != null && { sendAt: Date.parse(sendAt) }),
    ...(expiresAt != null && { expiresAt: Date.parse(expiresAt) }),
    ...(orderingKey != null && { orderingKey }),
    ...(channels != null && { channels }),
    ...(test != null && { test }),
  };
}

function addressesOf(to: Readonly<Record<string, unknown>>): Record<string, string> {
  const faults = Object.keys(to)
    .filter((name) => !isText(to[name]))
    .map((name) => ({ pointer: `/to/${name}`, code: 'wrong_type', detail: 'An address is a text.' }));
  if (faults.length > 0) throw new Refusal('validation_failed', 'An address is a text.', { faults });
  return to as Record<string, string>;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 20_000;
}

/** The most that JSON makes of one character of a text, as in `\u0000`; and of a number, a comma and all. */
const LONGEST_CHARACTER = 6;
const LONGEST_NUMBER = 32;

/** What has a few short texts cannot be, and need not be written down to find out. */
function isTooLong(data: Readonly<Record<string, unknown>>): boolean {
  let most = 0;
  for (const name of Object.keys(data)) {
    const value = data[name];
    const length = typeof value === 'string' ? value.length : typeof value === 'number' ? 0 : Infinity;
    most += (name.length + length) * LONGEST_CHARACTER + LONGEST_NUMBER;
  }
  return most > MOST_DATA && JSON.stringify(data).length > MOST_DATA;
}

function refusalOr<T>(make: () => T): T | Refusal {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** As if each had been asked for alone: whoever gets 429 waits, and sends the same again under the same key. */
function throwIfNoRoom(taken: readonly (Notification | Refusal)[]): void {
  const refusals = taken.filter((one) => one instanceof Refusal);
  const noRoom = refusals.find(({ code }) => code === 'quota_exceeded');
  if (noRoom && refusals.length === taken.length) throw noRoom;
}

function itemView(
  index: number,
  id: string | undefined,
  result: Notification | Refusal | undefined,
): BatchItemView {
  if (result instanceof Refusal || result === undefined) {
    const errors = (result?.faults ?? []).map(({ pointer, code, detail }) => ({ pointer, code, detail }));
    const status = result?.code === 'quota_exceeded' ? 429 : 422;
    return { index, status, id: null, code: result?.code ?? 'validation_failed', errors };
  }
  return { index, status: 202, id: id ?? null, code: null, errors: [] };
}
