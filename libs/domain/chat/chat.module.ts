import { Module } from '@nestjs/common';
import { AdvanceMarks } from './application/advance-marks.js';
import { BlockUsers } from './application/block-users.js';
import { ChangeMessage } from './application/change-message.js';
import { ChatService } from './application/chat-service.js';
import { EnterConversation } from './application/enter-conversation.js';
import { KeepMembers } from './application/keep-members.js';
import { LimitFlood } from './application/limit-flood.js';
import { OpenConversation } from './application/open-conversation.js';
import { PassOn } from './application/pass-on.js';
import { ReadChats } from './application/read-chats.js';
import { SendMessage } from './application/send-message.js';
import { ChatFacade } from './chat.facade.js';

/**
 * Needs from the composition root: Conversations, MessageLog, Blocks, Realtime, RateLimits, ChatSettings, Clock and Ids.
 */
@Module({
  providers: [
    AdvanceMarks,
    BlockUsers,
    ChangeMessage,
    EnterConversation,
    KeepMembers,
    LimitFlood,
    OpenConversation,
    PassOn,
    ReadChats,
    SendMessage,
    { provide: ChatFacade, useClass: ChatService },
  ],
  exports: [BlockUsers, EnterConversation, KeepMembers, ReadChats, ChatFacade],
})
export class ChatModule {}
