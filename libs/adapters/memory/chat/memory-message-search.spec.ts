import { describeMessageSearchContract } from '#ports/chat/message-search.contract.js';
import { ChatTables } from './memory-chat.js';
import { MemoryMessageSearch } from './memory-message-search.js';
import { memoryChatStores } from './testing/memory-chat-stores.js';

describeMessageSearchContract('MemoryMessageSearch', () => {
  const tables = new ChatTables();
  return Promise.resolve({ ...memoryChatStores(tables), search: new MemoryMessageSearch(tables) });
});
