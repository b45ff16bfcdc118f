import { Module } from '@nestjs/common';
import { TellSinks } from './tell-sinks.js';

/** Needs from the composition root: EventSink. */
@Module({ providers: [TellSinks] })
export class EventSinksModule {}
