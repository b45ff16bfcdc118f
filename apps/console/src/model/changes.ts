import type { Message, OutgoingChange, WireError } from '#client/chat.js';

/** A change of a message that was made here, and that the server has not answered yet or has refused. */
export interface Change {
  readonly change: OutgoingChange;
  /** ISO 8601: since when it is shown. */
  readonly at: string;
  /** Why it was not made; its words are kept until somebody has seen that. */
  readonly error?: WireError;
}

export type OutgoingEdit = Extract<OutgoingChange, { action: 'message.edit' }>;

export function isOf(
  { change }: Change,
  { id, conversationId, senderId, clientMessageId }: Message,
  me: string,
) {
  if (change.conversationId !== conversationId) return false;
  if (change.messageId !== undefined) return change.messageId === id;
  return senderId === me && change.clientMessageId === clientMessageId;
}

/** How a message will be, as far as it is known here: with what waits for its answer, in the order in which it was made. */
export function asChanged(message: Message, changes: readonly Change[], me: string): Message {
  return changes
    .filter((one) => one.error === undefined && isOf(one, message, me))
    .reduce((before, one) => changedBy(before, one, me), message);
}

/** The new words for it that were refused; the last, if there are several. */
export function refusedEdit(
  message: Message,
  changes: readonly Change[],
  me: string,
): { readonly edit: OutgoingEdit; readonly reason: string } | undefined {
  const found = changes.findLast((one) => one.error !== undefined && isOf(one, message, me));
  if (!found?.error || found.change.action !== 'message.edit') return undefined;
  return { edit: found.change, reason: found.error.detail };
}

function changedBy(message: Message, { change, at }: Change, me: string): Message {
  switch (change.action) {
    case 'message.edit': {
      const { text, mentions } = change;
      return { ...message, text, ...(mentions && { mentions }), editedAt: at };
    }
    case 'message.delete':
      return { ...message, text: '', attachments: [], deletedAt: at };
    case 'message.react': {
      const others = (message.reactions?.[change.emoji] ?? []).filter((userId) => userId !== me);
      const users = change.on ? [...others, me] : others;
      return { ...message, reactions: { ...message.reactions, [change.emoji]: users } };
    }
    case 'message.pin': {
      const { pinnedAt: _at, pinnedBy: _by, ...loose } = message;
      return change.on ? { ...message, pinnedAt: at, pinnedBy: me } : loose;
    }
  }
}
