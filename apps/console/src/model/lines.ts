import type { AttachedFile, Message, OutgoingMessage } from '#client/chat.js';
import { asChanged, type OutgoingEdit, refusedEdit } from './changes.js';
import type { ChatState, OpenChat } from './chat-state.js';

/** How far a message of one's own has come. */
export type Progress = 'sending' | 'sent' | 'delivered' | 'read';

export type Line =
  | { readonly kind: 'day'; readonly key: string; readonly at: string }
  | { readonly kind: 'unread'; readonly key: string }
  | {
      readonly kind: 'message';
      readonly key: string;
      /** With what was changed here and is not answered yet. */
      readonly message: Message;
      readonly isChanging: boolean;
      /** New words for it that were not taken. */
      readonly refusedEdit: { readonly edit: OutgoingEdit; readonly reason: string } | undefined;
      readonly isMine: boolean;
      /** The first of several by the same person: shown with their name. */
      readonly begins: boolean;
      readonly progress: Progress | undefined;
      /** Of a group: how many others have read it. */
      readonly readers: number;
    }
  | {
      readonly kind: 'echo';
      readonly key: string;
      readonly message: OutgoingMessage;
      readonly files: readonly AttachedFile[];
      readonly progress: Progress;
    }
  | {
      readonly kind: 'refused';
      readonly key: string;
      readonly message: OutgoingMessage;
      readonly reason: string;
    };

/** So long after one's last message another shows one's name again. */
const PAUSE_MS = 5 * 60_000;

/** @param dayOf of an instant (ISO 8601): the day it falls on where the reader is */
export function linesOf(state: ChatState, open: OpenChat, dayOf: (at: string) => string): readonly Line[] {
  const lines: Line[] = [];
  const { messages, hasNewer } = open.log;
  let before: Message | undefined;
  for (const message of messages) {
    const isNewDay = !before || dayOf(before.sentAt) !== dayOf(message.sentAt);
    if (isNewDay) lines.push({ kind: 'day', key: `day ${dayOf(message.sentAt)}`, at: message.sentAt });
    const isFirstUnread = isUnread(message, open, state.me) && !(before && before.seq > open.readBefore);
    if (isFirstUnread) lines.push({ kind: 'unread', key: 'unread' });
    lines.push(lineOf(message, isNewDay || isFirstUnread || begins(message, before), state, open));
    before = message;
  }
  // Above what is missing an echo would look as if it had been said there.
  return hasNewer && before ? lines : [...lines, ...ownLines(state, open)];
}

function ownLines({ echoes, refused, files }: ChatState, { id }: OpenChat): Line[] {
  const filesOf = (ids: readonly string[] = []): AttachedFile[] =>
    ids.flatMap((one) => files.get(one) ?? { id: one, name: 'File', mediaType: '', bytes: 0 });
  return [
    ...echoes
      .filter(({ message }) => message.conversationId === id)
      .map(({ message, isStored }): Line => ({
        kind: 'echo',
        key: message.clientMessageId,
        message,
        files: filesOf(message.attachments),
        progress: isStored ? 'sent' : 'sending',
      })),
    ...refused
      .filter(({ message }) => message.conversationId === id)
      .map(({ message, error }): Line => ({
        kind: 'refused',
        key: message.clientMessageId,
        message,
        reason: error.detail,
      })),
  ];
}

function lineOf(stored: Message, isFirst: boolean, { me, changes }: ChatState, { members }: OpenChat): Line {
  const message = asChanged(stored, changes, me);
  const isMine = message.senderId === me;
  const others = (members ?? []).filter(({ userId }) => userId !== me);
  const readers = others.filter(({ readSeq }) => readSeq >= message.seq).length;
  return {
    kind: 'message',
    // The same as of its echo: it turns into the message where it stands.
    key: isMine ? message.clientMessageId : message.id,
    message,
    isChanging: message !== stored,
    refusedEdit: refusedEdit(stored, changes, me),
    isMine,
    begins: isFirst,
    progress: isMine && message.deletedAt == null ? progressOf(message.seq, others, readers) : undefined,
    readers: isMine ? readers : 0,
  };
}

function progressOf(
  seq: number,
  others: readonly { readonly deliveredSeq: number }[],
  readers: number,
): Progress {
  if (others.length === 0) return 'sent';
  if (readers === others.length) return 'read';
  return others.every(({ deliveredSeq }) => deliveredSeq >= seq) ? 'delivered' : 'sent';
}

function isUnread({ seq, senderId }: Message, { readBefore }: OpenChat, me: string): boolean {
  return seq > readBefore && senderId !== me;
}

function begins(message: Message, before: Message | undefined): boolean {
  if (!before || before.senderId !== message.senderId) return true;
  return Date.parse(message.sentAt) - Date.parse(before.sentAt) > PAUSE_MS;
}
