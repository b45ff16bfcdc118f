import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import { Metrics } from '#ports/system/metrics.js';
import { takeBodies } from './bodies.js';
import { answerBrokenPath, answeringBrokenMessages, SECURITY_HEADERS } from './broken-requests.js';
import { Connections } from './connections.js';
import { Door } from './door.js';
import { Idempotency } from './idempotency.js';
import { Lifecycle } from './lifecycle.js';
import type { RestSettings } from './rest-settings.js';

/** Seconds. The promise is an answer in under 0.1 s. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/**
 * The REST server over a module that imports `RestKitModule`: built and hooked up, not listening yet. Everything that
 * is served over HTTP goes through here, in every target and in every test.
 */
export async function createRestServer(
  module: Type | DynamicModule,
  settings: RestSettings,
  logger: LoggerService | false,
): Promise<NestFastifyApplication> {
  // Filled once the module is there, and that needs the adapter first.
  const made: { ids?: Ids } = {};
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: settings.bodyLimitBytes,
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    requestIdHeader: false,
    connectionTimeout: settings.idleTimeoutMs,
    keepAliveTimeout: settings.idleTimeoutMs,
    // A body that is streamed (an import) may take as long as it takes; others have their own deadline, and headers
    // have Node's (60 s).
    requestTimeout: 0,
    routerOptions: { maxParamLength: 1024 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    skipMiddie: true,
    frameworkErrors: answerBrokenPath,
    clientErrorHandler: answeringBrokenMessages(() => made.ids?.next('req') ?? ''),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  made.ids = app.get<Ids>(Ids);
  hookUp(app, settings);
  return app;
}

function hookUp(app: NestFastifyApplication, settings: RestSettings): void {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const door = app.get(Door);
  const ids = app.get<Ids>(Ids);
  server.setGenReqId(() => ids.next('req'));
  for (const property of ['caller', 'tokenUser', 'bodyHash', 'attempt', 'execution'])
    server.decorateRequest(property);
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    await door.pass(request, reply);
  });
  takeBodies(server, settings);
  makeOnce(server, app.get(Idempotency));
  const connections = new Connections();
  connections.watch(server.server);
  app.get(Lifecycle).draining.addEventListener('abort', () => connections.drain());
  measure(server, app.get<Metrics>(Metrics), app.get<Log>(Log));
}

/** Callbacks, not promises: of most requests there is nothing to wait for. */
function makeOnce(server: FastifyInstance, idempotency: Idempotency): void {
  server.addHook('preHandler', (request, reply, done) => {
    const answered = idempotency.begin(request, reply);
    if (answered) answered.then((already) => already || done(), done);
    else done();
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    const settled = idempotency.settle(request, reply, payload);
    if (settled) void settled.then(() => done(null, payload));
    else done(null, payload);
  });
}

function measure(server: FastifyInstance, metrics: Metrics, log: Log): void {
  const durations = metrics.histogram({
    name: 'posthorn_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labels: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
  });
  server.addHook('onResponse', (request, reply, done) => {
    // The path as it is declared, not as it was asked for: tokens and addresses stand in paths and queries.
    const route = request.routeOptions.url ?? '(none)';
    const { method } = request;
    durations.observe(reply.elapsedTime / 1000, { method, route, status: String(reply.statusCode) });
    log.debug('http.request', {
      requestId: request.id,
      method,
      route,
      status: reply.statusCode,
      ms: reply.elapsedTime,
    });
    done();
  });
}
