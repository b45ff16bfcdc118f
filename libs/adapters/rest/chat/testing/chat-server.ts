import type { Provider } from '@nestjs/common';
import type request from 'supertest';
import {
  ChatTables,
  MemoryBlocks,
  MemoryConversations,
  MemoryMessageLog,
} from '#adapters/memory/chat/memory-chat.js';
import { MemoryAttachments } from '#adapters/memory/chat/memory-attachments.js';
import { MemoryMessageSearch } from '#adapters/memory/chat/memory-message-search.js';
import { MemoryScheduledMessages } from '#adapters/memory/chat/memory-scheduled-messages.js';
import { NoWaitingMessages } from '#adapters/memory/chat/no-waiting-messages.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { MemoryTimers } from '#adapters/memory/events/memory-timers.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { EventsModule } from '#domain/events/events.module.js';
import { RingTimers } from '#domain/events/ring-timers.js';
import { ScheduledMessagesModule } from '#domain/chat/scheduled-messages.module.js';
import { ScheduledMessages } from '#ports/chat/scheduled-messages.js';
import { Outbox } from '#ports/events/outbox.js';
import { Timers } from '#ports/events/timers.js';
import { Randomness } from '#ports/system/randomness.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryBlobs } from '#adapters/memory/system/memory-blobs.js';
import { Hs256UserTokens } from '#adapters/system/hs256-user-tokens.js';
import { ChatSettings, DEFAULT_CHAT_SETTINGS } from '#domain/chat/application/chat-settings.js';
import { AwaySettings, NOBODY_IS_TOLD } from '#domain/chat/application/away-settings.js';
import { ChatModule } from '#domain/chat/chat.module.js';
import { DEFAULT_UPLOAD_LIMITS, UploadLimits } from '#domain/chat/model/upload.js';
import { ToldPushes } from '#domain/chat/testing/chat-under-test.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
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
import { Realtime } from '#ports/chat/realtime.js';
import { WaitingMessages } from '#ports/chat/waiting-messages.js';
import { Blobs } from '#ports/system/blobs.js';
import { UserTokens } from '#ports/workspace/user-tokens.js';
import { memoryPorts } from '../../deliveries/testing/memory-ports.js';
import { RestRig, type RunningRest, startRest } from '../../testing/rest-rig.js';
import { WorkspaceController } from '../../workspace/workspace.controller.js';
import { BlocksController } from '../blocks.controller.js';
import type { ConversationView, MessageView } from '../chat.view.js';
import { ConversationMembersController } from '../conversation-members.controller.js';
import { ConversationMessagesController } from '../conversation-messages.controller.js';
import { ConversationsController } from '../conversations.controller.js';
import { RoomsController } from '../rooms.controller.js';
import { ScheduledMessagesController } from '../scheduled-messages.controller.js';

interface Parts {
  readonly attachments: Attachments;
  readonly scheduled: ScheduledMessages;
  readonly realtime: ToldPushes;
  readonly tokens: UserTokens;
  readonly conversations: Conversations;
}

/** The REST paths of the chat over memory, on a clock that only the test moves. */
export class ChatServer extends RestRig {
  readonly realtime: ToldPushes;
  readonly tokens: UserTokens;
  readonly conversations: Conversations;
  readonly scheduled: ScheduledMessages;
  readonly attachments: Attachments;

  private constructor(
    running: RunningRest,
    { realtime, tokens, conversations, scheduled, attachments }: Parts,
  ) {
    super(running);
    this.realtime = realtime;
    this.tokens = tokens;
    this.conversations = conversations;
    this.scheduled = scheduled;
    this.attachments = attachments;
  }

  static async start(settings: ChatSettings = DEFAULT_CHAT_SETTINGS): Promise<ChatServer> {
    const tables = new ChatTables();
    const webhooks = new MemoryWebhooks();
    const clock = new DrivenClock();
    const parts = {
      realtime: new ToldPushes(),
      tokens: new Hs256UserTokens({ key: Buffer.alloc(32, 7), audience: 'posthorn' }, clock),
      conversations: new MemoryConversations(tables),
      scheduled: new MemoryScheduledMessages(tables),
      attachments: new MemoryAttachments(tables),
    };
    const own: Provider[] = [
      { provide: ChatSettings, useValue: settings },
      { provide: AwaySettings, useValue: NOBODY_IS_TOLD },
      { provide: ModerationSettings, useValue: NOBODY_IS_ASKED },
      { provide: WebhookEndpoints, useValue: new MemoryWebhookEndpoints(webhooks) },
      { provide: WebhookDeliveries, useValue: new MemoryWebhookDeliveries(webhooks) },
      { provide: WebhookTransport, useValue: new MemoryWebhookTransport() },
      { provide: Conversations, useValue: parts.conversations },
      { provide: MessageLog, useValue: new MemoryMessageLog(tables) },
      { provide: Blocks, useValue: new MemoryBlocks(tables) },
      { provide: MessageSearch, useValue: new MemoryMessageSearch(tables) },
      { provide: WaitingMessages, useValue: new NoWaitingMessages() },
      { provide: Attachments, useValue: parts.attachments },
      { provide: ImagePreviews, useValue: new NoPreviews() },
      { provide: Blobs, useValue: new MemoryBlobs(clock) },
      { provide: UploadLimits, useValue: DEFAULT_UPLOAD_LIMITS },
      { provide: Realtime, useValue: parts.realtime },
      { provide: UserTokens, useValue: parts.tokens },
      { provide: ScheduledMessages, useValue: parts.scheduled },
      { provide: Timers, useValue: new MemoryTimers() },
      { provide: Outbox, useValue: new MemoryOutbox() },
      { provide: Randomness, useValue: new SeededRandomness() },
    ];
    const running = await startRest(memoryPorts(clock), own, {
      imports: [EventsModule, ChatModule, ScheduledMessagesModule],
      controllers: [
        ConversationsController,
        ConversationMembersController,
        ConversationMessagesController,
        RoomsController,
        BlocksController,
        ScheduledMessagesController,
        WorkspaceController,
      ],
    });
    return new ChatServer(running, parts);
  }

  /** They ring nothing until they are started. */
  get timers(): RingTimers {
    return this.app.get(RingTimers);
  }

  /** Somebody with a token of that user. */
  async user(userId: string, workspaceId: WorkspaceId = this.workspaceId): Promise<request.Agent> {
    const { token } = await this.tokens.mint({ workspaceId, userId }, 3_600_000);
    return this.as(token);
  }

  /** A group that the first of them owns. */
  async group(...users: string[]): Promise<ConversationView> {
    const [owner, ...members] = users;
    const body = { kind: 'group', title: 'Talk', members };
    const { body: made } = await this.as().post(`/v1/conversations?as=${owner}`).send(body).expect(201);
    return made as ConversationView;
  }

  async say(by: string, { id }: { id: string }, text: string, more: object = {}): Promise<MessageView> {
    const path = `/v1/conversations/${id}/messages?as=${by}`;
    return (
      await this.as()
        .post(path)
        .send({ text, ...more })
        .expect(201)
    ).body as MessageView;
  }
}
