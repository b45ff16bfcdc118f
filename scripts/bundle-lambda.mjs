/**
 * Bundles each function of Lambda out of what the compiler wrote: `npm run build:lambda` writes dist/lambda/<entry>/ with
 * `index.mjs`, the chunks that it loads and the files that it reads. Nothing outside of its folder is needed to run it. `--out` names another
 * place, `--also <name>=<path in dist>` one more that is bundled as they are.
 *
 * modules.json beside them says which modules each chunk holds: a test reads it.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { EXTERNAL, modulesOf } from './bundling.mjs';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const { values } = parseArgs({
  options: { out: { type: 'string' }, also: { type: 'string', multiple: true, default: [] } },
});
const out = resolve(values.out ?? join(dist, 'lambda'));

const NAMES = ['http', 'websocket', 'authoriser', 'lane', 'timer', 'relay', 'store', 'notify'];
const ENTRIES = [
  ...NAMES.map((name) => [name, `apps/lambda/src/entries/${name}.js`]),
  ...values.also.map((one) => one.split('=')),
];
/** Threads that a bundled module starts. */
const THREADS = ['libs/adapters/handlebars/inspection-thread.js'];
/** Read at run time by those who answer requests, where they stand in dist/. */
const FILES = { http: ['openapi.json', 'apps/console/page', 'libs/adapters/gallery/assets'] };

/**
 * Nest's own pipe and serializer would load the whole of these packages. Nothing uses them; bodies are checked by rules of ours, which take
 * a few names of class-validator. Whoever begins to use the pipe hears of it at the first request: the package is not there.
 */
const UNASKED = ['class-validator', 'class-transformer'];
const unasked = {
  name: 'unasked',
  resolveId: (id, importer) =>
    UNASKED.includes(id) && importer?.includes('/@nestjs/common/') ? { id, external: true } : undefined,
};

rmSync(out, { recursive: true, force: true });
const modules = {};
for (const [entry, path] of ENTRIES) modules[entry] = await bundle(entry, join(dist, path));
writeFileSync(join(out, 'modules.json'), JSON.stringify(modules));

async function bundle(entry, main) {
  const folder = join(out, entry);
  const bundled = await rolldown({
    cwd: root,
    platform: 'node',
    // Of a package that has both, its modules: what of the AWS SDK nobody calls stays out, and a start has half as much to read.
    resolve: { mainFields: ['module', 'main'] },
    input: { index: main },
    external: EXTERNAL,
    plugins: [unasked, placesIn(folder)],
    onLog: sayUnlessOptional,
  });
  const { output } = await bundled.write({
    dir: folder,
    format: 'esm',
    keepNames: true,
    minify: true,
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

/**
 * A module that asks where it stands means its files, which stand in `files/`; who starts a thread means the bundled one, which is bundled
 * for that reason only: a function that inspects no template needs no parser.
 */
function placesIn(folder) {
  return {
    name: 'places-in-a-function',
    transform(code, id) {
      if (!id.startsWith(`${dist}/`) || !code.includes('import.meta.url')) return undefined;
      const own = relative(dist, id);
      return code
        .replace(/new URL\('(\.[^']+\.js)', import\.meta\.url\)/g, (whole, path) => {
          const meant = posix.join(posix.dirname(own), path);
          if (!THREADS.includes(meant)) return whole;
          const fileName = `${posix.basename(meant, '.js')}.mjs`;
          this.emitFile({ type: 'chunk', id: join(dist, meant), fileName });
          return `new URL(${JSON.stringify(`@@function@@${fileName}`)}, import.meta.url)`;
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
