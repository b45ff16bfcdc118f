import type { Server } from 'node:http';
import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AdvanceInboxItem } from '#domain/communication/application/advance-inbox-item.js';
import { Inbox } from '#ports/communication/inbox.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';
import { RateLimits } from '#ports/workspace/rate-limits.js';
import { UserTokens } from '#ports/workspace/user-tokens.js';
import { RunInboxSockets } from './run-inbox-sockets.js';
import { SocketSettings } from './socket-settings.js';

/** Needs from the composition root: Inbox, UserTokens, RateLimits, SocketSettings, Clock and Log. */
@Module({
  providers: [
    AdvanceInboxItem,
    {
      provide: RunInboxSockets,
      inject: [HttpAdapterHost, Inbox, AdvanceInboxItem, UserTokens, RateLimits, SocketSettings, Clock, Log],
      useFactory: (
        host: HttpAdapterHost,
        inbox: Inbox,
        advance: AdvanceInboxItem,
        tokens: UserTokens,
        limits: RateLimits,
        settings: SocketSettings,
        clock: Clock,
        log: Log,
      ) => {
        const httpServer = (): Server => host.httpAdapter.getHttpServer() as Server;
        return new RunInboxSockets({ httpServer, inbox, advance, tokens, limits, settings, clock, log });
      },
    },
  ],
  exports: [RunInboxSockets],
})
export class InboxSocketsModule {}
