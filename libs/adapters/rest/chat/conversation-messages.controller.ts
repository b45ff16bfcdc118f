import { Body, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ReadChats } from '#domain/chat/application/read-chats.js';
import { ChatFacade } from '#domain/chat/chat.facade.js';
import type { Change, MessageId } from '#domain/chat/model/message.js';
import { Answer } from '../kit/answer.js';
import { Attempt, RequestIds } from '../kit/attempt.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { EditMessageBody, PinBody, ReactBody, SendMessageBody } from './chat.body.js';
import { AsQuery, HistoryQuery } from './chat.query.js';
import type { HistoryView, MessageView, PinsView } from './chat.view.js';
import { historyView, messageView } from './chat-views.js';
import { Speaker, speaking } from './speaker.js';
import { IntoConversations } from './unseen.js';

@RestController('v1/conversations')
@IntoConversations()
export class ConversationMessagesController {
  readonly #chat: ChatFacade;
  readonly #reads: ReadChats;

  constructor(@Inject(ChatFacade) chat: ChatFacade, reads: ReadChats) {
    this.#chat = chat;
    this.#reads = reads;
  }

  /** A stretch of the log, ascending: the newest messages, or those before or after a `seq`. Deleted ones keep their place. */
  @Get(':id/messages')
  @Scopes('chat:read', { users: true })
  async history(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() query: HistoryQuery,
  ): Promise<HistoryView> {
    const { as, limit, before, after } = query;
    const range = { limit, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
    const messages = await this.#chat.history(speaking(speaker, as), id, range);
    const mayBeMore = after === undefined ? before !== undefined : messages.length === limit;
    return historyView(messages, mayBeMore);
  }

  /**
   * Says something in a user's name: so do bots, with an API key. It is in the log when this answers, and a message that is
   * sent again is answered with the one that is there.
   */
  @Post(':id/messages')
  @Scopes('chat:write', { users: true })
  async send(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as }: AsQuery,
    @Body() { text, clientMessageId, replyTo, mentions, attachments }: SendMessageBody,
    @Attempt() { ids }: Attempt,
    @Answer() answer: Answer,
  ): Promise<MessageView> {
    const { message } = await this.#chat.send(speaking(speaker, as), {
      conversationId: id,
      text,
      // Of a request that is repeated it comes out the same: if we die after the commit, the next attempt finds the message.
      clientMessageId: clientMessageId ?? ids.next('cid'),
      nameless: clientMessageId === undefined && !(ids instanceof RequestIds),
      ...(replyTo != null && { replyTo }),
      ...(mentions != null && { mentions }),
      ...(attachments != null && { attachments }),
    });
    answer.location(`/v1/conversations/${id}/messages/${message.id}`);
    return messageView(message);
  }

  /** One message. One that was taken back is there, and empty. */
  @Get(':id/messages/:messageId')
  @Scopes('chat:read', { users: true })
  async find(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Param('messageId') messageId: string,
    @Query() { as }: AsQuery,
  ): Promise<MessageView> {
    return messageView(await this.#reads.message(speaking(speaker, as), id, messageId));
  }

  /** Has a message say something else. Only who wrote it may. */
  @Patch(':id/messages/:messageId')
  @Scopes('chat:write', { users: true })
  edit(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Param('messageId') messageId: string,
    @Query() { as }: AsQuery,
    @Body() { text, mentions }: EditMessageBody,
  ): Promise<MessageView> {
    return this.#change(speaker, as, id, messageId, { kind: 'edit', text, mentions: mentions ?? [] });
  }

  /** Takes a message back; its place in the log stays. Who wrote it may, and owners and admins. */
  @Delete(':id/messages/:messageId')
  @Scopes('chat:write', { users: true })
  @HttpCode(200)
  remove(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Param('messageId') messageId: string,
    @Query() { as }: AsQuery,
  ): Promise<MessageView> {
    return this.#change(speaker, as, id, messageId, { kind: 'delete' });
  }

  /** Reacts to a message, or takes the reaction back. */
  @Post(':id/messages/:messageId/reactions')
  @Scopes('chat:write', { users: true })
  @HttpCode(200)
  react(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Param('messageId') messageId: string,
    @Query() { as }: AsQuery,
    @Body() { emoji, on }: ReactBody,
  ): Promise<MessageView> {
    return this.#change(speaker, as, id, messageId, { kind: 'react', emoji, on });
  }

  /** The messages that are pinned. */
  @Get(':id/pins')
  @Scopes('chat:read', { users: true })
  async pins(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as }: AsQuery,
  ): Promise<PinsView> {
    return { data: (await this.#reads.pinned(speaking(speaker, as), id)).map(messageView) };
  }

  /** Pins a message, or takes it off. In rooms owners and admins may, elsewhere everybody. */
  @Post(':id/pins')
  @Scopes('chat:write', { users: true })
  @HttpCode(200)
  pin(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as }: AsQuery,
    @Body() { messageId, on }: PinBody,
  ): Promise<MessageView> {
    return this.#change(speaker, as, id, messageId, { kind: 'pin', on: on ?? true });
  }

  async #change(
    speaker: Speaker,
    as: string | undefined,
    id: string,
    messageId: string,
    change: Change,
  ): Promise<MessageView> {
    const by = speaking(speaker, as);
    return messageView(await this.#chat.change(by, id, messageId as MessageId, change));
  }
}
