/**
 * The build: removes what deleted sources left in dist/, runs `nest build`, bundles the server, writes dist/openapi.json, checks and
 * bundles the console, and marks dist/ as built from the sources it saw. Incremental: unchanged sources are not emitted again.
 */
import { existsSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FIXTURES, fingerprint, markBuilt } from './bootstrap/build-stamp.mjs';
import { runNode } from './bootstrap/child.mjs';
import { say, seconds } from './bootstrap/report.mjs';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
const openApiWriter = join(dist, 'scripts', 'write-openapi.js');

const BUILT_FOLDERS = ['apps', 'deploy', 'libs', 'scripts', 'test'];
const SOURCE_FOLDERS = [
  'apps/server',
  'apps/cli',
  'apps/in-process',
  'apps/lambda',
  'apps/console/src/model',
  'deploy',
  'libs',
  'scripts',
  'test',
];
/** Written by Vite, which empties it itself. */
const BUNDLED = 'apps/console/page';
const COMPILED = /(\.d\.ts|\.js|\.js\.map)$/;
const COMPILES = /(?<!\.d)\.ts$/;

process.exitCode = await build();

async function build() {
  const started = performance.now();
  say(existsSync(dist) ? 'building what changed…' : 'building…');
  const sources = fingerprint(root);
  removeLeftovers();
  // the compiler's record would say "already emitted" of a file that somebody removed from dist/
  if (SOURCE_FOLDERS.some(lacksOutput)) rmSync(join(dist, '.tsbuildinfo'), { force: true });
  const code = (await runNode(process.execPath, [nest, 'build'], { cwd: root })) || (await buildRest());
  if (code !== 0) return code;
  markBuilt(root, sources);
  say(`built in ${seconds(started)}`);
  return 0;
}

/** Without this the spec of a deleted module, or a migration that was renamed, would go on running from dist/. */
function removeLeftovers() {
  for (const folder of BUILT_FOLDERS) prune(folder);
}

/** Returns true when the folder ended up empty and was removed. */
function prune(folder) {
  const path = join(dist, folder);
  if (!existsSync(path)) return true;
  let kept = 0;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`;
    if (name === BUNDLED) kept += 1;
    else if (entry.isDirectory()) kept += prune(name) ? 0 : 1;
    else if (hasSource(name)) kept += 1;
    else rmSync(join(dist, name));
  }
  if (kept === 0) rmdirSync(path);
  return kept === 0;
}

function hasSource(name) {
  if (!COMPILED.test(name)) return existsSync(join(root, name));
  return existsSync(join(root, name.replace(COMPILED, '.ts')));
}

function lacksOutput(folder) {
  const path = join(root, folder);
  if (!existsSync(path) || folder === FIXTURES) return false;
  return readdirSync(path, { withFileTypes: true }).some((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return lacksOutput(name);
    return COMPILES.test(name) && !existsSync(join(dist, name.replace(COMPILES, '.js')));
  });
}

/** What needs the compiled server and client: at once, as each is a process that mostly waits for itself. */
async function buildRest() {
  const hasConsole = existsSync(join(root, 'apps', 'console'));
  const codes = await Promise.all([
    bundleServer(),
    writeOpenApi(),
    ...(hasConsole ? [checkConsole(), bundleConsole()] : []),
  ]);
  return codes.find((code) => code !== 0) ?? 0;
}

function bundleServer() {
  const hasServer = existsSync(join(dist, 'apps', 'server', 'src', 'main.js'));
  return hasServer ? run(join(root, 'scripts', 'bundle.mjs')) : 0;
}

function writeOpenApi() {
  return existsSync(openApiWriter) ? run(openApiWriter) : 0;
}

/** The bundler takes types out and does not look at them. */
function checkConsole() {
  return run(tsc, '-p', 'apps/console');
}

function bundleConsole() {
  return run(vite, 'build', '--logLevel', 'warn', 'apps/console');
}

function run(...args) {
  return runNode(process.execPath, args, { cwd: root });
}
