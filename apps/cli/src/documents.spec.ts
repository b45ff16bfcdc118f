import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Command } from 'commander';
import { SystemClock } from '#adapters/system/system-clock.js';
import { startServer } from './demo/start-server.js';
import { createProgram } from './program.js';
import { Terminal } from './terminal/terminal.js';
import { VirtualFile } from './testing/virtual-screen.js';

const ROOT = new URL('../../../../', import.meta.url);
const CLI = fileURLToPath(new URL('./main.js', import.meta.url));
const KEY = 'key-of-the-reader';
const PATIENCE_MS = 240_000; // ms; every command is a process of its own
jest.setTimeout(PATIENCE_MS);

const read = (path: string): Promise<string> => readFile(new URL(path, ROOT), 'utf8');

describe('What the documents tell one to type', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof startServer>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-readme-'));
    server = await startServer({ folder, env: { POSTHORN_API_KEY: KEY } });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (path: string, method = 'GET', body?: string): Promise<Response> =>
    fetch(`${server.url}/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    });
  const outbox = async (): Promise<string> => (await fetch(`${server.url}/outbox`)).text();

  it('in the tour of the README works, line by line', async () => {
    const [tour = ''] = shellBlocks(await read('README.md'));
    const typed = tour.split('\n').filter((line) => !line.startsWith('export '));
    const npx = `npx() { shift; '${process.execPath}' '${CLI}' "$@"; }`;
    const env = { PATH: process.env['PATH'], POSTHORN_URL: server.url, POSTHORN_API_KEY: KEY };
    const { stdout } = await promisify(execFile)('sh', ['-ec', [npx, ...typed].join('\n')], {
      cwd: folder,
      env,
    });
    expect(stdout).toContain('2 rows = 1 created + 0 updated + 1 rejected');
    expect(stdout).toMatch(/^ +3 +invalid_address/m);
    expect(stdout).toContain('Finished: every candidate is accounted for.');
    expect(stdout).toMatch(/^capture +email +closed/m);
    expect(await outbox()).toContain('ada@example.com');
  });

  describe.each([
    ['the README', 'eve@example.com', async () => shellBlocks(await read('README.md')).at(-1) ?? ''],
    ['/docs', 'ada@example.com', async () => firstStepsOf(await (await fetch(`${server.url}/docs`)).text())],
  ])('over REST, in %s', (_, recipient, text) => {
    it('works, request by request', async () => {
      const ids = new Map<string, string>();
      const requests = requestsIn(await text());
      expect(requests.length).toBeGreaterThan(5);
      let last: unknown;
      for (const { method, path, body } of requests) {
        const known = (words: string): string =>
          words.replace(/\b([a-z]{3})_…/g, (_whole, kind) => ids.get(kind) ?? '?');
        const answer = await ask(known(path), method, body && known(body));
        last = await answer.json();
        expect({ path, ok: answer.ok, last }).toMatchObject({ path, ok: true });
        const { id } = last as { id?: string };
        if (id !== undefined) ids.set(id.slice(0, 3), id);
      }
      expect(last).toMatchObject({ audience: 1 });
      // The stream ends when the campaign does.
      await (await ask(`campaigns/${ids.get('cmp')}/events`)).text();
      expect(await (await fetch(`${server.url}/outbox?to=${recipient}`)).text()).toContain(recipient);
    });
  });

  it('and where it says that one finds the rest, one does', async () => {
    for (const path of ['/docs', '/openapi.json', '/metrics'])
      expect((await fetch(server.url + path)).status).toBe(200);
  });
});

describe('README.md', () => {
  let text: string;
  beforeEach(async () => {
    text = await read('README.md');
  });

  it('says it in three sentences, shows a picture, gives two commands, and goes on a tour', () => {
    const [heading, sentences = '', picture, commands = ''] = text.split('\n\n');
    expect(heading).toBe('# Posthorn');
    expect(sentences.match(/\.(?=\s|$)/g)).toHaveLength(3);
    expect(picture).toMatch(/^!\[/);
    expect(commands.match(/^npm \w+/gm)).toEqual(['npm start', 'npm test']);
    expect(text.match(/^## .*/gm)?.[0]).toBe('## The tour');
  });

  it('points at what is there', () => {
    for (const [, path = ''] of text.matchAll(/\]\(([^)]+)\)/g))
      expect({ path, there: existsSync(new URL(path, ROOT)) }).toEqual({ path, there: true });
  });
});

describe('docs/cli.md', () => {
  const program = createProgram({
    terminal: new Terminal(new VirtualFile(), new VirtualFile(), {}, new SystemClock()),
    clock: new SystemClock(),
    version: '0',
    env: {},
    folder: '.',
    onInterrupt: () => {},
    done: () => {},
  });
  const optionsOf = (command: Command): string[] =>
    command.options
      .flatMap(({ long }) => (long == null ? [] : [long]))
      .filter((name) => name !== '--version');

  it('tells every option of every command, where that command is told', async () => {
    const text = await read('docs/cli.md');
    for (const command of program.commands) {
      const [, section = ''] =
        new RegExp(`^## ${command.name()}$([^]*?)(?=^## |$(?![^]))`, 'm').exec(text) ?? [];
      for (const option of optionsOf(command))
        expect({ command: command.name(), option, told: section.includes(option) }).toMatchObject({
          told: true,
        });
    }
    for (const option of optionsOf(program)) expect(text).toContain(`\`${option}\``);
  });

  it('tells of no option that there is not', async () => {
    const [commands = ''] = (await read('docs/cli.md')).split('## npm run demo');
    const there = new Set(['--help', ...[program, ...program.commands].flatMap(optionsOf)]);
    const told = [...commands.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option);
    expect([...new Set(told)].filter((option) => !there.has(option))).toEqual([]);
  });
});

function shellBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = '']) => block);
}

function firstStepsOf(page: string): string {
  const [, block = ''] = /<section id="first-steps">[^]*?<pre>([^]*?)<\/pre>/.exec(page) ?? [];
  const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'" };
  return block.replace(/&(\w+|#39);/g, (whole, name: string) => characters[name] ?? whole);
}

/** The calls of `api`, which both documents define: a path under /v1, `-d` a body, `-X` a method. */
function requestsIn(script: string): { method: string; path: string; body: string | undefined }[] {
  const calls = script.matchAll(/^api (?!\()((?:'[^']*'|[^'\n])*)/gm);
  return [...calls].map(([, words = '']) => {
    const [, body] = / -d '([^']*)'/.exec(words) ?? [];
    const plain = words.replace(/'[^']*'/g, '').replace(/#.*/, '');
    const path = plain.split(' ').find((word) => /\/|^[a-z]+$/.test(word)) ?? '';
    const method = /-X (\w+)/.exec(plain)?.[1] ?? (body === undefined ? 'GET' : 'POST');
    return { method, path: path.replace(/^http:.*?\/v1\//, ''), body };
  });
}
