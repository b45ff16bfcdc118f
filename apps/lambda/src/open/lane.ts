import { BadConfiguration } from '#apps/server/src/config/config-reader.js';
import { openEventSink } from '#apps/server/src/targets/open-event-sink.js';
import { deliveryToolsOver } from '#apps/server/src/targets/over-dynamo.js';
import { type DeliveryTools, ParcelDelivery } from '#domain/delivery/application/deliver-parcel.js';
import { lanes } from '#domain/delivery/model/dispatch.js';
import type { Clock } from '#ports/system/clock.js';
import { flushMs } from '../flush-ms.js';
import { handlerOf, type QueueAnswer, type QueueEvent } from '../lane.js';
import type { Handler } from '../lazily.js';
import { openGround } from '../target/ground.js';
import type { Environment } from '../target/lambda-config.js';
import { laneFellowship } from './lane-fellowship.js';

/** Providers are asked how fast they may be used at the start and then this often: some say so only in an answer. */
const LEARN_RATES_EVERY_MS = 60_000;

/**
 * @param stopBeforeMs see `LaneDeps`
 * @param clockInUse the system's, if left out
 * @param between puts tests between the worker and its ports
 */
export async function openLane(
  env: Environment,
  stopBeforeMs?: number,
  clockInUse?: Clock,
  between: (tools: DeliveryTools) => DeliveryTools = (tools) => tools,
): Promise<Handler<QueueEvent, QueueAnswer>> {
  const lane = lanes.find((one) => one === env['POSTHORN_LANE']);
  if (!lane) throw new BadConfiguration([`POSTHORN_LANE: must be one of ${lanes.join(', ')}`]);
  const ground = await openGround(env, clockInUse);
  const { config, log, clock, randomness, ids, stores, signed } = ground;
  const fellowship = laneFellowship(ground);
  const events = await openEventSink(config.aws, ground);
  const tools = between(
    await deliveryToolsOver({
      ...{ config, clock, randomness, ids, stores },
      ...{ links: signed.links, company: fellowship.company, sink: events.sink },
    }),
  );
  const handle = handlerOf({
    ...{ lane, lanes: stores.lanes, clock, log },
    heard: (named, signals) => stores.lanes.heard(named, signals),
    deliver: (claim, stopping, loaded) => new ParcelDelivery(tools, claim, stopping).run(loaded),
    ...(stopBeforeMs !== undefined && { stopBeforeMs }),
  });
  let learnedAt = -Infinity;
  return (event, invocation) => {
    if (clock.monotonic() - learnedAt >= LEARN_RATES_EVERY_MS) {
      learnedAt = clock.monotonic();
      for (const { pool } of tools.lines.values()) void pool.learnRates();
    }
    return fellowship
      .during(() => handle(event, invocation))
      .finally(() => events.flush(flushMs(invocation)));
  };
}
