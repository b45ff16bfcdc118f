import type { Server } from 'node:http';
import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { LiveConversations } from '#domain/chat/application/live-conversations.js';
import { TellPresence } from '#domain/chat/application/tell-presence.js';
import { ChatFacade } from '#domain/chat/chat.facade.js';
import { ChatModule } from '#domain/chat/chat.module.js';
import { AdvanceInboxItem } from '#domain/communication/application/advance-inbox-item.js';
import { Absences } from '#ports/chat/absences.js';
import { Blocks } from '#ports/chat/blocks.js';
import { Presence } from '#ports/chat/presence.js';
import { Inbox } from '#ports/communication/inbox.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';
import { Randomness } from '#ports/system/randomness.js';
import { RateLimits } from '#ports/workspace/rate-limits.js';
import { UserTokens } from '#ports/workspace/user-tokens.js';
import { ChatNamespace } from './chat-namespace.js';
import { InboxNamespace } from './inbox-namespace.js';
import { RunSockets } from './run-sockets.js';
import { SocketSettings } from './socket-settings.js';

/**
 * Needs from the composition root: Inbox, LiveConversations (which is also its Realtime), Blocks, Absences, Presence, UserTokens,
 * RateLimits, SocketSettings, Randomness, Clock and Log.
 */
@Module({
  imports: [ChatModule],
  providers: [
    AdvanceInboxItem,
    {
      provide: InboxNamespace,
      inject: [Inbox, AdvanceInboxItem, Clock, Log, ChatNamespace],
      useFactory: (inbox: Inbox, advance: AdvanceInboxItem, clock: Clock, log: Log, chat: ChatNamespace) =>
        new InboxNamespace({ inbox, advance, clock, log }, chat),
    },
    {
      provide: TellPresence,
      inject: [Presence, Blocks, Absences, Clock, Log, LiveConversations],
      useFactory: (
        presence: Presence,
        blocks: Blocks,
        absences: Absences,
        clock: Clock,
        log: Log,
        live: LiveConversations,
      ) => new TellPresence({ presence, blocks, absences, clock, log }, live),
    },
    {
      provide: ChatNamespace,
      inject: [ChatFacade, LiveConversations, TellPresence, UserTokens, Randomness, Clock, Log],
      useFactory: (
        chat: ChatFacade,
        live: LiveConversations,
        presence: TellPresence,
        tokens: UserTokens,
        randomness: Randomness,
        clock: Clock,
        log: Log,
      ) => new ChatNamespace({ chat, live, presence, tokens, clock, log }, randomness),
    },
    {
      provide: RunSockets,
      inject: [
        HttpAdapterHost,
        InboxNamespace,
        ChatNamespace,
        UserTokens,
        RateLimits,
        SocketSettings,
        Clock,
        Log,
      ],
      useFactory: (
        host: HttpAdapterHost,
        inbox: InboxNamespace,
        chat: ChatNamespace,
        tokens: UserTokens,
        limits: RateLimits,
        settings: SocketSettings,
        clock: Clock,
        log: Log,
      ) => {
        const httpServer = (): Server => host.httpAdapter.getHttpServer() as Server;
        return new RunSockets({
          httpServer,
          namespaces: [inbox, chat],
          tokens,
          limits,
          settings,
          clock,
          log,
        });
      },
    },
  ],
  exports: [RunSockets],
})
export class SocketsModule {}
