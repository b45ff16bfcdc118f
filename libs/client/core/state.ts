import type { ChatEvent } from '../chat-events.js';
import type { Answer, Closing, ListedChat, OutgoingChange, OutgoingMessage, Position } from '../frames.js';
import type { Following } from './following.js';

export type Link =
  | { readonly kind: 'stopped' }
  /** The next call is due at `until`. */
  | { readonly kind: 'waiting'; readonly attempt: number; readonly until: number }
  | { readonly kind: 'dialling'; readonly attempt: number; readonly since: number }
  | {
      readonly kind: 'up';
      readonly attempt: number;
      readonly since: number;
      /** A new token is due then. */
      readonly renewAt: number;
      readonly caughtUp: boolean;
    };

/** A message of ours, or a change of a message, until its acknowledgement. */
export type Unsent = UnsentMessage | UnsentChange;
export type UnsentMessage = Waiting & { readonly message: OutgoingMessage; readonly change?: undefined };
export type UnsentChange = Waiting & { readonly change: OutgoingChange; readonly message?: undefined };

interface Waiting {
  /** Rises: the order in which they were said. */
  readonly order: number;
  /** It survives a reload, and may be tried. */
  readonly kept: boolean;
  readonly notBefore: number;
  readonly tries: number;
}

/** Its own name: under this it is sent again. */
export function idOf({ message, change }: Unsent): string {
  return message ? message.clientMessageId : change.clientChangeId;
}

export function placeOf({ message, change }: Unsent): string {
  return message ? message.conversationId : change.conversationId;
}

export type Mark = 'delivered' | 'read';

/** How far a mark of ours is, and how far the server knows. */
export interface Marked {
  readonly at: number;
  readonly told: number;
}

/** What is kept of a conversation: where its reader is, and what the server knows of that. */
export interface Place {
  readonly position: Position;
  readonly delivered: Marked;
  readonly read: Marked;
}

/** A conversation, and when it is to be asked for if something is missing then (Infinity: nothing seems to be). */
export interface Subscription {
  readonly following: Following;
  readonly askAt: number;
  /** Even if nothing seems missing: it was not asked for on this connection yet. */
  readonly mustAsk: boolean;
  /** What is missing is on its way: it is asked for again only if it stops coming. */
  readonly isComing: boolean;
  /** Askings that did not close a hole, in a row. */
  readonly vain: number;
  readonly delivered: Marked;
  readonly read: Marked;
  readonly marksNotBefore: Readonly<Record<Mark, number>>;
  /** How far others are known to be: delivered and read. */
  readonly others: ReadonlyMap<string, readonly [number, number]>;
}

/**
 * Pages of the user's conversations that have been read. One that moves up while pages are read may be on none of them: then it
 * is on the first, afterwards.
 */
export interface Listing {
  readonly pass: number;
  /** Read in this pass. */
  readonly pages: number;
  /** All that have been listed, newest first. */
  readonly chats: readonly ListedChat[];
}

export const FIRST_PAGE: Listing = { pass: 1, pages: 0, chats: [] };

/** A request on the wire. */
export type Asked = { readonly at: number } &
  /** What conversations there are. */
  (
    | { readonly kind: 'list'; readonly listing: Listing }
    | { readonly kind: 'resume'; readonly ids: readonly string[] }
    /** `id`: see {@link idOf} */
    | { readonly kind: 'send'; readonly conversationId: string; readonly id: string }
    | { readonly kind: 'mark'; readonly conversationId: string; readonly mark: Mark; readonly seq: number }
    | { readonly kind: 'token' }
    | { readonly kind: 'call'; readonly ticket: number }
  );

export interface ChatState {
  readonly link: Link;
  /** Of each conversation of its user what is new is told, followed before or not. */
  readonly followsAll: boolean;
  /** In a row. */
  readonly refusedTokens: number;
  /** Whose messages are ours, when known. */
  readonly userId: string | undefined;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  /** In order. */
  readonly outbox: readonly Unsent[];
  readonly nextOrder: number;
  readonly asked: ReadonlyMap<string, Asked>;
  readonly nextId: number;
  /** Said again on each connection: the server forgets both with the old one. */
  readonly rooms: ReadonlySet<string>;
  readonly presence: Readonly<Record<string, unknown>> | undefined;
}

export interface Moment {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** From 0 up to 1. */
  readonly random: number;
}

export type Input =
  | {
      readonly kind: 'loaded';
      readonly places: ReadonlyMap<string, Place>;
      readonly outbox: readonly Unsent[];
    }
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'opened'; readonly userId: string | undefined; readonly expiresAt: number | undefined }
  | { readonly kind: 'lost'; readonly closing: Closing }
  | { readonly kind: 'push'; readonly event: string; readonly data: unknown }
  | { readonly kind: 'answer'; readonly id: string; readonly answer: Answer }
  | { readonly kind: 'send'; readonly message: OutgoingMessage }
  | { readonly kind: 'change'; readonly change: OutgoingChange }
  | { readonly kind: 'kept'; readonly id: string }
  | { readonly kind: 'not_kept'; readonly id: string; readonly detail: string }
  | { readonly kind: 'follow'; readonly conversationId: string; readonly position: Position }
  | { readonly kind: 'follow_all' }
  | { readonly kind: 'leave'; readonly conversationId: string }
  | { readonly kind: 'read'; readonly conversationId: string; readonly seq: number }
  | { readonly kind: 'call'; readonly ticket: number; readonly action: string; readonly data: object }
  /** To be dropped when nobody is there. */
  | { readonly kind: 'say'; readonly action: string; readonly data: object }
  | { readonly kind: 'room'; readonly conversationId: string; readonly on: boolean }
  | { readonly kind: 'presence'; readonly data: Readonly<Record<string, unknown>> }
  /** Without a token: there was none to be had. */
  | { readonly kind: 'renewed'; readonly token: string | undefined; readonly expiresAt: number | undefined }
  | { readonly kind: 'tick' };

export type Effect =
  | { readonly kind: 'dial' }
  | { readonly kind: 'hang_up' }
  /** Ask for a token, to be given back as `renewed`. */
  | { readonly kind: 'renew' }
  | { readonly kind: 'request'; readonly id: string; readonly action: string; readonly data: object }
  /** Nobody waits for the answer. */
  | { readonly kind: 'say'; readonly action: string; readonly data: object }
  | { readonly kind: 'tell'; readonly event: ChatEvent }
  | { readonly kind: 'settle'; readonly ticket: number; readonly answer: Answer }
  | { readonly kind: 'keep_place'; readonly conversationId: string; readonly place: Place }
  | { readonly kind: 'forget_place'; readonly conversationId: string }
  | { readonly kind: 'keep_unsent'; readonly unsent: Unsent }
  | { readonly kind: 'forget_unsent'; readonly unsent: Unsent };

export interface Step {
  readonly state: ChatState;
  readonly effects: readonly Effect[];
}

export const INITIAL: ChatState = {
  link: { kind: 'stopped' },
  followsAll: false,
  refusedTokens: 0,
  userId: undefined,
  subscriptions: new Map(),
  outbox: [],
  nextOrder: 1,
  asked: new Map(),
  nextId: 1,
  rooms: new Set(),
  presence: undefined,
};

export function tell<Name extends ChatEvent['name']>(
  name: Name,
  data: Extract<ChatEvent, { name: Name }>['data'],
): Effect {
  return { kind: 'tell', event: { name, data } as ChatEvent };
}

export function say(action: string, data: object): Effect {
  return { kind: 'say', action, data };
}

/** Puts a request on the wire. Only when the link is up. */
export function ask(state: ChatState, what: Asked, action: string, data: object): Step {
  const id = String(state.nextId);
  const asked = withEntry(state.asked, id, what);
  return {
    state: { ...state, asked, nextId: state.nextId + 1 },
    effects: [{ kind: 'request', id, action, data }],
  };
}

export function keepPlace(conversationId: string, { following, delivered, read }: Subscription): Effect {
  return { kind: 'keep_place', conversationId, place: { position: following.position, delivered, read } };
}

export const NOTHING: readonly Effect[] = [];

export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

export function withoutEntry<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
