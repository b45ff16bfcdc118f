import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { OutgoingMessage } from './message-provider.js';

/** One item for a user's inbox in the application. `to` is the user's id. */
export interface InboxMessage extends OutgoingMessage {
  readonly workspaceId: WorkspaceId;
  /** Of the notification; empty for a message that is of none. */
  readonly type: string;
  /** At least one of the two is not empty. */
  readonly title: string;
  readonly body: string;
  /** Where it leads: an http or https URL, nothing that could run in the application. */
  readonly url?: string;
  /** Handed to the application as it is: JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}
