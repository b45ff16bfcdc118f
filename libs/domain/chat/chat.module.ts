import { Module } from '@nestjs/common';
import { WebhooksModule } from '#domain/webhooks/webhooks.module.js';
import { AdvanceMarks } from './application/advance-marks.js';
import { AppendMessage } from './application/append-message.js';
import { AwayAlarms } from './application/away-alarms.js';
import { AskModerator } from './application/ask-moderator.js';
import { BlockUsers } from './application/block-users.js';
import { ChangeMessage } from './application/change-message.js';
import { ChatService } from './application/chat-service.js';
import { DirectUploads } from './application/direct-uploads.js';
import { EnterConversation } from './application/enter-conversation.js';
import { KeepMembers } from './application/keep-members.js';
import { LimitFlood } from './application/limit-flood.js';
import { MakePreviews } from './application/make-previews.js';
import { ModerateMessage } from './application/moderate-message.js';
import { OpenConversation } from './application/open-conversation.js';
import { OpenAttachment } from './application/open-attachment.js';
import { OpenPreview } from './application/open-preview.js';
import { PassOn } from './application/pass-on.js';
import { PublishMessages } from './application/publish-messages.js';
import { ReadChange } from './application/read-change.js';
import { ReadChats } from './application/read-chats.js';
import { ReadDraft } from './application/read-draft.js';
import { SearchMessages } from './application/search-messages.js';
import { SendMessage } from './application/send-message.js';
import { StoreMessage } from './application/store-message.js';
import { StoreWaiting } from './application/store-waiting.js';
import { SweepAttachments } from './application/sweep-attachments.js';
import { TakeAttachments } from './application/take-attachments.js';
import { UploadAttachment } from './application/upload-attachment.js';
import { WriteAhead } from './application/write-ahead.js';
import { ChatFacade } from './chat.facade.js';

/**
 * Needs from the composition root: Conversations, MessageLog, MessageSearch, Blocks, Attachments, ImagePreviews, Blobs, Realtime, RateLimits, WaitingMessages,
 * ChatSettings, AwaySettings, ModerationSettings, UploadLimits, Timers, Clock, Randomness, Ids and Log; BlobLinks where clients may reach the store.
 */
@Module({
  imports: [WebhooksModule],
  providers: [
    AdvanceMarks,
    AppendMessage,
    AskModerator,
    AwayAlarms,
    BlockUsers,
    ChangeMessage,
    DirectUploads,
    EnterConversation,
    KeepMembers,
    LimitFlood,
    MakePreviews,
    ModerateMessage,
    OpenAttachment,
    OpenConversation,
    OpenPreview,
    PassOn,
    PublishMessages,
    ReadChange,
    ReadChats,
    ReadDraft,
    SearchMessages,
    SendMessage,
    StoreMessage,
    StoreWaiting,
    SweepAttachments,
    TakeAttachments,
    UploadAttachment,
    WriteAhead,
    { provide: ChatFacade, useClass: ChatService },
  ],
  exports: [
    AwayAlarms,
    BlockUsers,
    DirectUploads,
    EnterConversation,
    KeepMembers,
    MakePreviews,
    OpenAttachment,
    OpenPreview,
    PublishMessages,
    ReadChats,
    SearchMessages,
    StoreWaiting,
    SweepAttachments,
    TakeAttachments,
    UploadAttachment,
    ChatFacade,
  ],
})
export class ChatModule {}
