import { describeMessageSearchContract } from '#ports/chat/message-search.contract.js';
import { ChatTables, MemoryBlocks, MemoryConversations, MemoryMessageLog } from './memory-chat.js';
import { MemoryMessageSearch } from './memory-message-search.js';

describeMessageSearchContract('MemoryMessageSearch', () => {
  const tables = new ChatTables();
  return Promise.resolve({
    conversations: new MemoryConversations(tables),
    log: new MemoryMessageLog(tables),
    blocks: new MemoryBlocks(tables),
    search: new MemoryMessageSearch(tables),
    close: () => Promise.resolve(),
  });
});
