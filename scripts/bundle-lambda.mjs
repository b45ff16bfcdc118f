/**
 * Bundles each function of Lambda out of what the compiler wrote: `npm run build:lambda` writes dist/lambda/<entry>/ with
 * `index.mjs`, the chunks that it loads and the files that it reads. Nothing outside of its folder is needed to run it.
 *
 * dist/lambda/modules.json says which modules each chunk holds: a test reads it.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { EXTERNAL, modulesOf } from './bundling.mjs';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const out = join(dist, 'lambda');

const ENTRIES = ['http', 'websocket', 'authoriser', 'lane', 'timer', 'relay', 'store', 'notify'];
/** Threads that a bundled module starts. */
const THREADS = ['libs/adapters/handlebars/inspection-thread.js'];
/** Read at run time by those who answer requests, where they stand in dist/. */
const FILES = { http: ['openapi.json', 'apps/console/page', 'libs/adapters/gallery/assets'] };

rmSync(out, { recursive: true, force: true });
const modules = {};
for (const entry of ENTRIES) modules[entry] = await bundle(entry);
writeFileSync(join(out, 'modules.json'), JSON.stringify(modules));

async function bundle(entry) {
  const main = join(dist, `apps/lambda/src/entries/${entry}.js`);
  const folder = join(out, entry);
  const bundled = await rolldown({
    cwd: root,
    platform: 'node',
    input: { index: main, ...(await threadsOf(main)) },
    external: EXTERNAL,
    plugins: [placesIn(folder)],
    onLog: sayUnlessOptional,
  });
  const { output } = await bundled.write({
    dir: folder,
    format: 'esm',
    keepNames: true,
    entryFileNames: '[name].mjs',
    chunkFileNames: 'chunks/[name]-[hash].mjs',
  });
  await bundled.close();
  for (const path of (FILES[entry] ?? []).filter((one) => existsSync(join(dist, one)))) {
    mkdirSync(dirname(join(folder, 'files', path)), { recursive: true });
    cpSync(join(dist, path), join(folder, 'files', path), { recursive: true });
  }
  return modulesOf(output, root);
}

/** Those that something in the graph starts: a function that inspects no template needs no parser. */
async function threadsOf(main) {
  const started = new Set();
  const looked = await rolldown({
    cwd: root,
    platform: 'node',
    input: main,
    external: (id) => EXTERNAL.some((one) => one.test(id)) || /^[a-z@]/.test(id),
    plugins: [
      {
        name: 'started-threads',
        transform(code, id) {
          for (const thread of THREADS) if (startsIn(code, id, thread)) started.add(thread);
        },
      },
    ],
    onLog: () => {},
  });
  await looked.generate();
  await looked.close();
  return Object.fromEntries([...started].map((path) => [nameOf(path), join(dist, path)]));
}

function startsIn(code, id, thread) {
  const path = `./${posix.basename(thread)}`;
  return code.includes(`new URL('${path}', import.meta.url)`) && dirname(id) === dirname(join(dist, thread));
}

function nameOf(path) {
  return posix.basename(path, '.js');
}

/** A module that asks where it stands means its files, which stand in `files/`; who starts a thread means the bundled one. */
function placesIn(folder) {
  return {
    name: 'places-in-a-function',
    transform(code, id) {
      if (!id.startsWith(`${dist}/`) || !code.includes('import.meta.url')) return undefined;
      const own = relative(dist, id);
      return code
        .replace(/new URL\('(\.[^']+\.js)', import\.meta\.url\)/g, (whole, path) => {
          const meant = posix.join(posix.dirname(own), path);
          return THREADS.includes(meant)
            ? `new URL(${JSON.stringify(`@@function@@${nameOf(meant)}.mjs`)}, import.meta.url)`
            : whole;
        })
        .replace(
          /(?<!", )import\.meta\.url/g,
          `new URL(${JSON.stringify(`@@function@@files/${own}`)}, import.meta.url).href`,
        );
    },
    renderChunk(code, { fileName }) {
      const own = dirname(join(folder, fileName));
      return code.replace(/"@@function@@([^"]+)"/g, (_, path) =>
        JSON.stringify(`./${relative(own, join(folder, path))}`),
      );
    },
  };
}

function sayUnlessOptional(level, log, handle) {
  if (log.code !== 'UNRESOLVED_IMPORT') handle(level, log);
}
