import { describeWaitingMessagesContract } from '#ports/chat/waiting-messages.contract.js';
import { MemoryWaitingMessages, WaitingTables } from './memory-waiting-messages.js';
import { NoWaitingMessages } from './no-waiting-messages.js';

describeWaitingMessagesContract('MemoryWaitingMessages', async () => {
  const tables = new WaitingTables();
  const another = (): MemoryWaitingMessages => new MemoryWaitingMessages(tables);
  return { waiting: another(), another, keeps: true, close: () => Promise.resolve() };
});

describeWaitingMessagesContract('NoWaitingMessages', async () => {
  const another = (): NoWaitingMessages => new NoWaitingMessages();
  return { waiting: another(), another, keeps: false, close: () => Promise.resolve() };
});
