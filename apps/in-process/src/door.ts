import type { INestApplicationContext } from '@nestjs/common';
import { notificationView, traceView } from '#adapters/rest/notifications/notification-views.js';
import type { NotificationView, TraceView } from '#adapters/rest/notifications/notification.view.js';
import type { PublicUrl } from '#apps/server/src/public-url.js';
import {
  AcceptNotifications,
  type NotificationRequest,
} from '#domain/communication/application/accept-notifications.js';
import { MoveNotification } from '#domain/communication/application/move-notification.js';
import { SaveProfile } from '#domain/communication/application/save-profile.js';
import type { Notification, NotificationId } from '#domain/communication/model/notification.js';
import { type CallbackAnswer, TakeCallbacks } from '#domain/delivery/application/take-callbacks.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import { Notifications } from '#ports/communication/notifications.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import { IdempotentRequests } from '#ports/workspace/idempotent-requests.js';
import { Workspaces } from '#ports/workspace/workspaces.js';
import { OncePerKey } from './once-per-key.js';
import { readNotification, readUser } from './requests.js';

export interface Accepted {
  /** `ntf_…` */
  readonly id: string;
  readonly status: string;
}

export interface Callback {
  readonly method: 'GET' | 'POST';
  /** As it was asked for; only what stands behind its `?` counts. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** What another application may ask of an open Posthorn: the use cases, as the REST door calls them. */
export class Door {
  readonly #context: INestApplicationContext;
  readonly #home: WorkspaceId;
  readonly #publicUrl: PublicUrl;
  readonly #once: OncePerKey;

  constructor(context: INestApplicationContext, home: WorkspaceId, publicUrl: PublicUrl) {
    this.#context = context;
    this.#home = home;
    this.#publicUrl = publicUrl;
    this.#once = new OncePerKey(
      context.get<IdempotentRequests>(IdempotentRequests),
      context.get<Clock>(Clock),
      context.get<Log>(Log),
    );
  }

  async notify(
    workspace: string | undefined,
    type: string,
    to: object,
    data: object,
    { idempotencyKey, ...options }: { readonly idempotencyKey?: string | undefined },
  ): Promise<Accepted> {
    const { request, text } = readNotification(type, to, data, options);
    const workspaceId = await this.#workspace(workspace);
    if (idempotencyKey === undefined) return this.#accept(workspaceId, this.#context.get<Ids>(Ids), request);
    return this.#once.run(workspaceId, idempotencyKey, text, (ids) =>
      this.#accept(workspaceId, ids, request),
    );
  }

  async find(workspace: string | undefined, id: string): Promise<NotificationView> {
    return notificationView(await this.#notification(workspace, id));
  }

  async trace(workspace: string | undefined, id: string): Promise<TraceView> {
    return traceView(await this.#notification(workspace, id));
  }

  async cancel(workspace: string | undefined, id: string): Promise<NotificationView> {
    const workspaceId = await this.#workspace(workspace);
    return notificationView(
      await this.#context.get(MoveNotification).cancel(workspaceId, id as NotificationId),
    );
  }

  async saveUser(workspace: string | undefined, userId: string, user: object): Promise<void> {
    const draft = readUser(user);
    await this.#context.get(SaveProfile).run(await this.#workspace(workspace), userId, draft);
  }

  takeCallback(provider: string, { method, url, headers, body }: Callback): Promise<CallbackAnswer> {
    const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
    return this.#context.get(TakeCallbacks).execute(provider, {
      method,
      // Some providers sign the address they were told, which is not the path behind the application's own proxies.
      url: `${this.#publicUrl.value}/hooks/${provider}${query}`,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name.toLowerCase(),
          typeof value === 'object' ? value[0] : value,
        ]),
      ),
      body,
      receivedAt: this.#context.get<Clock>(Clock).now(),
    });
  }

  async #accept(workspaceId: WorkspaceId, ids: Ids, request: NotificationRequest): Promise<Accepted> {
    const id = ids.next('ntf') as string as NotificationId;
    const { status } = await this.#context.get(AcceptNotifications).one(workspaceId, id, request);
    return { id, status };
  }

  async #notification(workspace: string | undefined, id: string): Promise<Notification> {
    const workspaceId = await this.#workspace(workspace);
    const notifications = this.#context.get<Notifications>(Notifications);
    const found = await notifications.find(workspaceId, id as NotificationId);
    if (!found) throw notFound('notification');
    return found;
  }

  async #workspace(id: string | undefined): Promise<WorkspaceId> {
    if (id === undefined || id === this.#home) return this.#home;
    const found = await this.#context.get<Workspaces>(Workspaces).find(id as WorkspaceId);
    if (!found) throw notFound('workspace');
    return found.id;
  }
}
