import type { Conversation, ConversationId, Member } from '#domain/chat/model/conversation.js';
import type { OwnThing } from '#ports/chat/realtime.js';
import type { Told } from './live-log.js';
import type { ToldMarks } from './live-marks.js';
import type { Shown } from '#domain/chat/model/presence.js';

/** What may never be missed: of the log, or read anew by whoever comes back. */
export type Durable =
  | { readonly kind: 'told'; readonly conversationId: ConversationId; readonly told: Told }
  | { readonly kind: 'conversation'; readonly conversation: Conversation }
  /** One’s own, and one’s own only. */
  | { readonly kind: 'standing'; readonly member: Member }
  /** Something of one’s own has changed: what it is now is to be asked for. */
  | { readonly kind: 'own'; readonly what: OwnThing }
  /** You are no member any more. */
  | { readonly kind: 'left'; readonly conversationId: ConversationId }
  | { readonly kind: 'marks'; readonly marks: ToldMarks };

/** What passes, and is of no use later. */
export type Ephemeral =
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
    }
  | { readonly kind: 'presence'; readonly presence: Shown };

/** One connection of a user, whatever it is made of. The same object may be told to thousands. None of this throws or waits. */
export interface Follower {
  readonly userId: string;
  /** Whether it takes more of what it has missed: a client that reads slowly is told slowly. */
  readonly hasRoom: boolean;
  /** Once, when it has room again; never if it goes before. */
  whenRoom(call: () => void): void;
  tell(event: Durable): void;
  /** Dropped where there is no room. */
  pass(event: Ephemeral): void;
}
