import { describeScheduledMessagesContract } from '#ports/chat/scheduled-messages.contract.js';
import { MemoryScheduledMessages } from './memory-scheduled-messages.js';

describeScheduledMessagesContract('MemoryScheduledMessages', () =>
  Promise.resolve({ scheduled: new MemoryScheduledMessages(), close: () => Promise.resolve() }),
);
