import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { SqsFault } from '#test/fakes/sqs/fake-sqs.js';
import { type Cloud, startCloud } from '#test/support/cloud.js';

const BATCHES = 500;
/** As long as a message may be under way that was said to be taken. */
const LET_GO_EVERY_MS = 300;

/**
 * A cloud with bad days, as they follow from a seed: the table is throttled and its answers are lost, messages come twice, late, and
 * behind those that were sent after them.
 */
export async function startTroubledCloud(seed: number): Promise<Cloud> {
  const random = new SeededRandomness(seed);
  const cloud = await startCloud();
  const { dynamo, queues } = cloud;
  const fates: readonly (SqsFault | 'none')[] = ['none', 'none', 'duplicated', 'reordered', 'delayed'];
  const sent = Array.from(
    { length: BATCHES },
    () => fates[Math.floor(random.unit() * fates.length)] ?? 'none',
  );
  await Promise.all(sent.map((fate) => queues.plan(fate)));
  await dynamo.plan({ how: 'ProvisionedThroughputExceededException', times: 400, every: 7 });
  await dynamo.plan({ operation: 'TransactWriteItems', how: 'lost', times: 60, every: 11 });
  for (const operation of ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'])
    await dynamo.plan({ operation, how: 'lost', times: 20, every: 9 });
  const letGo = setInterval(() => void queues.release(), LET_GO_EVERY_MS);
  const close = (): Promise<void> => {
    clearInterval(letGo);
    return cloud.close();
  };
  return { ...cloud, close };
}
