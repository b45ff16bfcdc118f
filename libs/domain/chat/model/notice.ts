import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ConversationId } from './conversation.js';

/** Where something has changed, and what; never what it says, for that is in the log. */
export interface Notice {
  readonly workspaceId: WorkspaceId;
  readonly conversationId: ConversationId;
  readonly what: 'message' | 'change' | 'conversation';
  /** The `seq` of a message, the `rev` of a change. */
  readonly no?: number;
}
