import { type ChatWithFiles, describeAttachmentsContract } from '#ports/chat/attachments.contract.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteAttachments } from './sqlite-attachments.js';
import { SqliteBlocks } from './sqlite-blocks.js';
import { SqliteConversations } from './sqlite-conversations.js';
import { SqliteMessageLog } from './sqlite-message-log.js';
import { SqliteScheduledMessages } from './sqlite-scheduled-messages.js';

const folder = OneFolder.forThisFile();

function open(): Promise<ChatWithFiles> {
  const storage = folder.emptied();
  return Promise.resolve({
    conversations: new SqliteConversations(storage),
    log: new SqliteMessageLog(storage),
    blocks: new SqliteBlocks(storage),
    attachments: new SqliteAttachments(storage),
    scheduled: new SqliteScheduledMessages(storage),
    close: () => Promise.resolve(),
  });
}

describeAttachmentsContract('SqliteAttachments', open);
