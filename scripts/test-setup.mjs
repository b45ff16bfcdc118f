/**
 * `npm run test:setup`: installs the system packages some suites need and npm cannot provide. Does nothing where they are
 * present already. Everything else in the suite runs without them.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian package -> the programs that make it unnecessary (test/support/system-packages.ts looks for the same). */
const PACKAGES = {
  'redis-server': ['redis-server', 'valkey-server'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  nginx: ['nginx'],
};

const missing = Object.keys(PACKAGES).filter((name) => !PACKAGES[name].some(isOnPath));

if (missing.length === 0) say(`${Object.keys(PACKAGES).join(', ')} are installed`);
else process.exitCode = install(missing);

function install(packages) {
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (!isOnPath('apt-get')) {
    return refuse(`missing: ${packages.join(', ')}. This system has no apt-get: install them its own way.`);
  }
  if (process.getuid?.() !== 0) return refuse(`missing: ${packages.join(', ')}. Run as root: ${command}`);
  say(`installing ${packages.join(', ')}…`);
  const updated = apt('update', '-qq');
  const installed = apt(...command.split(' ').slice(1), '-qq');
  if (installed.ok) return done(packages);
  // an update that failed for one unrelated source is no reason to stop, but it may well be why this failed
  return refuse(
    [updated, installed]
      .filter(({ ok }) => !ok)
      .map(({ complaint }) => complaint)
      .join('\n'),
  );
}

function done(packages) {
  const absent = packages.filter((name) => !PACKAGES[name].some(isOnPath));
  if (absent.length > 0)
    return refuse(`apt-get reported success, yet these cannot be found: ${absent.join(', ')}`);
  say(`installed ${packages.join(' and ')}`);
  return 0;
}

function apt(...args) {
  const { status, stdout, stderr } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  const lastWords = `${stdout}${stderr}`.trim().split('\n').slice(-8).join('\n  ');
  return { ok: status === 0, complaint: `apt-get ${args.join(' ')} failed:\n  ${lastWords}` };
}

function isOnPath(program) {
  // Debian puts what runs as a service into /usr/sbin, which not everybody's PATH has.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function refuse(message) {
  process.stderr.write(`test:setup: ${message}\n`);
  return 1;
}

function say(message) {
  process.stdout.write(`test:setup: ${message}\n`);
}
