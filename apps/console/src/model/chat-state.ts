import type {
  AttachedFile,
  LinkStatus,
  Message,
  OutgoingMessage,
  Presence,
  WireError,
} from '#client/chat.js';
import type { Change } from './changes.js';
import type { Scheduled } from './scheduled.js';

export type Role = 'owner' | 'admin' | 'member';

/** A conversation as its user's list shows it. */
export interface Chat {
  readonly id: string;
  readonly kind: 'direct' | 'group' | 'room';
  readonly title: string | null;
  /** Of a direct one: the two. */
  readonly between: readonly string[] | null;
  readonly seq: number;
  /** Up to here retention has cut the log. */
  readonly cutSeq: number;
  /** How far its user has read it. */
  readonly readSeq: number;
  readonly mentions: number;
  readonly last: Message | undefined;
  /** ISO 8601: of one without messages, when it began. */
  readonly createdAt: string;
  /** Of its user; undefined until it has been told. */
  readonly role: Role | undefined;
  /** No calls for attention until then. */
  readonly mutedUntil: string | null;
}

export interface Member {
  readonly userId: string;
  readonly role: Role;
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

export type Way = 'newest' | 'older' | 'newer' | 'around';

/** A stretch of a conversation without holes. */
export interface Log {
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
  /** What comes live belongs below only if nothing is missing between. */
  readonly hasNewer: boolean;
  readonly loading: Way | undefined;
  /** The last page that was asked for did not come: the next is asked for by whoever reads, not by itself. */
  readonly hasFailed: boolean;
  /** Heard while a page was on its way: the page may show how it was before. */
  readonly late: readonly Message[];
}

/** The conversation that is on the screen. */
export interface OpenChat {
  readonly id: string;
  readonly log: Log;
  /** Undefined where they are not known, or too many for marks to say much. */
  readonly members: readonly Member[] | undefined;
  /** The first of them, and where the others begin; undefined until they are known. */
  readonly people: { readonly some: readonly Member[]; readonly next: string | undefined } | undefined;
  /** Ascending. */
  readonly pins: readonly Message[];
  /** Messages that are answered and not in the log that is loaded. */
  readonly quoted: ReadonlyMap<string, Message>;
  /** How far it had been read when it was opened; Infinity if all of it had: what comes while one looks on is not marked as new. */
  readonly readBefore: number;
  /** A message that is to be shown: found, pinned or answered. A new object each time. */
  readonly target: { readonly seq: number } | undefined;
}

/** Said here, and not in the log yet. */
export interface Echo {
  readonly message: OutgoingMessage;
  readonly isStored: boolean;
}

/** Not taken. */
export interface Refused {
  readonly message: OutgoingMessage;
  readonly error: WireError;
}

export interface TypingUser {
  readonly conversationId: string;
  readonly userId: string;
  /** Milliseconds since 1970: who says nothing more has stopped by then. */
  readonly until: number;
}

export interface ChatState {
  readonly me: string;
  readonly link: LinkStatus;
  /** Undefined until they are known. */
  readonly chats: ReadonlyMap<string, Chat> | undefined;
  readonly open: OpenChat | undefined;
  readonly echoes: readonly Echo[];
  readonly refused: readonly Refused[];
  /** Made here and not answered yet, in order; and edits that were refused. */
  readonly changes: readonly Change[];
  /** Uploaded here: an echo names its files by id only. */
  readonly files: ReadonlyMap<string, AttachedFile>;
  readonly presence: ReadonlyMap<string, Presence>;
  readonly typing: readonly TypingUser[];
  /** Whom its user has blocked. */
  readonly blocked: ReadonlySet<string>;
  /** What its user is to say later, in all conversations; undefined until it is known. */
  readonly scheduled: readonly Scheduled[] | undefined;
  /** What has been done, in words, for who does not see it. */
  readonly told: { readonly text: string; readonly nth: number } | undefined;
  /** What went wrong, in words. */
  readonly notice: { readonly text: string } | undefined;
}

export function stateOf(me: string): ChatState {
  return {
    me,
    link: { status: 'connecting' },
    chats: undefined,
    open: undefined,
    echoes: [],
    refused: [],
    changes: [],
    files: new Map(),
    presence: new Map(),
    typing: [],
    blocked: new Set(),
    scheduled: undefined,
    told: undefined,
    notice: undefined,
  };
}

export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}
