import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { FailedMessages, type FailedQuery } from '#ports/delivery/failed-messages.js';
import { Clock } from '#ports/system/clock.js';

/**
 * Puts every failed message that the query takes back on its lane, and answers how many those were. A request repeated
 * after a crash finds only what was left, and counts that.
 */
export class RetryFailedMessages extends Command<number> {
  readonly workspaceId: WorkspaceId;
  readonly query: FailedQuery;

  constructor(workspaceId: WorkspaceId, query: FailedQuery) {
    super();
    this.workspaceId = workspaceId;
    this.query = query;
  }
}

/** Each step is one transaction, and others commit between them: a million dead letters must not hold up an OTP. */
const STEP = 1_000;

@CommandHandler(RetryFailedMessages)
export class RetryFailedMessagesHandler implements ICommandHandler<RetryFailedMessages> {
  readonly #failed: FailedMessages;
  readonly #clock: Clock;

  constructor(@Inject(FailedMessages) failed: FailedMessages, @Inject(Clock) clock: Clock) {
    this.#failed = failed;
    this.#clock = clock;
  }

  async execute({ workspaceId, query }: RetryFailedMessages): Promise<number> {
    let sum = 0;
    for (;;) {
      const { retried } = await this.#failed.retry(workspaceId, query, STEP, this.#clock.now());
      sum += retried;
      // A step that was not filled is the last: going on would retry what has died again meanwhile.
      if (retried < STEP) return sum;
    }
  }
}
