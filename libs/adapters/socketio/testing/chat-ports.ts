import type { Provider } from '@nestjs/common';
import {
  ChatTables,
  MemoryBlocks,
  MemoryConversations,
  MemoryMessageLog,
} from '#adapters/memory/chat/memory-chat.js';
import { MemoryAbsences } from '#adapters/memory/chat/memory-absences.js';
import { MemoryAttachments } from '#adapters/memory/chat/memory-attachments.js';
import { MemoryMessageSearch } from '#adapters/memory/chat/memory-message-search.js';
import { MemoryPresence } from '#adapters/memory/chat/memory-presence.js';
import { NoWaitingMessages } from '#adapters/memory/chat/no-waiting-messages.js';
import { MemoryTimers } from '#adapters/memory/events/memory-timers.js';
import { MemoryBlobs } from '#adapters/memory/system/memory-blobs.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { AwaySettings, NOBODY_IS_TOLD } from '#domain/chat/application/away-settings.js';
import { type ChatSettings as Settings, ChatSettings } from '#domain/chat/application/chat-settings.js';
import { LiveConversations } from '#domain/chat/application/live-conversations.js';
import { DEFAULT_UPLOAD_LIMITS, UploadLimits } from '#domain/chat/model/upload.js';
import { Absences } from '#ports/chat/absences.js';
import { NoPreviews } from '#adapters/sharp/no-previews.js';
import { MemoryWebhookDeliveries } from '#adapters/memory/webhooks/memory-webhook-deliveries.js';
import { MemoryWebhookEndpoints } from '#adapters/memory/webhooks/memory-webhook-endpoints.js';
import { MemoryWebhooks } from '#adapters/memory/webhooks/memory-webhooks.js';
import { MemoryWebhookTransport } from '#adapters/memory/webhooks/memory-webhook-transport.js';
import { ModerationSettings, NOBODY_IS_ASKED } from '#domain/chat/application/moderation-settings.js';
import { WebhookDeliveries } from '#ports/webhooks/webhook-deliveries.js';
import { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';
import { WebhookTransport } from '#ports/webhooks/webhook-transport.js';
import { Attachments } from '#ports/chat/attachments.js';
import { Blocks } from '#ports/chat/blocks.js';
import { Conversations } from '#ports/chat/conversations.js';
import { ImagePreviews } from '#ports/chat/image-previews.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { MessageSearch } from '#ports/chat/message-search.js';
import { Presence } from '#ports/chat/presence.js';
import { Realtime } from '#ports/chat/realtime.js';
import { WaitingMessages } from '#ports/chat/waiting-messages.js';
import { Timers } from '#ports/events/timers.js';
import { Blobs } from '#ports/system/blobs.js';
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
  const webhooks = new MemoryWebhooks();
  const conversations = new MemoryConversations(tables);
  const messages = new MemoryMessageLog(tables);
  const blocks = new MemoryBlocks(tables);
  const live = new LiveConversations({ conversations, messages, clock, log });
  const providers: Provider[] = [
    { provide: Conversations, useValue: conversations },
    { provide: MessageLog, useValue: messages },
    { provide: Blocks, useValue: blocks },
    { provide: MessageSearch, useValue: new MemoryMessageSearch(tables) },
    { provide: Attachments, useValue: new MemoryAttachments(tables) },
    { provide: ImagePreviews, useValue: new NoPreviews() },
    { provide: Blobs, useValue: new MemoryBlobs(clock) },
    { provide: UploadLimits, useValue: DEFAULT_UPLOAD_LIMITS },
    { provide: Presence, useValue: new MemoryPresence(clock) },
    { provide: LiveConversations, useValue: live },
    { provide: Realtime, useValue: live },
    { provide: ChatSettings, useValue: PLENTY },
    { provide: AwaySettings, useValue: NOBODY_IS_TOLD },
    { provide: ModerationSettings, useValue: NOBODY_IS_ASKED },
    { provide: WebhookEndpoints, useValue: new MemoryWebhookEndpoints(webhooks) },
    { provide: WebhookDeliveries, useValue: new MemoryWebhookDeliveries(webhooks) },
    { provide: WebhookTransport, useValue: new MemoryWebhookTransport() },
    { provide: Absences, useValue: new MemoryAbsences() },
    { provide: WaitingMessages, useValue: new NoWaitingMessages() },
    { provide: Timers, useValue: new MemoryTimers() },
    { provide: Randomness, useValue: new CryptoRandomness() },
  ];
  return { tables, conversations, messages, blocks, live, providers };
}
