import { describeBlocksContract } from '#ports/chat/blocks.contract.js';
import { describeConversationsContract } from '#ports/chat/conversations.contract.js';
import { describeMessageLogContract } from '#ports/chat/message-log.contract.js';
import type { ChatStores } from '#ports/chat/testing/chat-stores.js';
import { ChatTables, MemoryBlocks, MemoryConversations, MemoryMessageLog } from './memory-chat.js';

function open(): Promise<ChatStores> {
  const tables = new ChatTables();
  return Promise.resolve({
    conversations: new MemoryConversations(tables),
    log: new MemoryMessageLog(tables),
    blocks: new MemoryBlocks(tables),
    close: () => Promise.resolve(),
  });
}

describeConversationsContract('MemoryConversations', open);
describeMessageLogContract('MemoryMessageLog', open, 200);
describeBlocksContract('MemoryBlocks', open);
