import type { Provider } from '@nestjs/common';
import {
  ChatTables,
  MemoryBlocks,
  MemoryConversations,
  MemoryMessageLog,
} from '#adapters/memory/chat/memory-chat.js';
import { MemoryPresence } from '#adapters/memory/chat/memory-presence.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { type ChatSettings as Settings, ChatSettings } from '#domain/chat/application/chat-settings.js';
import { LiveConversations } from '#domain/chat/application/live-conversations.js';
import { Blocks } from '#ports/chat/blocks.js';
import { Conversations } from '#ports/chat/conversations.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { Presence } from '#ports/chat/presence.js';
import { Realtime } from '#ports/chat/realtime.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import { Randomness } from '#ports/system/randomness.js';

/** So much that no test that is not about floods meets a limit. */
const PLENTY: Settings = {
  flood: { burst: 100_000, perSecond: 1_000 },
  bustle: { burst: 100_000, perSecond: 1_000 },
};

/** What the chat needs, over memory. */
export function chatPorts({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
  const tables = new ChatTables();
  const conversations = new MemoryConversations(tables);
  const messages = new MemoryMessageLog(tables);
  const blocks = new MemoryBlocks(tables);
  const live = new LiveConversations({ conversations, messages, clock, log });
  const providers: Provider[] = [
    { provide: Conversations, useValue: conversations },
    { provide: MessageLog, useValue: messages },
    { provide: Blocks, useValue: blocks },
    { provide: Presence, useValue: new MemoryPresence(clock) },
    { provide: LiveConversations, useValue: live },
    { provide: Realtime, useValue: live },
    { provide: ChatSettings, useValue: PLENTY },
    { provide: Randomness, useValue: new CryptoRandomness() },
  ];
  return { tables, conversations, messages, blocks, live, providers };
}
