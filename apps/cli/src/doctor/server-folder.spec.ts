import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { serverFolder } from './server-folder.js';

describe('the folder of the server that the doctor looks at', () => {
  let here: string;
  let copy: string;
  beforeEach(() => {
    here = mkdtempSync(join(tmpdir(), 'posthorn-here-'));
    copy = mkdtempSync(join(tmpdir(), 'posthorn-copy-'));
  });
  afterEach(() => {
    for (const folder of [here, copy]) rmSync(folder, { recursive: true, force: true });
  });
  const makeWorkingCopy = (): void => {
    mkdirSync(join(copy, 'scripts'));
    writeFileSync(join(copy, 'scripts', 'bootstrap.mjs'), '');
  };

  it('is the root of the working copy, where npm start runs, from wherever the doctor is called', () => {
    makeWorkingCopy();
    expect(serverFolder(here, copy)).toBe(copy);
  });

  it.each(['posthorn.config.yaml', 'posthorn.config.yml', 'posthorn.config.json', 'data'])(
    'is the folder one stands in, if that has a %s',
    (name) => {
      makeWorkingCopy();
      writeFileSync(join(here, name), '');
      expect(serverFolder(here, copy)).toBe(here);
    },
  );

  it('is the folder one stands in where only the built files were installed', () => {
    expect(serverFolder(here, copy)).toBe(here);
  });
});
