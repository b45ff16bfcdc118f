import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type {
  ChatFacade,
  ChatUser,
  Marks,
  MessageNamed,
  NewConversation,
  NewMessage,
} from '#domain/chat/chat.facade.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { Change, Message } from '#domain/chat/model/message.js';
import type { Chat } from '#ports/chat/conversations.js';
import type { Advanced, CaughtUp, Position } from '#ports/chat/message-log.js';
import type { Sent } from './append-message.js';
import { AdvanceMarks } from './advance-marks.js';
import { ChangeMessage } from './change-message.js';
import { type Opened, OpenConversation } from './open-conversation.js';
import { PassOn } from './pass-on.js';
import { ReadChats } from './read-chats.js';
import { SendMessage } from './send-message.js';

@Injectable()
export class ChatService implements ChatFacade {
  readonly #open: OpenConversation;
  readonly #send: SendMessage;
  readonly #change: ChangeMessage;
  readonly #marks: AdvanceMarks;
  readonly #read: ReadChats;
  readonly #passOn: PassOn;

  constructor(
    open: OpenConversation,
    send: SendMessage,
    change: ChangeMessage,
    marks: AdvanceMarks,
    read: ReadChats,
    passOn: PassOn,
  ) {
    this.#open = open;
    this.#send = send;
    this.#change = change;
    this.#marks = marks;
    this.#read = read;
    this.#passOn = passOn;
  }

  open(by: ChatUser, what: NewConversation, id?: ConversationId): Promise<Opened> {
    return this.#open.run(by, what, id);
  }

  send(by: ChatUser, message: NewMessage): Promise<Sent> {
    return this.#send.run(by, message);
  }

  change(
    by: ChatUser,
    conversationId: string,
    of: MessageNamed,
    change: Change,
    clientChangeId?: string,
  ): Promise<Message> {
    return this.#change.run(by, conversationId, of, change, clientChangeId);
  }

  advance(
    by: ChatUser,
    conversationId: string,
    marks: { readonly deliveredSeq?: number; readonly readSeq?: number },
  ): Promise<Advanced> {
    return this.#marks.run(by, conversationId, marks);
  }

  marks(by: ChatUser, conversationId: string): Promise<readonly Marks[]> {
    return this.#read.marks(by, conversationId);
  }

  catchUp(by: ChatUser, conversationId: string, from: Position, limit: number): Promise<CaughtUp> {
    return this.#read.catchUp(by, conversationId, from, limit);
  }

  history(
    by: ChatUser,
    conversationId: string,
    range: { readonly before?: number; readonly after?: number; readonly limit: number },
  ): Promise<readonly Message[]> {
    return this.#read.history(by, conversationId, range);
  }

  chats(by: ChatUser, page: PageRequest): Promise<Page<Chat>> {
    return this.#read.chats(by, page);
  }

  typing(by: ChatUser, conversationId: string, on: boolean): Promise<void> {
    return this.#passOn.typing(by, conversationId, on);
  }

  broadcast(by: ChatUser, conversationId: string, event: string, data: unknown): Promise<void> {
    return this.#passOn.broadcast(by, conversationId, event, data);
  }
}
