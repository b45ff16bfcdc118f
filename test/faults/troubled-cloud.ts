import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { type SqsFault, startFakeSqs } from '#test/fakes/sqs/fake-sqs.js';
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
  const [cloud, queues] = await Promise.all([startCloud(), startFakeSqs()]);
  const fates: readonly (SqsFault | 'none')[] = ['none', 'none', 'duplicated', 'reordered', 'delayed'];
  for (let n = 0; n < BATCHES; n++) queues.plan(fates[Math.floor(random.unit() * fates.length)] ?? 'none');
  const { dynamo } = cloud;
  dynamo.plan({ how: 'ProvisionedThroughputExceededException', times: 400, every: 7 });
  dynamo.plan({ operation: 'TransactWriteItems', how: 'lost', times: 60, every: 11 });
  for (const operation of ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'])
    dynamo.plan({ operation, how: 'lost', times: 20, every: 9 });
  const letGo = setInterval(() => void queues.release(), LET_GO_EVERY_MS);
  return {
    ...cloud,
    env: { ...cloud.env, SQS_ENDPOINT: queues.url },
    async close() {
      clearInterval(letGo);
      await queues.close();
      await cloud.close();
    },
  };
}
