/** Keeps node_modules equal to package-lock.json. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { say, seconds } from './report.mjs';

/** True when node_modules is missing or was installed from another package-lock.json. */
export function packagesAreStale(root) {
  const stamp = stampOf(root);
  if (existsSync(stamp.path) && readFileSync(stamp.path, 'utf8') === stamp.value) return false;
  if (!installedMatchesLock(root)) return true;
  // Somebody ran `npm ci` or `npm install` by hand: take it over instead of downloading everything again.
  writeFileSync(stamp.path, stamp.value);
  return false;
}

export async function installPackages(root) {
  const started = performance.now();
  say('installing packages…');
  await npm(['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    attempting: 'Installing the packages',
  });
  const stamp = stampOf(root);
  writeFileSync(stamp.path, stamp.value); // last: an install that was interrupted has no stamp and is done again
  say(`packages installed in ${seconds(started)}`);
}

function stampOf(root) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return {
    path: join(root, 'node_modules', '.posthorn-installed'),
    value: createHash('sha256').update(lock).digest('hex'),
  };
}

/** Compares npm's own record of what it installed with what the lock asks for (optional packages may be absent). */
function installedMatchesLock(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, link }]) => {
    if (path === '' || link) return true;
    const present = installed[path];
    return present === undefined ? Boolean(optional || devOptional) : present.version === version;
  });
}
