import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ConversationId, Member } from '#domain/chat/model/conversation.js';
import type { Message } from '#domain/chat/model/message.js';

/** Whom a user has blocked; what they are to say later. */
export type OwnThing = 'blocks' | 'scheduled_messages';

/** What has just been committed, or what passes without being kept. */
export type Push =
  /** A new entry of the log. */
  | { readonly kind: 'message'; readonly message: Message }
  /** An entry was changed; it has the conversation's newest `rev`. */
  | { readonly kind: 'change'; readonly message: Message }
  /** A member's marks moved. `ownOnly`: nothing passes between the two who are in it, and nobody else is to know. */
  | { readonly kind: 'marks'; readonly member: Member; readonly ownOnly?: boolean }
  /** A member's role, or what they want to hear of it, has changed. For nobody else: whoever tells reads it as it is by then. */
  | { readonly kind: 'standing'; readonly conversationId: ConversationId; readonly userId: string }
  /** The title, or who is in it, has changed; `gone` are no members any more and get nothing from now on. */
  | {
      readonly kind: 'conversation';
      readonly conversationId: ConversationId;
      readonly gone: readonly string[];
    }
  /** Something of a user's own, that is of no conversation, has changed. For nobody else, and not what it is: that is asked for. */
  | { readonly kind: 'own'; readonly userId: string; readonly what: OwnThing }
  | {
      readonly kind: 'typing';
      readonly conversationId: ConversationId;
      readonly userId: string;
      readonly on: boolean;
    }
  | {
      readonly kind: 'broadcast';
      readonly conversationId: ConversationId;
      readonly from: string;
      readonly event: string;
      readonly data: unknown;
    };

export type PushOfConversation = Exclude<Push, { readonly kind: 'own' }>;

/**
 * Tells the connections of whoever is concerned, in every process.
 *
 * Guarantees: none but speed. A push may be lost, doubled or late, and pushes of one conversation may overtake one another:
 * what is durable is in the log with its `seq` or `rev`, and whoever holds connections finds by these numbers what it has
 * missed, and reads it there. `tell` never throws and never waits.
 */
export interface Realtime {
  tell(workspaceId: WorkspaceId, push: Push): void;
}
export const Realtime = Symbol('Realtime');
