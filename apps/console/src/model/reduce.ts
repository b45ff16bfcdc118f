import type { AttachedFile, ChatEvent, ChatEvents, Message } from '#client/chat.js';
import { EMPTY_LOG, loading, notLoaded, withMessage, withPage } from './chat-log.js';
import {
  chatOf,
  type OwnMember,
  unreadOf,
  type WireChat,
  withRead,
  withSaid,
  withStanding,
} from './chat-list.js';
import { type ChatState, type Member, type OpenChat, type Way, withEntry } from './chat-state.js';
import type { Scheduled } from './scheduled.js';

export type Action =
  /** `now` in milliseconds since 1970. */
  | { readonly kind: 'heard'; readonly event: ChatEvent; readonly now: number }
  | { readonly kind: 'listed'; readonly chats: readonly WireChat[] }
  | { readonly kind: 'known'; readonly chat: WireChat }
  | { readonly kind: 'standing'; readonly id: string; readonly me: OwnMember }
  | { readonly kind: 'opened'; readonly id: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'loading'; readonly id: string; readonly way: Way }
  | { readonly kind: 'loaded'; readonly id: string; readonly way: Way; readonly page: readonly Message[] }
  | { readonly kind: 'not_loaded'; readonly id: string }
  | { readonly kind: 'shown'; readonly id: string; readonly seq: number }
  /** From the first on. `next`: there are more. */
  | {
      readonly kind: 'members';
      readonly id: string;
      readonly members: readonly Member[];
      readonly next?: string | undefined;
    }
  | { readonly kind: 'pins'; readonly id: string; readonly pins: readonly Message[] }
  | { readonly kind: 'quoted'; readonly message: Message }
  | { readonly kind: 'read'; readonly id: string; readonly seq: number }
  | { readonly kind: 'uploaded'; readonly file: AttachedFile }
  /** A message, or an edit, that was refused: its own name. */
  | { readonly kind: 'discarded'; readonly id: string }
  | { readonly kind: 'tick'; readonly now: number }
  | { readonly kind: 'blocked'; readonly users: readonly string[] }
  | { readonly kind: 'scheduled'; readonly all: readonly Scheduled[] }
  | { readonly kind: 'left_by_oneself'; readonly id: string }
  | { readonly kind: 'told'; readonly text: string }
  | { readonly kind: 'noted'; readonly text: string | undefined };

/** Of a room with more, marks are not shown: most of its members have never opened the message. */
export const MOST_MARKED = 200;

/** A sign of typing holds so long; it is repeated sooner. */
export const TYPING_MS = 6_000;

export function reduce(state: ChatState, action: Action): ChatState {
  switch (action.kind) {
    case 'heard':
      return heard(state, action.event, action.now);
    case 'listed':
      return listed(state, action.chats);
    case 'known': {
      const chats = state.chats ?? new Map();
      return {
        ...state,
        chats: withEntry(chats, action.chat.id, chatOf(action.chat, chats.get(action.chat.id))),
      };
    }
    case 'standing':
      return withChat(state, action.id, (chat) => withStanding(chat, action.me));
    case 'opened':
      return { ...state, open: opened(state, action.id) };
    case 'closed':
      return { ...state, open: undefined };
    case 'read':
      return withChat(state, action.id, (chat) => withRead(chat, action.seq));
    case 'uploaded':
      return { ...state, files: withEntry(state.files, action.file.id, action.file) };
    case 'discarded': {
      const refused = state.refused.filter((one) => one.message.clientMessageId !== action.id);
      return { ...withoutChange(state, action.id), refused };
    }
    case 'tick': {
      const typing = state.typing.filter(({ until }) => until > action.now);
      return typing.length === state.typing.length ? state : { ...state, typing };
    }
    case 'blocked':
      return { ...state, blocked: new Set(action.users) };
    case 'scheduled':
      return { ...state, scheduled: action.all };
    case 'left_by_oneself':
      return { ...left(state, action.id), notice: undefined };
    case 'told':
      return { ...state, told: { text: action.text, nth: (state.told?.nth ?? 0) + 1 } };
    case 'noted':
      return { ...state, notice: action.text === undefined ? undefined : { text: action.text } };
    default:
      return inOpen(state, action);
  }
}

type OpenAction = Extract<
  Action,
  { kind: 'loading' | 'loaded' | 'not_loaded' | 'shown' | 'members' | 'pins' | 'quoted' }
>;

/** What is about a conversation that has been left meanwhile is passed over. */
function inOpen(state: ChatState, action: OpenAction): ChatState {
  const { open } = state;
  const id = action.kind === 'quoted' ? action.message.conversationId : action.id;
  if (open?.id !== id) return state;
  return { ...state, open: changed(open, action, state) };
}

function changed(open: OpenChat, action: OpenAction, { chats }: ChatState): OpenChat {
  switch (action.kind) {
    case 'loading':
      return { ...open, log: loading(open.log, action.way) };
    case 'not_loaded':
      return { ...open, log: notLoaded(open.log) };
    case 'loaded': {
      const { seq = 0, cutSeq = 0 } = chats?.get(open.id) ?? {};
      return { ...open, log: withPage(open.log, action.way, action.page, seq, cutSeq) };
    }
    case 'shown':
      return { ...open, target: { seq: action.seq } };
    case 'members':
      return withMembers(open, action);
    case 'pins':
      return { ...open, pins: action.pins };
    case 'quoted':
      return { ...open, quoted: withEntry(open.quoted, action.message.id, action.message) };
  }
}

/** The answer was on its way while others read on: nobody's marks go back. */
function withMembers(
  open: OpenChat,
  { members: found, next }: Extract<OpenAction, { kind: 'members' }>,
): OpenChat {
  const known = new Map(open.members?.map((one) => [one.userId, one]));
  const members = found.map((one) => {
    const { deliveredSeq = 0, readSeq = 0 } = known.get(one.userId) ?? {};
    return {
      ...one,
      deliveredSeq: Math.max(one.deliveredSeq, deliveredSeq),
      readSeq: Math.max(one.readSeq, readSeq),
    };
  });
  const isWhole = next === undefined && members.length <= MOST_MARKED;
  return { ...open, people: { some: members, next }, members: isWhole ? members : undefined };
}

function opened({ chats }: ChatState, id: string): OpenChat {
  const chat = chats?.get(id);
  return {
    id,
    log: EMPTY_LOG,
    members: undefined,
    people: undefined,
    pins: [],
    quoted: new Map(),
    readBefore: chat && unreadOf(chat) > 0 ? chat.readSeq : Infinity,
    target: undefined,
  };
}

function listed(state: ChatState, wire: readonly WireChat[]): ChatState {
  const chats = new Map(state.chats);
  for (const one of wire) chats.set(one.id, chatOf(one, chats.get(one.id)));
  return { ...state, chats };
}

function heard(state: ChatState, event: ChatEvent, now: number): ChatState {
  switch (event.name) {
    case 'link':
      return { ...state, link: event.data };
    case 'chats':
      return listed(state, event.data as unknown as readonly WireChat[]);
    case 'message':
      return said(state, event.data);
    case 'changed':
      return messageChanged(state, event.data);
    case 'conversation': {
      const { conversationId, conversation, me } = event.data as unknown as ConversationNews;
      const known = conversation ? reduce(state, { kind: 'known', chat: conversation }) : state;
      return me ? withChat(known, conversationId, (chat) => withStanding(chat, me)) : known;
    }
    case 'left':
      return left(state, event.data.conversationId);
    case 'presence':
      return { ...state, presence: withEntry(state.presence, event.data.userId, event.data) };
    case 'receipt':
      return marksMoved(state, event.data);
    case 'typing': {
      const { conversationId, userId, on } = event.data;
      const others = stopped(state, conversationId, userId);
      return {
        ...others,
        typing: on ? [...others.typing, { conversationId, userId, until: now + TYPING_MS }] : others.typing,
      };
    }
    default:
      return echoed(state, event, now);
  }
}

function echoed(state: ChatState, event: ChatEvent, now: number): ChatState {
  switch (event.name) {
    case 'sending': {
      const others = state.echoes.filter(
        ({ message }) => message.clientMessageId !== event.data.clientMessageId,
      );
      return { ...state, echoes: [...others, { message: event.data, isStored: false }] };
    }
    case 'sent': {
      const isIt = ({ message }: ChatState['echoes'][number]): boolean =>
        message.clientMessageId === event.data.clientMessageId;
      return { ...state, echoes: state.echoes.map((one) => (isIt(one) ? { ...one, isStored: true } : one)) };
    }
    case 'refused': {
      const { clientMessageId } = event.data.message;
      const echoes = state.echoes.filter(({ message }) => message.clientMessageId !== clientMessageId);
      return { ...state, echoes, refused: [...state.refused, event.data] };
    }
    case 'changing': {
      const { changes } = withoutChange(state, event.data.clientChangeId);
      return { ...state, changes: [...changes, { change: event.data, at: new Date(now).toISOString() }] };
    }
    case 'change_made':
      return withoutChange(state, event.data.clientChangeId);
    case 'change_refused':
      return changeRefused(state, event.data, now);
    default:
      return state;
  }
}

function withoutChange(state: ChatState, id: string): ChatState {
  return { ...state, changes: state.changes.filter(({ change }) => change.clientChangeId !== id) };
}

/** Of an edit the words are kept: somebody has typed them. */
function changeRefused(
  state: ChatState,
  { change, error }: ChatEvents['change_refused'],
  now: number,
): ChatState {
  const others = withoutChange(state, change.clientChangeId);
  const notice = { text: `A message was not changed: ${error.detail}` };
  if (change.action !== 'message.edit') return { ...others, notice };
  const at = new Date(now).toISOString();
  return { ...others, notice, changes: [...others.changes, { change, at, error }] };
}

function said(state: ChatState, message: Message): ChatState {
  const { conversationId, senderId, clientMessageId } = message;
  const isMine = senderId === state.me;
  const echoes = isMine
    ? state.echoes.filter((one) => one.message.clientMessageId !== clientMessageId)
    : state.echoes;
  // What was scheduled is said under its own name.
  const scheduled =
    isMine && state.scheduled?.some(({ id }) => id === clientMessageId)
      ? state.scheduled.filter(({ id }) => id !== clientMessageId)
      : state.scheduled;
  const known = withChat({ ...state, echoes, scheduled }, conversationId, (chat) =>
    withSaid(chat, message, state.me),
  );
  return logged(stopped(known, conversationId, senderId), message);
}

function messageChanged(state: ChatState, message: Message): ChatState {
  const known = withChat(state, message.conversationId, (chat) =>
    chat.last?.id === message.id ? withSaid(chat, message, state.me) : chat,
  );
  return logged(known, message);
}

function logged(state: ChatState, message: Message): ChatState {
  const { open } = state;
  if (open?.id !== message.conversationId) return state;
  const quoted = open.quoted.has(message.id) ? withEntry(open.quoted, message.id, message) : open.quoted;
  return {
    ...state,
    open: { ...open, log: withMessage(open.log, message), pins: pinned(open.pins, message), quoted },
  };
}

function pinned(pins: readonly Message[], message: Message): readonly Message[] {
  const others = pins.filter(({ id }) => id !== message.id);
  if (message.pinnedAt == null || message.deletedAt != null)
    return others.length === pins.length ? pins : others;
  return [...others, message].sort((one, other) => one.seq - other.seq);
}

function left(state: ChatState, conversationId: string): ChatState {
  const chats = new Map(state.chats);
  chats.delete(conversationId);
  const wasOpen = state.open?.id === conversationId;
  return {
    ...state,
    chats,
    open: wasOpen ? undefined : state.open,
    notice: wasOpen ? { text: 'You are not in this conversation any more.' } : state.notice,
  };
}

interface ConversationNews {
  readonly conversationId: string;
  readonly conversation?: WireChat;
  /** Told to one’s own devices only. */
  readonly me?: OwnMember;
}

type Marks = Omit<Member, 'role'> & { readonly conversationId: string };

function marksMoved(state: ChatState, marks: Marks): ChatState {
  const { conversationId, userId, deliveredSeq, readSeq } = marks;
  const read =
    userId === state.me ? withChat(state, conversationId, (chat) => withRead(chat, readSeq)) : state;
  const { open } = read;
  if (open?.id !== conversationId || !open.members) return read;
  const members = open.members.map((one) =>
    one.userId === userId
      ? {
          ...one,
          deliveredSeq: Math.max(one.deliveredSeq, deliveredSeq),
          readSeq: Math.max(one.readSeq, readSeq),
        }
      : one,
  );
  return { ...read, open: { ...open, members } };
}

function stopped(state: ChatState, conversationId: string, userId: string): ChatState {
  const isThis = (one: ChatState['typing'][number]): boolean =>
    one.userId === userId && one.conversationId === conversationId;
  return state.typing.some(isThis) ? { ...state, typing: state.typing.filter((one) => !isThis(one)) } : state;
}

type Chat = NonNullable<ReturnType<NonNullable<ChatState['chats']>['get']>>;

function withChat(state: ChatState, id: string, change: (chat: Chat) => Chat): ChatState {
  const chat = state.chats?.get(id);
  if (!state.chats || !chat) return state;
  const next = change(chat);
  return next === chat ? state : { ...state, chats: withEntry(state.chats, id, next) };
}
