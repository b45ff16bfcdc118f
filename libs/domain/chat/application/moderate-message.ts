import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { isBot } from '#domain/chat/model/bot.js';
import type { Conversation } from '#domain/chat/model/conversation.js';
import type { Change, Draft, Message, MessageId } from '#domain/chat/model/message.js';
import type { ModerationRule } from '#domain/chat/model/moderation.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { AskModerator } from './ask-moderator.js';
import { EnterConversation } from './enter-conversation.js';
import { ModerationSettings } from './moderation-settings.js';

type Edit = Extract<Change, { kind: 'edit' }>;
type Asked = Pick<Message, 'clientMessageId' | 'text' | 'mentions' | 'attachments'> &
  Partial<Pick<Message, 'id' | 'replyTo'>>;

const AGAIN_AFTER_MS = 2_000;

/**
 * Asks, before something is said, whether it may be, where a workspace has somebody to ask. What is in the log already is not
 * asked about again; what is refused is in no log.
 */
@Injectable()
export class ModerateMessage {
  readonly #settings: ModerationSettings;
  readonly #enter: EnterConversation;
  readonly #log: MessageLog;
  readonly #ask: AskModerator;

  constructor(
    @Inject(ModerationSettings) settings: ModerationSettings,
    enter: EnterConversation,
    @Inject(MessageLog) log: MessageLog,
    ask: AskModerator,
  ) {
    this.#settings = settings;
    this.#enter = enter;
    this.#log = log;
    this.#ask = ask;
  }

  /** The draft as it may be said. @throws NoWayIn, Refusal `message_refused` | `moderation_unavailable` */
  async draft(by: ChatUser, draft: Draft): Promise<Draft> {
    const rule = this.#ruleFor(by);
    if (!rule) return draft;
    // Of what is said by somebody who is no member nobody is to hear, not even a moderator.
    const { conversation } = await this.#enter.run(by, draft.conversationId);
    if (await this.#log.sent(conversation.id, by.userId, draft.clientMessageId)) return draft;
    const { clientMessageId, text, mentions, attachments, replyTo } = draft;
    const asked = { clientMessageId, text, mentions, attachments, ...(replyTo && { replyTo }) };
    return { ...draft, text: await this.#judged(by, rule, conversation, asked) };
  }

  /** The edit as it may be made; what changes nothing, or will be refused anyway, is not asked about. */
  async edit(
    by: ChatUser,
    conversation: Conversation,
    messageId: MessageId,
    edit: Edit,
    name?: string,
  ): Promise<Edit> {
    const rule = this.#ruleFor(by);
    const message = rule && (await this.#log.find(conversation.id, messageId));
    if (!rule || message?.senderId !== by.userId || message.deletedAt !== undefined) return edit;
    if (message.text === edit.text) return edit;
    if (name !== undefined && message.changeNames?.includes(name)) return edit;
    const { text, mentions } = edit;
    return { ...edit, text: await this.#judged(by, rule, conversation, { ...message, text, mentions }) };
  }

  #ruleFor({ workspaceId, userId }: ChatUser): ModerationRule | undefined {
    const rule = this.#settings.of(workspaceId);
    return rule && (rule.bots || !isBot(userId)) ? rule : undefined;
  }

  async #judged(
    { workspaceId, userId }: ChatUser,
    rule: ModerationRule,
    conversation: Conversation,
    asked: Asked,
  ): Promise<string> {
    const { id: conversationId, kind, title = null } = conversation;
    const { id = null, clientMessageId, text, mentions, attachments, replyTo = null } = asked;
    const verdict = await this.#ask.run(workspaceId, rule, {
      change: id === null ? 'create' : 'edit',
      conversation: { id: conversationId, kind, title },
      sender: { userId, bot: isBot(userId) },
      message: { id, clientMessageId, text, mentions, attachments, replyTo },
    });
    switch (verdict.kind) {
      case 'allow':
        return text;
      case 'replace':
        return verdict.text;
      case 'refuse':
        throw new Refusal('message_refused', verdict.reason ?? 'The moderation has refused this message.');
      case 'failed':
        if (rule.onFailure === 'allow') return text;
        throw new Refusal('moderation_unavailable', 'The moderation cannot be asked now.', {
          retryAfterMs: AGAIN_AFTER_MS,
        });
    }
  }
}
