import { describeAttachmentsContract } from '#ports/chat/attachments.contract.js';
import { MemoryAttachments } from './memory-attachments.js';
import { ChatTables } from './memory-chat.js';
import { MemoryScheduledMessages } from './memory-scheduled-messages.js';
import { memoryChatStores } from './testing/memory-chat-stores.js';

describeAttachmentsContract('MemoryAttachments', () => {
  const tables = new ChatTables();
  return Promise.resolve({
    ...memoryChatStores(tables),
    attachments: new MemoryAttachments(tables),
    scheduled: new MemoryScheduledMessages(tables),
  });
});
