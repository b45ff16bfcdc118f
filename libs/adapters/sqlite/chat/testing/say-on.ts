import { aConversation, aDraft } from '#ports/chat/testing/chat-stores.js';
import { SqliteEngine } from '../../engine/sqlite-engine.js';
import { SqliteConversations } from '../sqlite-conversations.js';
import { SqliteMessageLog } from '../sqlite-message-log.js';

/** A process that says one thing after another, eight at a time, each announced, until it is killed. It tells of each that was answered. */
const [, , folder = ''] = process.argv;
const { storage } = await SqliteEngine.open(folder);
const log = new SqliteMessageLog(storage);
const group = aConversation();
const { conversation } = await new SqliteConversations(storage).open(group.build(), group.members());
for (;;)
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const appended = await log.append(conversation.workspaceId, aDraft(conversation), true);
      if (appended.kind === 'appended') process.send?.(appended.message);
    }),
  );
