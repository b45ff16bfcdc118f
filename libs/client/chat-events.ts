import type {
  Gap,
  Message,
  OutgoingChange,
  OutgoingMessage,
  Presence,
  Receipt,
  RoomEvent,
  SendAck,
  Typing,
  WireError,
} from './frames.js';

/** What an application hears, by the name it listens to. */
export interface ChatEvents {
  /** In order, without holes, once each, of each conversation. `clientMessageId` tells whose echo it replaces. */
  message: Message;
  /** An earlier message as its newest change left it: edited, deleted (`deletedAt`), reacted to, pinned. In order of `rev`. */
  changed: Message;
  /** Retention has cut off messages; the next one comes after `toSeq`. */
  gap: Gap;
  /** The echo of what is being sent, told at once; and again after a reload. */
  sending: OutgoingMessage;
  /** It is stored, at `seq`. The message itself comes in its turn. */
  sent: SendAck & { readonly clientMessageId: string };
  /** The server does not take it; it is not tried again. Or it could not be kept (`not_stored`), and was not tried. */
  refused: { readonly message: OutgoingMessage; readonly error: WireError };
  /** A change of a message that is being made, told at once; and again after a reload. */
  changing: OutgoingChange;
  /** It is made; the message as it left it comes as `changed`, in its turn. */
  change_made: OutgoingChange;
  /** The server does not make it, or the message itself was refused; it is not tried again. Or it could not be kept (`not_stored`). */
  change_refused: { readonly change: OutgoingChange; readonly error: WireError };
  /** How far a member is. Of one's own user it is how far they are on whatever device, told after each resume too. */
  receipt: Receipt;
  typing: Typing;
  presence: Presence;
  room: RoomEvent;
  /** The title, or who is in it, has changed; or, with `me`, one’s own role has, or one’s own user has muted it on another device. */
  conversation: Readonly<Record<string, unknown>>;
  /** The conversation cannot be followed (any more): its user is no member, or it is not there. */
  left: { readonly conversationId: string; readonly error: WireError };
  /**
   * The newest conversations of the user, as the list of REST shows them (a long last message in part): on each connection, of who
   * follows all. Told again, with more of them, as pages come.
   */
  chats: readonly Readonly<Record<string, unknown>>[];
  inbox: Readonly<Record<string, unknown>>;
  /** Whom one’s own user has blocked has changed, on whatever device: REST says who it is now. */
  blocks: Readonly<Record<string, unknown>>;
  /** What one’s own user is to say later has changed, on whatever device, or was refused: REST says what it is now. */
  scheduled: Readonly<Record<string, unknown>>;
  link: LinkStatus;
}

export type LinkStatus =
  | { readonly status: 'connecting' }
  | { readonly status: 'online' }
  /** Everything that was missed has been told. */
  | { readonly status: 'caught_up' }
  | { readonly status: 'waiting'; readonly forMs: number; readonly code: string }
  /** Nobody tries any more: see `code`. `start()` does. */
  | { readonly status: 'ended'; readonly code: string };

export type ChatEvent = {
  readonly [Name in keyof ChatEvents]: { readonly name: Name; readonly data: ChatEvents[Name] };
}[keyof ChatEvents];
