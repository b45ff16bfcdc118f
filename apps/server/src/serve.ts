import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestLogger } from '#adapters/pino/nest-logger.js';
import { measureProcess } from '#adapters/prometheus/event-loop.js';
import { Lifecycle } from '#adapters/rest/kit/lifecycle.js';
import { createRestServer } from '#adapters/rest/kit/rest-server.js';
import { SocketsModule } from '#adapters/socketio/sockets.module.js';
import { InstallShippedTypes } from '#domain/communication/application/install-shipped-types.js';
import { InstallGallery } from '#domain/templating/application/install-gallery.js';
import { BootstrapWorkspace } from '#domain/workspace/application/bootstrap-workspace.js';
import type { Log } from '#ports/system/log.js';
import { Metrics } from '#ports/system/metrics.js';
import type { ServerConfig } from './config/server-config.js';
import type { Duty } from './duty.js';
import { PublicUrl, urlOf } from './public-url.js';
import { dutiesOf } from './roles.js';
import { ServerModule } from './server.module.js';
import { answers, type Target } from './targets/target.js';

/** Milliseconds that requests under way have for their answers once we stop; then their connections are cut. */
const REQUESTS_PATIENCE_MS = 8000;

export interface RunningServer {
  /** Where it listens. */
  readonly url: string;
  /** The owner key that this start made up: shown now or never. */
  readonly madeOwnerKey: string | undefined;
  readonly app: NestFastifyApplication;
  /** Takes no more work, finishes what is under way, and closes the storage last. */
  stop(): Promise<void>;
}

/** Opens the doors of this process's roles over an open target, and starts its duties. Closes the target if it cannot. */
export async function serve(
  target: Target,
  publicUrl: PublicUrl,
  config: ServerConfig,
  log: Log,
): Promise<RunningServer> {
  let app: NestFastifyApplication | undefined;
  const started: Duty[] = [];
  try {
    const withUrl = { ...target, providers: [...target.providers, answers<PublicUrl>(PublicUrl, publicUrl)] };
    const sockets = config.roles.includes('realtime') ? [SocketsModule] : [];
    const module = ServerModule.of(withUrl, config.door, config.roles, sockets);
    app = await createRestServer(module, config.door, new NestLogger(log));
    measureProcess(app.get<Metrics>(Metrics));
    const url = await listen(app, config, publicUrl);
    // Only now: a port that is taken must not cost us the one moment in which the owner key can be shown.
    const { madeToken, workspace } = await app.get(BootstrapWorkspace).run(config.ownerKey);
    for (const duty of dutiesOf(app, config.roles, target)) {
      await duty.start();
      started.push(duty);
    }
    if (config.roles.includes('api')) {
      await app.get(InstallGallery).run(workspace.id);
      await app.get(InstallShippedTypes).run(workspace.id);
    }
    app.get(Lifecycle).serve();
    log.info('server.started', { url, target: config.target, roles: config.roles, pid: process.pid });
    const running = app;
    return { url, madeOwnerKey: madeToken, app, stop: () => stop(running, started, target, log) };
  } catch (error) {
    await stopAll(started, log);
    await app?.close();
    await target.close();
    throw error;
  }
}

async function listen(
  app: NestFastifyApplication,
  { host, port }: ServerConfig,
  publicUrl: PublicUrl,
): Promise<string> {
  await app.listen({ host, port });
  const { port: bound } = app.getHttpServer().address() as AddressInfo;
  publicUrl.listening(host, bound);
  return urlOf(host, bound);
}

async function stop(
  app: NestFastifyApplication,
  duties: readonly Duty[],
  target: Target,
  log: Log,
): Promise<void> {
  log.info('server.stopping');
  app.get(Lifecycle).drain();
  await Promise.all([closeDoors(app, log), stopAll(duties, log)]);
  await target.close();
  log.info('server.stopped');
}

async function closeDoors(app: NestFastifyApplication, log: Log): Promise<void> {
  const impatience = setTimeout(() => {
    log.warn('server.requests_cut_off');
    app.getHttpServer().closeAllConnections();
  }, REQUESTS_PATIENCE_MS).unref();
  await app.close();
  clearTimeout(impatience);
}

/** All at once: none of them needs another, and together they have only so much time. */
async function stopAll(duties: readonly Duty[], log: Log): Promise<void> {
  const stopping = duties.map(async (duty) => {
    try {
      await duty.stop();
    } catch (error) {
      log.error('server.duty_not_stopped', { duty: duty.name, error });
    }
  });
  await Promise.all(stopping);
}
