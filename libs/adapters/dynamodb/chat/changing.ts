import type { ConversationId } from '#domain/chat/model/conversation.js';
import { loggedEvent } from '#domain/chat/model/logged.js';
import type { Message, MessageId } from '#domain/chat/model/message.js';
import type { Changed } from '#ports/chat/message-log.js';
import type { Write } from '../engine/dynamo-table.js';
import { fields, when } from '../engine/expressions.js';
import type { DynamoOutbox } from '../outbox/dynamo-outbox.js';
import { changedPart, type MetaItem } from './chat-items.js';
import { memberKey, messageKey, metaKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';
import { retraced } from './traces.js';
import { unindexed } from './word-index.js';

export interface ChangeAsked {
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly decide: (message: Message) => Message;
  readonly by: string | undefined;
  readonly announced: boolean;
}

/** Changes one message with the next number of its conversation: decided upon anew as long as others come first. */
export async function change(
  chat: ChatTable,
  outbox: DynamoOutbox,
  asked: ChangeAsked,
): Promise<Changed | undefined> {
  const { conversationId, messageId, decide, by, announced } = asked;
  for (;;) {
    const [meta, before] = await Promise.all([
      chat.meta(conversationId),
      chat.message(conversationId, messageId),
    ]);
    if (!meta || !before) return undefined;
    if (by !== undefined && !(await chat.table.get(memberKey(conversationId, meta.crowd, by))))
      return undefined;
    const decided = decide(before);
    if (decided === before) return { kind: 'unchanged', message: before };
    const message = structuredClone({ ...decided, rev: meta.rev + 1 });
    const kept: Write = {
      kind: 'update',
      key: messageKey(conversationId, before.seq),
      change: fields(changedPart(message)),
      if: when`#rev = ${before.rev}`,
    };
    const telling = announced ? [outbox.entry(loggedEvent(meta.workspaceId, message), message.sentAt)] : [];
    const writes = [
      takeRev(meta, message),
      kept,
      ...retraced(before, message),
      ...unindexed(before, message, chat.block),
      ...presence(meta, by),
      ...telling,
    ];
    const result = await chat.table.transact(writes);
    if (result.kind === 'done' && announced) outbox.appended();
    if (result.kind === 'done') return { kind: 'changed', message };
  }
}

/** Nobody takes the same, and the message has not been cut off. */
function takeRev({ id, rev, mentionSeq }: MetaItem, { seq, mentions }: Message): Write {
  const mentioned = mentions.length > 0 && seq > mentionSeq ? { mentionSeq: seq } : {};
  return {
    kind: 'update',
    key: metaKey(id),
    change: fields({ rev: rev + 1, ...mentioned }),
    if: when`#rev = ${rev} AND #cutSeq < ${seq}`,
  };
}

function presence({ id, crowd }: MetaItem, by: string | undefined): Write[] {
  if (by === undefined) return [];
  return [{ kind: 'check', key: memberKey(id, crowd, by), if: when`attribute_exists(pk)` }];
}
