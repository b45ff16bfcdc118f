import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { ChatServer } from './testing/chat-server.js';

const root = resolve(import.meta.dirname, '../../..');
const readme = (): Promise<string> => readFile(join(root, 'libs', 'client', 'README.md'), 'utf8');

/** What the page has around the ten lines; it is left when it has shown what it sent. */
const AROUND = `
const conversationId = 'cnv_a';
const fetchToken = () => 'anna';
const kept = new Map();
const localStorage = {
  get length() { return kept.size; },
  key: (index) => [...kept.keys()][index] ?? null,
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
};
function print(line) {
  console.log(line);
  if (line.includes('anna: Hello')) process.exit(0);
}
`;

/** Every module that `chat.js` loads, itself included. */
async function loaded(file: string, seen = new Map<string, string>()): Promise<Map<string, string>> {
  if (seen.has(file)) return seen;
  const text = await readFile(file, 'utf8');
  seen.set(file, text);
  for (const [, name = ''] of text.matchAll(/^(?:import|export) .*?from '(.+?)';$/gms))
    await loaded(resolve(file, '..', name), seen);
  return seen;
}

describe('The README of the client', () => {
  it('has a chat of ten lines that works as it is', async () => {
    const [, code = ''] = /```js\n(.*?)```/s.exec(await readme()) ?? [];
    expect(code.split('\n').filter((line) => line !== '')).toHaveLength(10);
    const server = await ChatServer.start();
    server.model.append('ben', { conversationId: 'cnv_a', clientMessageId: 'b', text: 'Hi' });
    const page = AROUND + code.replace('https://chat.example.com', `http://127.0.0.1:${server.port}`);
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', page], {
      cwd: root,
      timeout: 90_000,
    }).finally(() => server.stop());
    expect(stdout.trim().split('\n').sort()).toEqual(['1 ben: Hi', '2 anna: Hello', '… Hello']);
  });

  it('says how much a browser loads', async () => {
    const modules = await loaded(join(import.meta.dirname, 'chat.js'));
    const size = gzipSync([...modules.values()].join('\n')).length;
    const [, said] = /loads (\d+) KB \(gzip\)/.exec(await readme()) ?? [];
    expect(Math.abs(size / 1000 - Number(said))).toBeLessThan(1.5);
  });
});
