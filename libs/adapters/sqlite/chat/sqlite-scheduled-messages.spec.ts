import { describeScheduledMessagesContract } from '#ports/chat/scheduled-messages.contract.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteScheduledMessages } from './sqlite-scheduled-messages.js';

const folder = OneFolder.forThisFile();

describeScheduledMessagesContract('SqliteScheduledMessages', () => {
  const scheduled = new SqliteScheduledMessages(folder.emptied());
  return Promise.resolve({ scheduled, close: () => Promise.resolve() });
});
