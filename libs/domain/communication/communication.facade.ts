import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';

/** What is to be told to whom. Times are epoch milliseconds. */
export interface NotificationToSend {
  readonly type: string;
  /** `userId`, or an address by its kind (`email`, `phone`, …), or both. */
  readonly to: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly locale?: string;
  readonly priority?: Lane;
  readonly sendAt?: number;
  readonly expiresAt?: number;
  /** Those of one key go out in the order in which they were accepted. */
  readonly orderingKey?: string;
  readonly channels?: readonly string[];
  /** Decided upon and explained, never sent. */
  readonly test?: boolean;
}

/** What another context, or another application in the same process, may ask: tell somebody something. */
export interface CommunicationFacade {
  /**
   * Durable when it resolves; which channel and which provider it goes by is nobody's business but ours.
   * @param id `ntf_` and a ULID, where the caller may have to ask again: the same id makes one notification, however often
   * @throws Refusal `validation_failed` | `missing_variable` | `invalid_address`, naming everything at fault
   */
  notify(
    workspaceId: WorkspaceId,
    notification: NotificationToSend,
    id?: string,
  ): Promise<{ readonly id: string; readonly status: string }>;
}
export const CommunicationFacade = Symbol('CommunicationFacade');
