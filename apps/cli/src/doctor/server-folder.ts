import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FOUND_BY_ITSELF } from '#apps/server/src/config/config-file.js';

/**
 * Where the server is started, so that the doctor reads the configuration and finds the data that the server has. That is
 * the folder one stands in, if there is anything of a server's there. Otherwise, in a working copy, its root: `npm start`
 * always runs there, from wherever it is called.
 */
export function serverFolder(standingIn: string, workingCopy: string): string {
  const ofAServer = [...FOUND_BY_ITSELF, 'data'];
  if (ofAServer.some((name) => existsSync(join(standingIn, name)))) return standingIn;
  return existsSync(join(workingCopy, 'scripts', 'bootstrap.mjs')) ? workingCopy : standingIn;
}
