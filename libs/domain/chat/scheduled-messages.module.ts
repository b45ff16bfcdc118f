import { Module, type OnModuleInit } from '@nestjs/common';
import { RingTimers } from '#domain/events/ring-timers.js';
import { ScheduleMessages, SEND_TIMER } from './application/schedule-messages.js';
import { SendScheduled } from './application/send-scheduled.js';
import { ChatModule } from './chat.module.js';

/** Needs from the composition root, beside what the chat needs: ScheduledMessages and Timers. */
@Module({
  imports: [ChatModule],
  providers: [ScheduleMessages, SendScheduled],
  exports: [ScheduleMessages],
})
export class ScheduledMessagesModule implements OnModuleInit {
  readonly #timers: RingTimers;
  readonly #send: SendScheduled;

  constructor(timers: RingTimers, send: SendScheduled) {
    this.#timers = timers;
    this.#send = send;
  }

  onModuleInit(): void {
    this.#timers.on(SEND_TIMER, (id) => this.#send.run(id));
  }
}
