import { StorageBusy } from '#domain/kernel/storage-busy.js';
import type { Clock } from '#ports/system/clock.js';
import type { Randomness } from '#ports/system/randomness.js';

/** Attempts in all: with the waits between them some six seconds, longer than it takes a partition to be split. */
export const MOST_ATTEMPTS = 9;
const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 1_600;

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
 * transaction: if nothing but other people's work stood in its way.
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof StorageBusy) return true;
  const { name, $metadata = {}, CancellationReasons } = error as Failure;
  if (name === 'TransactionCanceledException') {
    const codes = (CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
    return !codes.includes('ConditionalCheckFailed') && codes.some((one) => PASSING_REASONS.has(one));
  }
  if (BUSY.has(name) || ($metadata.httpStatusCode ?? 0) >= 500) return true;
  // Refused, reset, timed out: it was asked, and there was no answer. Without credentials it is not even asked.
  const isUnanswered = $metadata.attempts !== undefined && $metadata.httpStatusCode === undefined;
  return isUnanswered && name !== 'CredentialsProviderError';
}

const PASSING_REASONS = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Full jitter, so that those who were refused together do not come back together. One retry layer: the SDK's is off.
 * @throws StorageBusy when it was in vain for too long; whatever will be no better the next time, at once
 */
export async function retrying<T>(
  { clock, randomness }: { readonly clock: Clock; readonly randomness: Randomness },
  ask: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (attempt >= MOST_ATTEMPTS) throw new StorageBusy(error);
    }
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
    await new Promise<void>((resolve) => clock.after(Math.ceil(randomness.unit() * most), resolve));
  }
}
