import type { SqsWaitingMessages } from '#adapters/sqs/sqs-waiting-messages.js';
import type { Storing } from '#ports/chat/waiting-messages.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import { endsWithin, type Invocation } from './invocation.js';
import type { QueueAnswer } from './lane.js';

/** What of the event of a FIFO queue is read. */
export interface FifoEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly receiptHandle: string;
    readonly body: string;
    readonly attributes: { readonly MessageGroupId?: string };
  }[];
}

export interface StoreDeps {
  readonly waiting: Pick<SqsWaitingMessages, 'take' | 'hide'>;
  readonly store: Storing;
  /** What storing has begun and does not wait for: live pushes. */
  readonly settled: () => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
}

const ANSWER_MS = 2_000;

/**
 * Messages that their logs could not take when they were sent. What is not stored comes again, and all of its conversation behind it. Whatever was
 * under way when the time is up comes again too: stored twice it is one message.
 */
export function handlerOf(
  deps: StoreDeps,
): (event: FifoEvent, invocation: Invocation) => Promise<QueueAnswer> {
  const { waiting, store, settled, clock, log } = deps;
  return async ({ Records }, invocation) => {
    const received = Records.map(({ body, receiptHandle: receipt, messageId, attributes }) => ({
      ...{ body, receipt, group: attributes.MessageGroupId ?? messageId },
    }));
    let again: readonly string[] = received.map(({ receipt }) => receipt);
    const taking = waiting.take(received, store).then(async (left) => {
      again = left;
      await settled();
    });
    const leftMs = invocation.getRemainingTimeInMillis() - ANSWER_MS;
    if (!(await endsWithin(clock, leftMs, taking))) log.warn('chat.waiting_out_of_time', {});
    const left = Records.filter(({ receiptHandle }) => again.includes(receiptHandle));
    try {
      await waiting.hide(left.map(({ receiptHandle }) => receiptHandle));
    } catch (error) {
      // They come again when the queue shows them by itself.
      log.warn('chat.waiting_not_hidden', { error });
    }
    return { batchItemFailures: left.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}
