import 'reflect-metadata';
import type { FastifyInstance } from 'fastify';
import { NestLogger } from '#adapters/pino/nest-logger.js';
import { Lifecycle } from '#adapters/rest/kit/lifecycle.js';
import { createRestServer } from '#adapters/rest/kit/rest-server.js';
import { PublicUrl } from '#apps/server/src/public-url.js';
import { ServerModule } from '#apps/server/src/server.module.js';
import { answers } from '#apps/server/src/targets/target.js';
import { BootstrapWorkspace } from '#domain/workspace/application/bootstrap-workspace.js';
import { handlerOf, type HttpAnswer } from '../http.js';
import type { Handler } from '../lazily.js';
import { openTarget } from '../target/aws.js';
import type { Environment } from '../target/lambda-config.js';

/** The whole REST API, in one function or in several: which paths reach it is decided by API Gateway. */
export async function openHttp(env: Environment): Promise<Handler<object, HttpAnswer>> {
  const target = await openTarget(env);
  const { config, log, clock, realtime, publicUrl } = target;
  const providers = [...target.providers, answers<PublicUrl>(PublicUrl, publicUrl)];
  const module = ServerModule.of({ providers, close: () => Promise.resolve() }, config.door, ['api']);
  const app = await createRestServer(module, config.door, new NestLogger(log));
  await app.init();
  await app.get(BootstrapWorkspace).run(config.ownerKey);
  app.get(Lifecycle).serve();
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  return handlerOf({ server, settled: () => realtime.settled(), clock, log });
}
