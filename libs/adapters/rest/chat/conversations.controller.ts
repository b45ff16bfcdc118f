import { Body, Get, HttpCode, Inject, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { KeepMembers } from '#domain/chat/application/keep-members.js';
import { ReadChats } from '#domain/chat/application/read-chats.js';
import { ChatFacade, type NewConversation } from '#domain/chat/chat.facade.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import { type FieldFault, Refusal } from '#domain/kernel/refusal.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { MuteBody, OpenConversationBody, ReceiptBody, RenameConversationBody } from './chat.body.js';
import { AsPageQuery, AsQuery } from './chat.query.js';
import type { ChatsView, ChatView, ConversationView, OwnMemberView, ReceiptView } from './chat.view.js';
import { chatView, conversationView, listedChatView, ownMemberView } from './chat-views.js';
import { Speaker, speaking } from './speaker.js';
import { IntoConversations } from './unseen.js';

/** Conversations of users, as one of them sees them. What they are no member of is not there. */
@RestController('v1/conversations')
@IntoConversations()
export class ConversationsController {
  readonly #chat: ChatFacade;
  readonly #reads: ReadChats;
  readonly #members: KeepMembers;

  constructor(@Inject(ChatFacade) chat: ChatFacade, reads: ReadChats, members: KeepMembers) {
    this.#chat = chat;
    this.#reads = reads;
    this.#members = members;
  }

  /** Begins a conversation. Of two people there is one direct conversation: 200 with it where it is there already. */
  @Post()
  @Scopes('chat:write', { users: true })
  async open(
    @Speaker() speaker: Speaker,
    @Query() { as }: AsQuery,
    @Body() body: OpenConversationBody,
    @Attempt() { ids, repeated }: Attempt,
    @Answer() answer: Answer,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationView> {
    const id = ids.next('cnv') as string as ConversationId;
    const { conversation, created } = await this.#chat.open(speaking(speaker, as), wantedOf(body), id);
    void reply.code(created || (repeated && conversation.id === id) ? 201 : 200);
    answer.location(`/v1/conversations/${conversation.id}`);
    return conversationView(conversation);
  }

  /** The conversations a user is in, the one with the newest message first. */
  @Get()
  @Scopes('chat:read', { users: true })
  async list(@Speaker() speaker: Speaker, @Query() { as, ...query }: AsPageQuery): Promise<ChatsView> {
    const by = speaking(speaker, as);
    return pageView(await this.#chat.chats(by, pageRequest(query, 'chats')), 'chats', listedChatView);
  }

  /** One conversation, and the user's own part in it. */
  @Get(':id')
  @Scopes('chat:read', { users: true })
  async find(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as }: AsQuery,
  ): Promise<ChatView> {
    const { conversation, member } = await this.#reads.one(speaking(speaker, as), id);
    return chatView(conversation, member);
  }

  /** Gives a group or room another title. Owners and admins may. */
  @Patch(':id')
  @Scopes('chat:write', { users: true })
  async rename(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as }: AsQuery,
    @Body() { title }: RenameConversationBody,
  ): Promise<ConversationView> {
    return conversationView(await this.#members.rename(speaking(speaker, as), id, title));
  }

  /** Wants no calls for attention from it until then, or from now on again. */
  @Put(':id/mute')
  @Scopes('chat:write', { users: true })
  async mute(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as }: AsQuery,
    @Body() { until }: MuteBody,
  ): Promise<OwnMemberView> {
    const at = until == null ? undefined : Date.parse(until);
    return ownMemberView(await this.#members.mute(speaking(speaker, as), id, at));
  }

  /** Says how far the user has come. Marks only move forward, in whatever order they are told. */
  @Post(':id/receipts')
  @Scopes('chat:write', { users: true })
  @HttpCode(200)
  async receipts(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as }: AsQuery,
    @Body() { deliveredSeq, readSeq }: ReceiptBody,
  ): Promise<ReceiptView> {
    const marks = {
      ...(deliveredSeq != null && { deliveredSeq }),
      ...(readSeq != null && { readSeq }),
    };
    const { member, unread, unreadMentions } = await this.#chat.advance(speaking(speaker, as), id, marks);
    return { deliveredSeq: member.deliveredSeq, readSeq: member.readSeq, unread, unreadMentions };
  }
}

/** @throws Refusal `validation_failed` */
function wantedOf({ kind, with: other, title, members }: OpenConversationBody): NewConversation {
  if (kind === 'direct') {
    if (other == null) throw refused('/with', 'required', 'A direct conversation is with somebody.');
    if (title != null) throw refused('/title', 'not_allowed', 'A direct conversation has no title.');
    if (members != null) throw refused('/members', 'not_allowed', 'Name the other user by `with`.');
    return { kind, with: other };
  }
  if (other != null) throw refused('/with', 'not_allowed', 'Name those who are in it by `members`.');
  if (title == null) throw refused('/title', 'required', 'It needs a title.');
  return { kind, title, members: members ?? [] };
}

function refused(pointer: string, code: string, detail: string): Refusal {
  const fault: FieldFault = { pointer, code, detail };
  return new Refusal('validation_failed', detail, { faults: [fault] });
}
