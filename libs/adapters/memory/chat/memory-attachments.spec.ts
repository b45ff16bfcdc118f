import { describeAttachmentsContract } from '#ports/chat/attachments.contract.js';
import { MemoryAttachments } from './memory-attachments.js';
import { MemoryScheduledMessages } from './memory-scheduled-messages.js';
import { ChatTables, MemoryBlocks, MemoryConversations, MemoryMessageLog } from './memory-chat.js';

describeAttachmentsContract('MemoryAttachments', () => {
  const tables = new ChatTables();
  return Promise.resolve({
    conversations: new MemoryConversations(tables),
    log: new MemoryMessageLog(tables),
    blocks: new MemoryBlocks(tables),
    attachments: new MemoryAttachments(tables),
    scheduled: new MemoryScheduledMessages(tables),
    close: () => Promise.resolve(),
  });
});
