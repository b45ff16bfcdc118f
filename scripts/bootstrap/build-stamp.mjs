/** Tells whether dist/ was built from the sources as they are now. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['apps', 'deploy', 'libs', 'scripts', 'test'];
const FILES = ['nest-cli.json', 'package-lock.json', 'package.json', 'tsconfig.json'];

/** Deliberately bad code for the guards' own tests: never compiled. */
export const FIXTURES = 'test/architecture/fixtures';

/**
 * Digest of every source's path, size and modification time. Reading no contents keeps a start with nothing to do in
 * the tens of milliseconds; a touched file costs one needless incremental build, a deleted or renamed one is noticed.
 */
export function fingerprint(root) {
  const digest = createHash('sha256');
  for (const file of FILES) add(digest, root, file);
  for (const folder of FOLDERS) addFolder(digest, root, folder);
  return digest.digest('hex');
}

export function buildIsStale(root) {
  const path = stampPath(root);
  return !existsSync(path) || readFileSync(path, 'utf8') !== fingerprint(root);
}

/** `taken` is the fingerprint from before the build: what was edited meanwhile makes the next start build again. */
export function markBuilt(root, taken) {
  writeFileSync(stampPath(root), taken);
}

function stampPath(root) {
  return join(root, 'dist', '.built-from');
}

function addFolder(digest, root, folder) {
  const path = join(root, folder);
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = `${folder}/${entry.name}`;
    if (name === FIXTURES || entry.name === 'node_modules' || entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) addFolder(digest, root, name);
    else add(digest, root, name);
  }
}

function add(digest, root, file) {
  const { size, mtimeMs } = statSync(join(root, file), { throwIfNoEntry: false }) ?? { size: -1, mtimeMs: 0 };
  digest.update(`${file}\0${size}\0${mtimeMs}\n`);
}
