import { SqsChatNotices } from '#adapters/sqs/sqs-chat-notices.js';
import type { Handler } from '../lazily.js';
import type { QueueAnswer, QueueEvent } from '../lane.js';
import { handlerOf } from '../notify.js';
import { openGateway } from '../target/gateway.js';
import { openGround } from '../target/ground.js';
import type { Environment } from '../target/lambda-config.js';

/** It reads logs and posts to connections: of the contexts it needs none. */
export async function openNotify(env: Environment): Promise<Handler<QueueEvent, QueueAnswer>> {
  const ground = await openGround(env);
  const { clients, config, clock, ids, log } = ground;
  const { realtime } = openGateway(env, ground);
  const notices = new SqsChatNotices({ client: clients.sqs, prefix: config.aws.queues, ids });
  return handlerOf({
    tell: (notice) => realtime.noticed(notice),
    hide: (receipts, seconds) => notices.hide(receipts, seconds),
    ...{ clock, log },
  });
}
