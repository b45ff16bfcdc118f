import type { Log } from '#ports/system/log.js';
import type { ServerConfig } from './config/server-config.js';
import { PublicUrl } from './public-url.js';
import { chooseTarget } from './targets/choose-target.js';
import type { RunningServer } from './serve.js';
import type { OpenTarget } from './targets/target.js';

export type { RunningServer };

export interface StartOptions {
  readonly config: ServerConfig;
  readonly log: Log;
  readonly onFatal: (error: Error) => void;
  /** In place of the one the configuration names. */
  readonly openTarget?: OpenTarget;
}

/**
 * Starts everything this process is for. Resolves when requests are carried out.
 * @throws Error when something it needs is not to be had (the data folder, the port); nothing is left running then
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { config, log, onFatal } = options;
  const open = options.openTarget ?? (await chooseTarget(config.target));
  const publicUrl = PublicUrl.of(config);
  const target = await open({ config, log, onFatal, publicUrl });
  // Reading the framework takes most of a second: what a process before this one accepted is already being sent.
  const { serve } = await import('./serve.js');
  return serve(target, publicUrl, config, log);
}
