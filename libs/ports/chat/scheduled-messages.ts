import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { ScheduleChange, ScheduledMessage } from '#domain/chat/model/scheduled-message.js';

export type Taken =
  | { readonly kind: 'taken'; readonly message: ScheduledMessage }
  /** It was moved to a later time. */
  | { readonly kind: 'early'; readonly sendAt: Instant };

/**
 * What is to be said later.
 *
 * Guarantees
 * - `put` keeps a message once for its id, in one step; false if the sender has `most` of them already.
 * - `take` gives one whose time has come to whoever sends it, again and again until `settle`, so that one whose sender died is
 *   sent by the next; undefined if it is not there or was refused.
 * - `revise` and `remove` change and call off, in one step, one that was not taken: when they resolve with it, what was
 *   before is never sent. One that was refused waits again when it is revised. Undefined if it was taken or is not there.
 * - `settle` removes one that was sent, or keeps it as refused. Settling twice is once.
 * - What it carries is held as long as it is here, refused or not: see `Attachments`.
 * - `ofSender` are all of a user's, the one that is due first first.
 */
export interface ScheduledMessages {
  put(message: ScheduledMessage, most: number): Promise<boolean>;
  find(workspaceId: WorkspaceId, id: string): Promise<ScheduledMessage | undefined>;
  ofSender(workspaceId: WorkspaceId, senderId: string): Promise<readonly ScheduledMessage[]>;
  revise(workspaceId: WorkspaceId, id: string, change: ScheduleChange): Promise<ScheduledMessage | undefined>;
  remove(workspaceId: WorkspaceId, id: string): Promise<ScheduledMessage | undefined>;
  take(id: string, now: Instant): Promise<Taken | undefined>;
  settle(id: string, refusal?: string): Promise<void>;
}
export const ScheduledMessages = Symbol('ScheduledMessages');
