import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { timeOfId } from '#domain/kernel/ulid.js';
import type { CommunicationFacade, NotificationToSend } from '#domain/communication/communication.facade.js';
import type { NotificationId } from '#domain/communication/model/notification.js';
import { Ids } from '#ports/system/ids.js';
import { AcceptNotifications } from './accept-notifications.js';

@Injectable()
export class CommunicationService implements CommunicationFacade {
  readonly #accept: AcceptNotifications;
  readonly #ids: Ids;

  constructor(accept: AcceptNotifications, @Inject(Ids) ids: Ids) {
    this.#accept = accept;
    this.#ids = ids;
  }

  async notify(
    workspaceId: WorkspaceId,
    notification: NotificationToSend,
    id: string = this.#ids.next('ntf'),
  ): Promise<{ id: string; status: string }> {
    if (!id.startsWith('ntf_') || timeOfId(id) === undefined)
      throw new Refusal('validation_failed', 'The id of a notification is ntf_ and a ULID.');
    const { status } = await this.#accept.one(workspaceId, id as NotificationId, notification);
    return { id, status };
  }
}
