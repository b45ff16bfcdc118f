/**
 * Bundles what `npm start` runs out of what the compiler wrote: some 2,000 modules become some dozens, and a process needs half the
 * time to start. `node scripts/bundle.mjs` writes dist/bundle/, each entry at the path that it has in dist/.
 *
 * The compiler's output is bundled, not the sources: bundlers emit no decorator metadata, and injection by type would find
 * `undefined`.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { EXTERNAL, modulesOf } from './bundling.mjs';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const out = join(dist, 'bundle');

/** Processes, and threads and processes that they start. */
const ENTRIES = [
  'apps/server/src/main.js',
  'apps/server/src/delivery-thread/delivery-thread.js',
  'libs/adapters/sqlite/engine/storage-thread.js',
  'libs/adapters/sqlite/engine/checkpoint-thread.js',
  'libs/adapters/handlebars/inspection-thread.js',
  'libs/adapters/sharp/preview-process.js',
  'test/faults/victim.js',
  'test/faults/functions.js',
  'test/faults/lane-functions.js',
  'test/faults/victim-delivery-thread.js',
  'test/hostile/function-process.js',
];

const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
if (!dependencies.sharp) throw new Error('sharp is external to the bundle, and no dependency any more.');

rmSync(out, { recursive: true, force: true });
const entries = ENTRIES.filter((entry) => existsSync(join(dist, entry)));
const bundle = await rolldown({
  cwd: root,
  platform: 'node',
  input: Object.fromEntries(entries.map((entry) => [entry.replace(/\.js$/, ''), join(dist, entry)])),
  external: EXTERNAL,
  plugins: [ownPlaces()],
  onLog(level, log, handle) {
    if (log.code !== 'UNRESOLVED_IMPORT') handle(level, log);
  },
});
const { output } = await bundle.write({
  dir: out,
  format: 'esm',
  keepNames: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
});
// Which modules each chunk holds: a test reads it.
writeFileSync(join(out, 'modules.json'), JSON.stringify(modulesOf(output, root)));

/**
 * A module that asks where it stands means its place in dist/, beside its SQL and pictures; who starts a thread that
 * is bundled means the bundled one.
 */
function ownPlaces() {
  const marker = '@@dist@@';
  return {
    name: 'own-places',
    transform(code, id) {
      if (!id.startsWith(`${dist}/`) || !code.includes('import.meta.url')) return undefined;
      const own = relative(dist, id);
      return code
        .replace(/new URL\((['"])(\.[^'"]+\.js)\1, import\.meta\.url\)/g, (whole, _, path) => {
          const meant = posix.join(posix.dirname(own), path);
          return ENTRIES.includes(meant)
            ? `new URL(${JSON.stringify(`${marker}bundle/${meant}`)}, import.meta.url)`
            : whole;
        })
        .replace(
          /(?<!", )import\.meta\.url/g,
          `new URL(${JSON.stringify(marker + own)}, import.meta.url).href`,
        );
    },
    renderChunk(code, { fileName }) {
      const folder = dirname(join(out, fileName));
      return code.replace(/"@@dist@@([^"]+)"/g, (_, path) =>
        JSON.stringify(`./${relative(folder, join(dist, path))}`),
      );
    },
  };
}
