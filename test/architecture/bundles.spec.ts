import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Chunks, holding, loadedWith, modulesOf } from './bundle-graph.js';
import { root } from './repository.js';

describe('the bundle of the server', () => {
  const chunks = JSON.parse(readFileSync(join(root, 'dist/bundle/modules.json'), 'utf8')) as Chunks;
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
