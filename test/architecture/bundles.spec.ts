import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from './repository.js';

interface Chunk {
  readonly isEntry: boolean;
  readonly modules: readonly string[];
  readonly imports: readonly string[];
  readonly dynamicImports: readonly string[];
}
type Chunks = Readonly<Record<string, Chunk>>;

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(root, 'dist', path), 'utf8'));
}

/** What is in memory once these are loaded: what is imported by name only comes when it is asked for. */
function loadedWith(chunks: Chunks, files: readonly string[]): string[] {
  const seen = new Set(files);
  for (const file of seen) for (const next of chunks[file]?.imports ?? []) seen.add(next);
  return [...seen];
}

const modulesOf = (chunks: Chunks, files: readonly string[]): string[] =>
  files.flatMap((file) => chunks[file]?.modules ?? []);
const importsOf = (chunks: Chunks): string[] =>
  Object.values(chunks).flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
const holding = (chunks: Chunks, module: string): string[] =>
  Object.keys(chunks).filter((file) => chunks[file]?.modules.includes(module));

// No other test needs them, and nobody who starts the server does.
execFileSync(process.execPath, ['scripts/bundle-lambda.mjs'], { cwd: root });

describe('the bundles of functions', () => {
  const functions = read('lambda/modules.json') as Readonly<Record<string, Chunks>>;

  it('are all there', () => {
    expect(Object.keys(functions).toSorted()).toEqual([
      'authoriser',
      'http',
      'lane',
      'notify',
      'relay',
      'store',
      'timer',
      'websocket',
    ]);
    for (const chunks of Object.values(functions)) expect(chunks['index.mjs']?.isEntry).toBe(true);
  });

  it.each(Object.keys(functions))('hold nothing of SQLite: %s', (name) => {
    const chunks = functions[name] ?? {};
    const modules = modulesOf(chunks, Object.keys(chunks));
    expect(modules.length).toBeGreaterThan(50);
    expect(modules.filter((module) => /adapters\/sqlite\/|better-sqlite/.test(module))).toEqual([]);
    expect(importsOf(chunks).filter((id) => /sqlite/.test(id))).toEqual([]);
  });

  it('hold no framework where none is needed', () => {
    for (const name of ['lane', 'authoriser', 'notify']) {
      const chunks = functions[name] ?? {};
      const eager = modulesOf(chunks, loadedWith(chunks, ['index.mjs']));
      expect(
        eager.filter((module) => /node_modules\/(@nestjs\/core|fastify|socket\.io)\//.test(module)),
      ).toEqual([]);
    }
  });
});

describe('the bundle of the server', () => {
  const chunks = read('bundle/modules.json') as Chunks;
  const isAws = (module: string): boolean => /node_modules\/@(aws-sdk|smithy)\//.test(module);

  it('holds the AWS SDK, for those who ask for it', () => {
    expect(modulesOf(chunks, Object.keys(chunks)).some(isAws)).toBe(true);
    const container = holding(chunks, 'dist/apps/server/src/targets/container.js');
    expect(modulesOf(chunks, loadedWith(chunks, container)).some(isAws)).toBe(true);
  });

  it('loads none of it to serve from one machine', () => {
    const files = [
      'dist/apps/server/src/main.js',
      'dist/apps/server/src/serve.js',
      'dist/apps/server/src/targets/embedded.js',
      'dist/apps/server/src/delivery-thread/delivery-thread.js',
      'dist/libs/adapters/sqlite/engine/storage-thread.js',
    ].map((module) => holding(chunks, module));
    expect(files.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1]);
    const loaded = modulesOf(chunks, loadedWith(chunks, files.flat()));
    expect(loaded.filter(isAws)).toEqual([]);
  });
});
