import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';

/** After this nothing of the type is accepted. What users prefer for it is kept, should it come back. */
@Injectable()
export class RemoveNotificationType {
  readonly #types: NotificationTypes;

  constructor(@Inject(NotificationTypes) types: NotificationTypes) {
    this.#types = types;
  }

  /**
   * @param repeated an earlier attempt of this request may have removed it already
   * @throws Refusal `not_found`
   */
  async run(workspaceId: WorkspaceId, type: string, repeated = false): Promise<void> {
    const removed = await this.#types.remove(workspaceId, type);
    if (!removed && !repeated) throw notFound('notification type');
  }
}
