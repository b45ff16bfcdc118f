/**
 * What goes over the wire, whatever the transport. A client that knows a conversation up to `{seq, rev}` says so in `resume`,
 * and the server pushes what came after as `message.created`, `message.updated` and `message.deleted`. It says where the client
 * is with each push, or in its answer when all has been pushed.
 */

/** How far somebody has seen a conversation: messages up to `seq`, changes up to `rev`. */
export interface Position {
  readonly seq: number;
  readonly rev: number;
}

export const BEGINNING: Position = { seq: 0, rev: 0 };

export interface AttachedFile {
  /** `att_…` */
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly width?: number;
  readonly height?: number;
  /** Of an image of which there are small pictures: how large the larger of them is. */
  readonly preview?: { readonly width: number; readonly height: number };
}

export interface Message {
  /** `msg_…` */
  readonly id: string;
  readonly conversationId: string;
  /** Its place in the conversation, from 1, without holes. */
  readonly seq: number;
  /** The number of the last change made to it; 0 if there was none. */
  readonly rev: number;
  readonly senderId: string;
  /** A program. */
  readonly bot?: true;
  readonly clientMessageId: string;
  readonly text: string;
  readonly replyTo?: string;
  readonly mentions?: readonly string[];
  readonly attachments?: readonly AttachedFile[];
  /** Users by what they reacted with. */
  readonly reactions?: Readonly<Record<string, readonly string[]>>;
  /** ISO 8601, as all times here. */
  readonly sentAt: string;
  readonly editedAt?: string;
  /** Set of what is left of a deleted message. */
  readonly deletedAt?: string;
  readonly pinnedAt?: string;
  readonly pinnedBy?: string;
}

/** `message.send`. Sent again, whenever, it is answered with what was made of it the first time. */
export interface OutgoingMessage {
  readonly conversationId: string;
  readonly clientMessageId: string;
  readonly text: string;
  readonly replyTo?: string;
  readonly mentions?: readonly string[];
  /** `att_…`, uploaded before. */
  readonly attachments?: readonly string[];
}

/** `message.edit`, `message.delete`, `message.react`, `message.pin`. Asked for again, it is the same change of the same message. */
export type OutgoingChange = {
  readonly conversationId: string;
  readonly clientChangeId: string;
  /** The message; or, of one's own, what it was sent as. */
  readonly messageId?: string;
  readonly clientMessageId?: string;
} & (
  | { readonly action: 'message.edit'; readonly text: string; readonly mentions?: readonly string[] }
  | { readonly action: 'message.delete' }
  | { readonly action: 'message.react'; readonly emoji: string; readonly on: boolean }
  | { readonly action: 'message.pin'; readonly on: boolean }
);

/** Answer to `message.send`: it is stored. */
export interface SendAck {
  readonly messageId: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly sentAt: string;
}

/** Data of a push of the log: where one is who has taken it, if nothing that was pushed before on this connection is missing. */
export type Logged<Data> = Data & { readonly position?: Position };

/** Answer to `resume`, by conversation. */
export type Resumed =
  | (Position & {
      /**
       * If it is there, all has been pushed up to this position, and if it is true more is to be had from it. If not, the log
       * ends here, and what was missed has been pushed or is on its way, each push with its position.
       */
      readonly more?: boolean;
      /** The user's own marks, from whatever device. */
      readonly deliveredSeq?: number;
      readonly readSeq?: number;
      /** Of the others, by user: `deliveredSeq` and `readSeq`. In large conversations nobody's. */
      readonly marks?: Readonly<Record<string, readonly [number, number]>>;
    })
  | { readonly error: WireError };

/** Answer to `resume` without positions: a page of the user's conversations, the one with the newest message first. */
export interface Listed {
  readonly chats?: readonly ListedChat[];
  /** Those of the page that there was room for; the others are asked for from where the chat says they are. */
  readonly conversations: Readonly<Record<string, Resumed>>;
  readonly presence?: readonly Presence[];
  /** To be sent as `after`, for the next page. */
  readonly next?: string | null;
}

export interface ListedChat extends Position {
  readonly id: string;
  readonly me?: { readonly readSeq: number };
}

export interface WireError {
  /** As in REST: `forbidden`, `rate_limited`, `message_too_large`, … */
  readonly code: string;
  readonly detail: string;
  readonly retryAfterMs?: number;
}

export type Answer =
  | { readonly ok: true; readonly data: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly error: WireError };

/** Retention has cut off what was asked for. */
export interface Gap {
  readonly conversationId: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** For the page of history that fills it, if it can be filled. */
  readonly cursor?: string;
}

export interface Receipt {
  readonly conversationId: string;
  readonly userId: string;
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

export interface Typing {
  readonly conversationId: string;
  readonly userId: string;
  readonly on: boolean;
}

export interface Presence {
  readonly userId: string;
  readonly online: boolean;
  readonly lastSeenAt?: string;
}

export interface RoomEvent {
  readonly conversationId: string;
  readonly from: string;
  readonly event: string;
  readonly data: unknown;
}

export const PUSHES = [
  'message.created',
  'message.updated',
  'message.deleted',
  'receipt.updated',
  'typing',
  'presence.updated',
  'room.event',
  'conversation.updated',
  'inbox.created',
  'blocks.updated',
  'scheduled_messages.updated',
  'gap',
  'reconnect',
] as const;

/** Why a connection ended. */
export type Closing =
  /** Come again; not before `afterMs` if the server said so. */
  | { readonly kind: 'reconnect'; readonly code: string; readonly afterMs?: number }
  /** The token is not (or no longer) taken: come with a new one. */
  | { readonly kind: 'unauthenticated'; readonly code: string }
  /** Coming again would end the same way. */
  | { readonly kind: 'terminal'; readonly code: string };

/** Close codes of a WebSocket: 4400..4499 are terminal, but for 4401 (the token); every other code is reconnectable. */
export function closingOf(code: number): Closing {
  if (code === 4401) return { kind: 'unauthenticated', code: String(code) };
  return { kind: code >= 4400 && code < 4500 ? 'terminal' : 'reconnect', code: String(code) };
}
