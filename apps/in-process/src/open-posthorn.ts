import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ServerConfig } from '#apps/server/src/config/server-config.js';
import type { Duty } from '#apps/server/src/duty.js';
import { PublicUrl } from '#apps/server/src/public-url.js';
import { dutiesOf } from '#apps/server/src/roles.js';
import { openTarget as openEmbedded } from '#apps/server/src/targets/embedded.js';
import type { OpenTarget } from '#apps/server/src/targets/target.js';
import { InstallShippedTypes } from '#domain/communication/application/install-shipped-types.js';
import { BootstrapWorkspace } from '#domain/workspace/application/bootstrap-workspace.js';
import type { Log } from '#ports/system/log.js';
import { Door } from './door.js';
import { InProcessModule } from './in-process.module.js';

/** Nobody's server: where an application says nothing, links lead to the machine of whoever reads the mail. */
const NOWHERE = 'http://127.0.0.1';

export interface OpenPosthorn {
  readonly door: Door;
  /** Finishes what is under way and closes the storage last. */
  stop(): Promise<void>;
}

/**
 * Opens the embedded target within another application, in a container of its own: what is global in ours, the host never
 * sees, and what is global in the host does not reach us.
 * @throws Error when something it needs is not to be had (the data folder); nothing is left running then
 */
export async function openPosthorn(
  config: ServerConfig,
  log: Log,
  onFatal: (error: Error) => void,
  openTarget: OpenTarget = openEmbedded,
): Promise<OpenPosthorn> {
  const publicUrl = new PublicUrl(config.publicUrl ?? NOWHERE);
  const target = await openTarget({ config, log, onFatal, publicUrl });
  const started: Duty[] = [];
  let context: INestApplicationContext | undefined;
  const stop = async (): Promise<void> => {
    await stopAll(started, log);
    await context?.close();
    await target.close();
  };
  try {
    // By default Nest ends the process when its container cannot be made: the process is not ours.
    context = await NestFactory.createApplicationContext(InProcessModule.of(target), { abortOnError: false });
    const { workspace } = await context.get(BootstrapWorkspace).run(undefined);
    await context.get(InstallShippedTypes).run(workspace.id);
    for (const duty of dutiesOf(context, config.roles, target)) {
      await duty.start();
      started.push(duty);
    }
    return { door: new Door(context, workspace.id, publicUrl), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopAll(duties: readonly Duty[], log: Log): Promise<void> {
  const stopping = duties.map(async (duty) => {
    try {
      await duty.stop();
    } catch (error) {
      log.error('in_process.duty_not_stopped', { duty: duty.name, error });
    }
  });
  await Promise.all(stopping);
}
