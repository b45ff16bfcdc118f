import { once } from 'node:events';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { root, runNode } from './repository.js';

const bootstrap = join(root, 'scripts', 'bootstrap.mjs');

/** Says who it is, then waits for SIGTERM and takes its leave with exit code 5. */
const POLITE = `
  process.on('SIGTERM', () => { console.log('stopped'); process.exit(5); });
  console.log('ready ' + process.pid);
  setInterval(() => {}, 1000);
`;

const folders: string[] = [];
const children: ChildProcess[] = [];

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-bootstrap-'));
  folders.push(folder);
  return folder;
}

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

/** Collects what `child` prints: `has` resolves at a line that matches, `all` when nobody can print any more. */
function outputOf(child: ChildProcess): { has(pattern: RegExp): Promise<void>; all: Promise<string> } {
  let text = '';
  const stdout = child.stdout!;
  stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  return {
    async has(pattern) {
      while (!pattern.test(text)) await once(stdout, 'data');
    },
    all: once(stdout, 'close').then(() => text),
  };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('bootstrap', () => {
  it('hands on arguments, output and the exit code', async () => {
    const { code, stdout } = await runNode([
      bootstrap,
      'exec',
      '-e',
      'console.log(process.argv[1]); process.exit(7)',
      'hi',
    ]);
    expect({ code, stdout }).toEqual({ code: 7, stdout: 'hi\n' });
  });

  it('names the targets there are when asked for another', async () => {
    const { code, stderr } = await runNode([bootstrap, 'strat']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/unknown target "strat"; there are: start, test, /);
  });

  it('forwards SIGTERM and waits for the graceful stop', async () => {
    const child = start([bootstrap, 'exec', '-e', POLITE]);
    const output = outputOf(child);
    await output.has(/ready/);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(5);
    expect(await output.all).toMatch(/stopped/);
  });

  it('leaves nothing running when it is killed -9', async () => {
    const child = start([bootstrap, 'exec', '-e', POLITE]);
    const output = outputOf(child);
    await output.has(/ready/);
    child.kill('SIGKILL');
    // the pipe closes only when the grandchild, too, has gone
    expect(await output.all).toMatch(/stopped/);
  });

  it('says what to do when the registry cannot be reached, and fails', async () => {
    const folder = aFolder();
    cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
    const manifest = { name: 'copy', version: '1.0.0', dependencies: { 'left-pad': '1.0.0' } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(
      join(folder, 'package-lock.json'),
      JSON.stringify({
        name: 'copy',
        version: '1.0.0',
        lockfileVersion: 3,
        packages: { '': manifest, 'node_modules/left-pad': { version: '1.0.0' } },
      }),
    );
    const { code, stderr } = await runNode([join(folder, 'scripts', 'bootstrap.mjs'), 'start'], {
      cwd: folder,
      env: {
        npm_config_registry: 'http://127.0.0.1:9/',
        npm_config_fetch_retries: '0',
        npm_config_cache: join(folder, 'cache'),
      },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/Installing the packages failed/);
    expect(stderr).toMatch(/registry could not be reached/);
  }, 60_000);
});

describe('the turn to prepare a working copy', () => {
  const turn = JSON.stringify(pathToFileURL(join(root, 'scripts', 'bootstrap', 'turn.mjs')).href);

  it('is one process’s at a time', async () => {
    const folder = aFolder();
    const log = JSON.stringify(join(folder, 'log'));
    const script = `
      const { inTurn } = await import(${turn});
      const { appendFileSync } = await import('node:fs');
      await inTurn(${JSON.stringify(folder)}, async () => {
        appendFileSync(${log}, 'enter ' + process.pid + '\\n');
        await new Promise((resolve) => setTimeout(resolve, 20));
        appendFileSync(${log}, 'leave ' + process.pid + '\\n');
      });`;
    const runs = Array.from({ length: 4 }, () => runNode(['--input-type=module', '-e', script]));
    expect((await Promise.all(runs)).map(({ code }) => code)).toEqual([0, 0, 0, 0]);

    const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(8);
    for (let i = 0; i < lines.length; i += 2) expect(lines[i + 1]).toBe(lines[i]!.replace('enter', 'leave'));
  }, 30_000);

  it('passes on at once when its owner died in the middle', async () => {
    const folder = aFolder();
    const lock = join(folder, '.toolchain', 'bootstrap.lock');
    const dead = start(['-e', '']);
    await once(dead, 'exit');
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, 'owner.json'), JSON.stringify({ pid: dead.pid, host: hostname() }));
    const script = `
      const { inTurn } = await import(${turn});
      await inTurn(${JSON.stringify(folder)}, async () => console.log('my turn'));`;
    expect(await runNode(['--input-type=module', '-e', script])).toEqual({
      code: 0,
      stdout: 'my turn\n',
      stderr: '',
    });
  });
});

describe('build', () => {
  it('copies what is not TypeScript, removes what deleted sources left behind, restores what is missing, bundles the console', async () => {
    const folder = aFolder();
    const config = ['apps/console/tsconfig.json', 'apps/console/vite.config.mjs'];
    for (const path of ['scripts', 'nest-cli.json', 'package.json', 'tsconfig.json', ...config]) {
      cpSync(join(root, path), join(folder, path), {
        recursive: true,
        filter: (source) => !source.endsWith('.ts'),
      });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    mkdirSync(join(folder, 'libs'));
    mkdirSync(join(folder, 'apps', 'console', 'src'));
    writeFileSync(join(folder, 'apps', 'console', 'src', 'page.ts'), 'document.title = String(1 + 1);\n');
    const page = '<!doctype html><script type="module" src="./src/page.ts"></script>';
    writeFileSync(join(folder, 'apps', 'console', 'index.html'), page);
    writeFileSync(join(folder, 'libs', 'stays.ts'), 'export const stays = 1;\n');
    writeFileSync(join(folder, 'libs', 'gone.spec.ts'), 'export const gone = 1;\n');
    writeFileSync(join(folder, 'libs', 'gone.sql'), 'select 1');

    const build = async (): Promise<Record<string, boolean>> => {
      const { code, stderr } = await runNode(['scripts/build.mjs'], { cwd: folder });
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/built in/) });
      const bundled = readFileSync(join(folder, 'dist', 'apps', 'console', 'page', 'index.html'), 'utf8');
      expect(bundled).toMatch(/src="\/chat\/assets\/index-[\w-]{8}\.js"/);
      return Object.fromEntries(
        ['stays.js', 'gone.spec.js', 'gone.sql'].map((name) => [
          name,
          existsSync(join(folder, 'dist', 'libs', name)),
        ]),
      );
    };

    expect(await build()).toEqual({ 'stays.js': true, 'gone.spec.js': true, 'gone.sql': true });
    rmSync(join(folder, 'libs', 'gone.spec.ts'));
    rmSync(join(folder, 'libs', 'gone.sql'));
    // what somebody deletes from dist/ comes back, though the compiler remembers having written it
    rmSync(join(folder, 'dist', 'libs', 'stays.js'));
    expect(await build()).toEqual({ 'stays.js': true, 'gone.spec.js': false, 'gone.sql': false });
  }, 240_000);
});
