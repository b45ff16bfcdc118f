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
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryBlobs } from '#adapters/memory/system/memory-blobs.js';
import { Hs256UserTokens } from '#adapters/system/hs256-user-tokens.js';
import { ChatSettings, DEFAULT_CHAT_SETTINGS } from '#domain/chat/application/chat-settings.js';
import { ChatModule } from '#domain/chat/chat.module.js';
import { DEFAULT_UPLOAD_LIMITS, UploadLimits } from '#domain/chat/model/upload.js';
import { ToldPushes } from '#domain/chat/testing/chat-under-test.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Attachments } from '#ports/chat/attachments.js';
import { Blocks } from '#ports/chat/blocks.js';
import { Conversations } from '#ports/chat/conversations.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { MessageSearch } from '#ports/chat/message-search.js';
import { Realtime } from '#ports/chat/realtime.js';
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

interface Parts {
  readonly realtime: ToldPushes;
  readonly tokens: UserTokens;
  readonly conversations: Conversations;
}

/** The REST paths of the chat over memory, on a clock that only the test moves. */
export class ChatServer extends RestRig {
  readonly realtime: ToldPushes;
  readonly tokens: UserTokens;
  readonly conversations: Conversations;

  private constructor(running: RunningRest, { realtime, tokens, conversations }: Parts) {
    super(running);
    this.realtime = realtime;
    this.tokens = tokens;
    this.conversations = conversations;
  }

  static async start(settings: ChatSettings = DEFAULT_CHAT_SETTINGS): Promise<ChatServer> {
    const tables = new ChatTables();
    const clock = new DrivenClock();
    const parts = {
      realtime: new ToldPushes(),
      tokens: new Hs256UserTokens({ key: Buffer.alloc(32, 7), audience: 'posthorn' }, clock),
      conversations: new MemoryConversations(tables),
    };
    const own: Provider[] = [
      { provide: ChatSettings, useValue: settings },
      { provide: Conversations, useValue: parts.conversations },
      { provide: MessageLog, useValue: new MemoryMessageLog(tables) },
      { provide: Blocks, useValue: new MemoryBlocks(tables) },
      { provide: MessageSearch, useValue: new MemoryMessageSearch(tables) },
      { provide: Attachments, useValue: new MemoryAttachments(tables) },
      { provide: Blobs, useValue: new MemoryBlobs(clock) },
      { provide: UploadLimits, useValue: DEFAULT_UPLOAD_LIMITS },
      { provide: Realtime, useValue: parts.realtime },
      { provide: UserTokens, useValue: parts.tokens },
    ];
    const running = await startRest(memoryPorts(clock), own, {
      imports: [ChatModule],
      controllers: [
        ConversationsController,
        ConversationMembersController,
        ConversationMessagesController,
        RoomsController,
        BlocksController,
        WorkspaceController,
      ],
    });
    return new ChatServer(running, parts);
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
