import {
  ChatTables,
  MemoryBlocks,
  MemoryConversations,
  MemoryMessageLog,
} from '#adapters/memory/chat/memory-chat.js';
import { MemoryAttachments } from '#adapters/memory/chat/memory-attachments.js';
import { MemoryWaitingMessages } from '#adapters/memory/chat/memory-waiting-messages.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { MemoryTimers } from '#adapters/memory/events/memory-timers.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { MemoryWebhookDeliveries } from '#adapters/memory/webhooks/memory-webhook-deliveries.js';
import { MemoryWebhooks } from '#adapters/memory/webhooks/memory-webhooks.js';
import { MemoryWebhookTransport } from '#adapters/memory/webhooks/memory-webhook-transport.js';
import { PublishWebhooks } from '#domain/webhooks/application/publish-webhooks.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryRateLimits } from '#adapters/memory/workspace/memory-rate-limits.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Push, Realtime } from '#ports/chat/realtime.js';
import { AppendMessage } from '../application/append-message.js';
import { AwayAlarms } from '../application/away-alarms.js';
import { type AwaySettings, NOBODY_IS_TOLD } from '../application/away-settings.js';
import { AskModerator } from '../application/ask-moderator.js';
import { ModerateMessage } from '../application/moderate-message.js';
import { type ModerationSettings, NOBODY_IS_ASKED } from '../application/moderation-settings.js';
import { PublishMessages } from '../application/publish-messages.js';
import { ReadChange } from '../application/read-change.js';
import { AdvanceMarks } from '../application/advance-marks.js';
import { BlockUsers } from '../application/block-users.js';
import { ChangeMessage } from '../application/change-message.js';
import { ChatService } from '../application/chat-service.js';
import { type ChatSettings, DEFAULT_CHAT_SETTINGS } from '../application/chat-settings.js';
import { EnterConversation } from '../application/enter-conversation.js';
import { KeepMembers } from '../application/keep-members.js';
import { LimitFlood } from '../application/limit-flood.js';
import { OpenConversation } from '../application/open-conversation.js';
import { PassOn } from '../application/pass-on.js';
import { ReadChats } from '../application/read-chats.js';
import { ReadDraft } from '../application/read-draft.js';
import { SendMessage } from '../application/send-message.js';
import { StoreMessage } from '../application/store-message.js';
import { StoreWaiting } from '../application/store-waiting.js';
import { TakeAttachments } from '../application/take-attachments.js';
import { WriteAhead } from '../application/write-ahead.js';
import type { ChatUser } from '../chat.facade.js';
import type { Conversation, ConversationKind } from '../model/conversation.js';
import type { Message } from '../model/message.js';

export const acme = 'wsp_acme' as WorkspaceId;
export const rival = 'wsp_rival' as WorkspaceId;

export const user = (userId: string, workspaceId = acme): ChatUser => ({ workspaceId, userId });

export class ToldPushes implements Realtime {
  readonly told: { workspaceId: WorkspaceId; push: Push }[] = [];

  tell(workspaceId: WorkspaceId, push: Push): void {
    this.told.push({ workspaceId, push });
  }

  /** What has been told since somebody last took it. */
  take(): Push[] {
    return this.told.splice(0).map(({ push }) => push);
  }
}

/** The chat over memory, on a clock that only the test moves. */
export class ChatUnderTest {
  readonly clock = new DrivenClock();
  readonly tables = new ChatTables();
  readonly conversations = new MemoryConversations(this.tables);
  readonly outbox = new MemoryOutbox();
  readonly log = new MemoryMessageLog(this.tables, this.outbox);
  readonly attachments = new MemoryAttachments(this.tables);
  readonly realtime = new ToldPushes();
  readonly timers = new MemoryTimers();
  readonly alarms: AwayAlarms;
  readonly webhooks = new MemoryWebhooks();
  readonly deliveries = new MemoryWebhookDeliveries(this.webhooks);
  readonly transport = new MemoryWebhookTransport();
  readonly warnings = new MemoryLog();
  readonly waiting = new MemoryWaitingMessages();
  readonly storing: StoreWaiting;
  readonly facade: ChatService;
  readonly members: KeepMembers;
  readonly blocks: BlockUsers;
  readonly reads: ReadChats;
  readonly #publish: PublishMessages;
  #sent = 0;

  constructor(
    settings: ChatSettings = DEFAULT_CHAT_SETTINGS,
    away: AwaySettings = NOBODY_IS_TOLD,
    moderation: ModerationSettings = NOBODY_IS_ASKED,
  ) {
    const { clock, conversations, log, realtime } = this;
    const ids = new CountingIds();
    const take = new TakeAttachments(this.attachments, clock);
    const enter = new EnterConversation(conversations);
    const flood = new LimitFlood(new MemoryRateLimits(clock), settings);
    this.alarms = new AwayAlarms(this.timers, clock, away);
    const ask = new AskModerator(this.transport, clock, ids, this.warnings);
    const moderate = new ModerateMessage(moderation, enter, log, ask);
    const publish = new PublishMessages(new PublishWebhooks(this.deliveries, clock), clock);
    this.#publish = publish;
    const append = new AppendMessage(log, realtime, this.alarms, moderate, publish);
    const store = new StoreMessage(enter, log, new ReadDraft(clock, ids), take, append);
    this.storing = new StoreWaiting(store, this.waiting, this.warnings);
    this.blocks = new BlockUsers(new MemoryBlocks(this.tables), realtime);
    const readChange = new ReadChange(enter, this.blocks, moderate, log);
    this.members = new KeepMembers(enter, conversations, this.blocks, realtime, clock);
    this.reads = new ReadChats(enter, conversations, log, this.blocks);
    this.facade = new ChatService(
      new OpenConversation(conversations, this.blocks, realtime, clock, ids),
      new SendMessage(flood, store, new WriteAhead(this.waiting, log, clock, this.warnings)),
      new ChangeMessage(readChange, log, flood, realtime, publish, clock),
      new AdvanceMarks(enter, log, this.blocks, realtime),
      this.reads,
      new PassOn(enter, this.blocks, flood, realtime),
    );
  }

  async between(one: string, other: string): Promise<Conversation> {
    return (await this.facade.open(user(one), { kind: 'direct', with: other })).conversation;
  }

  /** The first of them owns it. */
  async among(kind: Exclude<ConversationKind, 'direct'>, ...users: string[]): Promise<Conversation> {
    const [owner = 'anna', ...members] = users;
    return (await this.facade.open(user(owner), { kind, title: 'Talk', members })).conversation;
  }

  async say(by: string, { id }: Conversation, text = 'Hello', clientMessageId?: string): Promise<Message> {
    this.#sent += 1;
    const said = {
      conversationId: id,
      clientMessageId: clientMessageId ?? `by ${this.#sent}`.replace(' ', '-'),
      text,
    };
    return (await this.facade.send(user(by), said)).message;
  }

  /** What the relay does. */
  async relay(): Promise<void> {
    for (const { seq, event } of await this.outbox.untold(1_000)) {
      if (event.type === 'message.logged') await this.#publish.logged(event);
      await this.outbox.told([seq]);
    }
  }

  async rolesIn({ id }: Conversation): Promise<Record<string, string>> {
    const { data } = await this.conversations.members(id, { limit: 200 });
    return Object.fromEntries(data.map(({ userId, role }) => [userId, role]));
  }
}

/** The code it was refused with; `ok` if it was not. */
export async function codeOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'ok';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
