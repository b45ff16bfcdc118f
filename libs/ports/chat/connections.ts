import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { DeviceState } from '#domain/chat/model/presence.js';
import type { Position } from './message-log.js';

/** One connection of a user that no process holds: somebody else keeps it open, and we know its name. */
export interface Connection {
  readonly id: string;
  readonly workspaceId: WorkspaceId;
  readonly userId: string;
  readonly openedAt: Instant;
  /** How long its user's token holds. */
  readonly tokenUntil: Instant;
  /** If nothing is heard of it until then it counts as gone. */
  readonly lapsesAt: Instant;
  readonly state: DeviceState;
}

export interface ConnectionFollowing {
  readonly connectionId: string;
  readonly userId: string;
  /** Everything up to here has been told to it; more may have been. */
  readonly position: Position;
}

/** Milliseconds after its opening when a connection is forgotten, whatever was said of it. */
export const CONNECTION_LIVES_MS = 24 * 3_600_000;

/**
 * Who is connected, where no process holds the connections: connection -> user, user -> connections, conversation -> those who follow
 * it, each with how far it has been told.
 *
 * Guarantees
 * - Everything that had resolved when something is asked is seen, but by `lapsed`, which may lag by some seconds.
 * - `open` of an id that is there takes its place. After {@link CONNECTION_LIVES_MS} nobody finds it, nor what it follows.
 * - `change` changes only what it names, in one step; undefined if there is no such connection.
 * - `close` forgets a connection with all that it follows, and may be asked again, also of what is not there: it answers the connection,
 *   and what it followed, to the first who asks. What is followed while it closes is not followed in the end.
 * - `follow` begins at a position, or moves one that follows there to it, back too; undefined if there is no such connection. `isNew` says
 *   whether it did not follow before.
 * - `advance` only moves forward, each of the two numbers for itself: of many asked at once the furthest is kept. Nobody begins to
 *   follow by it.
 * - `followers` are all of them at some moment since it was asked, also of thousands. One that follows meanwhile may be among them.
 * - `lapsed` answers connections whose `lapsesAt` has passed, the oldest first.
 */
export interface Connections {
  open(connection: Connection): Promise<void>;
  find(id: string): Promise<Connection | undefined>;
  change(
    id: string,
    change: Partial<Pick<Connection, 'tokenUntil' | 'lapsesAt' | 'state'>>,
  ): Promise<Connection | undefined>;
  close(
    id: string,
  ): Promise<{ readonly connection: Connection; readonly followed: readonly ConversationId[] } | undefined>;
  ofUser(workspaceId: WorkspaceId, userId: string): Promise<readonly Connection[]>;
  follow(
    connection: Connection,
    conversationId: ConversationId,
    position: Position,
  ): Promise<{ readonly isNew: boolean } | undefined>;
  unfollow(connection: Connection, conversationId: ConversationId): Promise<void>;
  followedBy(id: string): Promise<readonly ConversationId[]>;
  followers(
    workspaceId: WorkspaceId,
    conversationId: ConversationId,
  ): Promise<readonly ConnectionFollowing[]>;
  advance(
    workspaceId: WorkspaceId,
    conversationId: ConversationId,
    connectionId: string,
    to: Position,
  ): Promise<void>;
  lapsed(now: Instant, limit: number): Promise<readonly Connection[]>;
}
export const Connections = Symbol('Connections');
