import { Module } from '@nestjs/common';
import { CallbackReaders, OnInbound, TakeCallbacks } from '#domain/delivery/application/take-callbacks.js';
import { ProviderReports } from '#ports/delivery/provider-reports.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';
import { HooksController } from './hooks.controller.js';

/** Needs from the composition root: CallbackReaders, ProviderReports, OnInbound, HookSettings, RateLimits, Clock and Log. */
@Module({
  providers: [
    {
      provide: TakeCallbacks,
      inject: [CallbackReaders, ProviderReports, OnInbound, Clock, Log],
      useFactory: (
        readers: CallbackReaders,
        reports: ProviderReports,
        onInbound: OnInbound,
        clock: Clock,
        log: Log,
      ): TakeCallbacks => new TakeCallbacks({ readers, reports, onInbound, clock, log }),
    },
  ],
  controllers: [HooksController],
})
export class HooksModule {}
