import { TransactionCanceledException, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { MOST_ATTEMPTS, retrying } from './retrying.js';

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: 'cancelled',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const conflict = () => new TransactionConflictException({ $metadata: {}, message: 'ongoing' });
const busy = () => Object.assign(new Error('busy'), { name: 'ThrottlingException' });

/** Fails so often, then answers; waits as long as it may, which takes no time. */
async function asked(error: () => Error, times: number) {
  const waits: number[] = [];
  let left = times;
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    after(ms: number, wake: () => void) {
      waits.push(ms);
      wake();
      return () => {};
    },
  };
  const randomness = { unit: () => 1, bytes: (count: number) => new Uint8Array(count) };
  const answer = await retrying({ clock, randomness }, () => {
    left -= 1;
    return left >= 0 ? Promise.reject(error()) : Promise.resolve('done');
  }).catch((refused: unknown) => refused);
  return { answer, waits };
}

describe('what DynamoDB refuses for now', () => {
  it('is asked again, each time later, if it is busy, and given up after nine attempts', async () => {
    expect(await asked(busy, 3)).toEqual({ answer: 'done', waits: [25, 50, 100] });
    const { answer, waits } = await asked(busy, MOST_ATTEMPTS);
    expect(answer).toMatchObject({ name: 'StorageBusy', cause: { name: 'ThrottlingException' } });
    expect(waits.at(-1)).toBe(1_600);
  });

  it.each([
    ['a single write', conflict],
    ['a transaction', () => cancelled('None', 'TransactionConflict')],
  ])('is asked for longer, and closer together, where others write the same: %s', async (_, error) => {
    const { answer, waits } = await asked(error, 20);
    expect(answer).toBe('done');
    expect(Math.max(...waits)).toBe(400);
    expect((await asked(error, 30)).answer).toBeInstanceOf(Error);
  });

  it('is not asked again where a condition did not hold, but if others stood in its way too: only half of it was looked at', async () => {
    const refused = () => cancelled('ConditionalCheckFailed', 'None');
    expect((await asked(refused, 1)).answer).toBeInstanceOf(TransactionCanceledException);
    const half = () => cancelled('ConditionalCheckFailed', 'TransactionConflict');
    expect((await asked(half, 2)).answer).toBe('done');
  });
});
