import { Module } from '@nestjs/common';
import { OutboxAccess } from './outbox-access.js';
import { OutboxController } from './outbox.controller.js';
import { ReadOutbox } from './read-outbox.js';

/** Needs from the composition root: OutboxSettings, CapturedMails and Clock; and the REST kit. */
@Module({ providers: [OutboxAccess, ReadOutbox], controllers: [OutboxController] })
export class OutboxModule {}
