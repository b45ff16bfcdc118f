import 'reflect-metadata';
import type { FastifyInstance } from 'fastify';
import { NestLogger } from '#adapters/pino/nest-logger.js';
import { Lifecycle } from '#adapters/rest/kit/lifecycle.js';
import { createRestServer } from '#adapters/rest/kit/rest-server.js';
import { PublicUrl } from '#apps/server/src/public-url.js';
import { ServerModule } from '#apps/server/src/server.module.js';
import { answers } from '#apps/server/src/targets/target.js';
import { HandOver } from '#domain/communication/application/hand-over.js';
import { MoveNotification } from '#domain/communication/application/move-notification.js';
import { BootstrapWorkspace } from '#domain/workspace/application/bootstrap-workspace.js';
import type { Clock } from '#ports/system/clock.js';
import { handlerOf, type HttpAnswer } from '../http.js';
import type { Handler } from '../lazily.js';
import { RoutedAtOnce } from '../routed-at-once.js';
import { openTarget } from '../target/aws.js';
import type { Environment } from '../target/lambda-config.js';

/**
 * The whole REST API, in one function or in several: which paths reach it is decided by API Gateway.
 * @param clockInUse the system's, if left out
 */
export async function openHttp(env: Environment, clockInUse?: Clock): Promise<Handler<object, HttpAnswer>> {
  const target = await openTarget(env, clockInUse);
  const { config, log, clock, realtime, publicUrl } = target;
  const providers = [...target.providers, answers<PublicUrl>(PublicUrl, publicUrl)];
  const module = ServerModule.of({ providers, close: () => Promise.resolve() }, config.door, ['api']);
  const app = await createRestServer(module, config.door, new NestLogger(log));
  await app.init();
  await app.get(BootstrapWorkspace).run(config.ownerKey);
  app.get(Lifecycle).serve();
  const move = app.get(MoveNotification, { strict: false });
  const routed = new RoutedAtOnce({ whenDue: (one) => move.whenDue(one), clock, log });
  app.get(HandOver, { strict: false }).to((one) => routed.take(one));
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  return handlerOf({
    server,
    settled: () => Promise.all([realtime.settled(), routed.settled()]),
    clock,
    log,
  });
}
