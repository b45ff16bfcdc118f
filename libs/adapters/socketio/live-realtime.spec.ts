import { ChatTables, MemoryConversations, MemoryMessageLog } from '#adapters/memory/chat/memory-chat.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { LiveConversations } from '#domain/chat/application/live-conversations.js';
import { describeRealtimeContract } from '#ports/chat/realtime.contract.js';

describeRealtimeContract('LiveConversations', () => {
  const chat = new ChatTables();
  return new LiveConversations({
    conversations: new MemoryConversations(chat),
    messages: new MemoryMessageLog(chat),
    clock: new DrivenClock(),
    log: new MemoryLog(),
  });
});
