import { describeAnnouncingContract } from '#ports/chat/announcing.contract.js';
import { describeBlocksContract } from '#ports/chat/blocks.contract.js';
import { describeConversationsContract } from '#ports/chat/conversations.contract.js';
import { describeMessageLogContract } from '#ports/chat/message-log.contract.js';
import { MemoryOutbox } from '../events/memory-outbox.js';
import { ChatTables, MemoryBlocks, MemoryConversations, MemoryMessageLog } from './memory-chat.js';

function open() {
  const tables = new ChatTables();
  const outbox = new MemoryOutbox();
  return Promise.resolve({
    conversations: new MemoryConversations(tables),
    log: new MemoryMessageLog(tables, outbox),
    outbox,
    blocks: new MemoryBlocks(tables),
    close: () => Promise.resolve(),
  });
}

describeConversationsContract('MemoryConversations', open);
describeMessageLogContract('MemoryMessageLog', open, 200);
describeBlocksContract('MemoryBlocks', open);
describeAnnouncingContract('MemoryMessageLog', open);
