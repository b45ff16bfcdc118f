import { StoreWaiting } from '#domain/chat/application/store-waiting.js';
import type { Handler } from '../lazily.js';
import type { QueueAnswer } from '../lane.js';
import { type FifoEvent, handlerOf } from '../store.js';
import { openTarget } from '../target/aws.js';
import type { Environment } from '../target/lambda-config.js';
import { openContexts } from '../target/open-contexts.js';

export async function openStore(env: Environment): Promise<Handler<FifoEvent, QueueAnswer>> {
  const target = await openTarget(env);
  const { waiting, realtime, clock, log } = target;
  const storing = (await openContexts(target)).get(StoreWaiting, { strict: false });
  return handlerOf({
    store: (message) => storing.run(message),
    settled: () => realtime.settled(),
    ...{ waiting, clock, log },
  });
}
