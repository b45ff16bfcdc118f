import type { ChatStores } from '#ports/chat/testing/chat-stores.js';
import { ChatTables, MemoryBlocks, MemoryConversations, MemoryMessageLog } from '../memory-chat.js';

/** The stores of one chat in memory. @param tables to put more than these over them */
export function memoryChatStores(tables = new ChatTables()): ChatStores {
  return {
    conversations: new MemoryConversations(tables),
    log: new MemoryMessageLog(tables),
    blocks: new MemoryBlocks(tables),
    close: () => Promise.resolve(),
  };
}
