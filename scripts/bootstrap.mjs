#!/usr/bin/env node
/**
 * What every npm script goes through: `node scripts/bootstrap.mjs <target> [arguments]`.
 *
 * On a bare clone with nothing but Node >= 20 and npm it installs the packages, fetches a new enough Node, builds, and
 * runs the target; when nothing changed since the last time it goes straight to the target.
 */
import { delimiter, dirname, join, resolve } from 'node:path';
import { buildIsStale } from './bootstrap/build-stamp.mjs';
import { runNode } from './bootstrap/child.mjs';
import { installPackages, packagesAreStale } from './bootstrap/packages.mjs';
import { Stop } from './bootstrap/report.mjs';
import { fetchRuntime, presentRuntime } from './bootstrap/runtime.mjs';
import { inTurn } from './bootstrap/turn.mjs';

const root = resolve(import.meta.dirname, '..');
const at = (...path) => join(root, ...path);
const nest = at('node_modules/@nestjs/cli/bin/nest.js');
const prettier = at('node_modules/prettier/bin/prettier.cjs');

/** For each target: what Node runs, and whether dist/ must be up to date first. */
const TARGETS = {
  start: { build: true, run: [at('dist/bundle/apps/server/src/main.js')] },
  test: {
    build: true,
    run: [
      '--experimental-vm-modules',
      '--import',
      at('scripts/quiet-vm-modules.mjs'),
      at('scripts/test.mjs'),
    ],
  },
  dev: { build: true, run: [nest, 'start', '--watch', '--watchAssets', '--preserveWatchOutput'] },
  build: { build: false, run: [at('scripts/build.mjs')] },
  'build:lambda': { build: true, run: [at('scripts/bundle-lambda.mjs')] },
  check: { build: false, run: [at('scripts/check.mjs')] },
  lint: { build: false, run: [at('node_modules/eslint/bin/eslint.js'), '--max-warnings', '0', '.'] },
  boundaries: { build: false, run: [at('scripts/boundaries.mjs')] },
  format: { build: false, run: [prettier, '--log-level', 'warn', '--write', '.'] },
  'format:check': { build: false, run: [prettier, '--check', '.'] },
  bench: { build: true, run: [at('dist/test/bench/run.js')] },
  cost: { build: true, run: [at('dist/deploy/cost/main.js')] },
  demo: { build: true, run: [at('dist/apps/cli/src/demo.js')] },
  faults: { build: true, run: [at('dist/test/faults/run.js'), '--seeds', '200'] },
  posthorn: { build: true, run: [at('dist/apps/cli/src/main.js')] },
  // a file of one's own under the right Node: what `nest start` and scripts use
  exec: { build: false, run: [] },
};

async function main([name, ...args]) {
  const target = TARGETS[name];
  if (target === undefined)
    throw new Stop(`unknown target "${name ?? ''}"; there are: ${Object.keys(TARGETS).join(', ')}`, 2);
  const node = await prepare(target);
  return runNode(node, [...target.run, ...args], { cwd: folderFor(name) });
}

async function prepare(target) {
  const isReady = () =>
    presentRuntime(root) !== undefined && !packagesAreStale(root) && !(target.build && buildIsStale(root));
  if (!isReady()) {
    await inTurn(root, async () => {
      // asked again, now that it is our turn: whoever was before us may have done it all
      if (packagesAreStale(root)) await installPackages(root);
      const node = presentRuntime(root) ?? (await fetchRuntime(root));
      if (target.build && buildIsStale(root)) await build(node);
    });
  }
  const node = presentRuntime(root);
  process.env.PATH = `${dirname(node)}${delimiter}${process.env.PATH}`; // children that say `node` mean this one
  return node;
}

async function build(node) {
  const code = await runNode(node, [at('scripts/build.mjs')], { cwd: root });
  if (code !== 0) throw new Stop('the build failed; nothing was started.', code);
}

/** `posthorn import list.csv` means the list.csv of the folder one stands in; all else runs at the root. */
function folderFor(name) {
  if (name !== 'posthorn' && name !== 'exec') return root;
  return (process.env.npm_lifecycle_event === name && process.env.INIT_CWD) || process.cwd();
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(error instanceof Stop ? `posthorn: ${error.message}\n` : `${error.stack}\n`);
    process.exitCode = error.exitCode ?? 1;
  },
);
