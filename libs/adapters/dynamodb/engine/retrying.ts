import { StorageBusy } from '#domain/kernel/storage-busy.js';
import type { Clock } from '#ports/system/clock.js';
import type { Randomness } from '#ports/system/randomness.js';

/** Attempts in all: with the waits between them some six seconds, longer than it takes a partition to be split. */
export const MOST_ATTEMPTS = 9;
const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 1_600;

/**
 * In conflict: somebody else is writing that item, and has done so in some milliseconds. Where many write one, each of them has to
 * meet a moment in which nobody else does: more attempts, closer to one another, in the same time.
 */
const MOST_CONFLICTS = 30;
const LONGEST_WAIT_FOR_OTHERS_MS = 400;

const BUSY = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'TransactionInProgressException',
  'InternalServerError',
  'InternalFailure',
  'ServiceUnavailable',
]);

interface Failure extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly CancellationReasons?: readonly { readonly Code?: string }[];
}

/**
 * Is it worth asking again? Busy, away or in each other's way, but never a condition that did not hold. Of a cancelled
 * transaction: if other people's work stood in its way, even where a condition did not hold. Of an item in conflict nothing is
 * said, and who is told but half of what was refused decides by what is not so any more: two processes that append with an old end
 * of the log would each keep the other from ever hearing of the new one.
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof StorageBusy) return true;
  const { name, $metadata = {}, CancellationReasons } = error as Failure;
  if (name === 'TransactionCanceledException') {
    const codes = (CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
    return (
      codes.includes(IN_CONFLICT) ||
      (!codes.includes(REFUSED) && codes.some((one) => PASSING_REASONS.has(one)))
    );
  }
  if (BUSY.has(name) || ($metadata.httpStatusCode ?? 0) >= 500) return true;
  // Refused, reset, timed out: it was asked, and there was no answer. Without credentials it is not even asked.
  const isUnanswered = $metadata.attempts !== undefined && $metadata.httpStatusCode === undefined;
  return isUnanswered && name !== 'CredentialsProviderError';
}

/** Of what is passing: others who write the same items. */
function isConflict(error: unknown): boolean {
  const { name, CancellationReasons = [] } = error as Failure;
  if (name !== 'TransactionCanceledException') return name.startsWith('Transaction');
  return CancellationReasons.every(({ Code = 'None' }) => ['None', IN_CONFLICT, REFUSED].includes(Code));
}

const PATIENCE = {
  busy: { attempts: MOST_ATTEMPTS, longestWaitMs: LONGEST_WAIT_MS },
  conflict: { attempts: MOST_CONFLICTS, longestWaitMs: LONGEST_WAIT_FOR_OTHERS_MS },
};

const IN_CONFLICT = 'TransactionConflict';
const REFUSED = 'ConditionalCheckFailed';
const PASSING_REASONS = new Set([IN_CONFLICT, 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Full jitter, so that those who were refused together do not come back together. One retry layer: the SDK's is off.
 * @throws StorageBusy when it was in vain for too long; whatever will be no better the next time, at once
 */
export async function retrying<T>(
  { clock, randomness }: { readonly clock: Clock; readonly randomness: Randomness },
  ask: () => Promise<T>,
): Promise<T> {
  const failed = { busy: 0, conflict: 0 };
  for (;;) {
    let most: number;
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error)) throw error;
      const why = isConflict(error) ? 'conflict' : 'busy';
      failed[why] += 1;
      const { attempts, longestWaitMs } = PATIENCE[why];
      if (failed[why] >= attempts) throw new StorageBusy(error);
      most = Math.min(longestWaitMs, FIRST_WAIT_MS * 2 ** (failed[why] - 1));
    }
    await new Promise<void>((resolve) => clock.after(Math.ceil(randomness.unit() * most), resolve));
  }
}
