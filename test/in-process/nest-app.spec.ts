import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { root } from '#test/architecture/repository.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import { startFakeSmtp } from '#test/fakes/smtp/fake-smtp.js';
import { until } from '#test/support/until.js';

const run = promisify(execFile);
/** It compiles an application and starts processes, on a machine that may be busy with others. */
const PATIENCE_MS = 180_000;
jest.setTimeout(PATIENCE_MS);

/** What npm would install for the application by itself: Posthorn, linked, brings its own copies of the same. */
const OWN_COPIES = ['@nestjs', 'reflect-metadata'];

/** The example as somebody has it who has copied it and run `npm install` and `npm run build`. */
async function install(folder: string): Promise<void> {
  const example = join(root, 'examples', 'nest-app');
  const isSource = (path: string): boolean => !/[\\/](dist|node_modules|data)$/.test(path);
  await cp(example, folder, { recursive: true, filter: isSource });
  const installed = await realpath(join(root, 'node_modules'));
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(installed)) {
    if (OWN_COPIES.includes(name)) await cp(join(installed, name), join(modules, name), { recursive: true });
    else await symlink(join(installed, name), join(modules, name));
  }
  await symlink(root, join(modules, 'posthorn'));
  await run(process.execPath, [join(modules, 'typescript', 'bin', 'tsc'), '-p', folder]).catch(
    ({ stdout }: { stdout: string }) => {
      throw new Error(stdout);
    },
  );
}

/** The application as its operator runs it. */
class Application {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly ended: Promise<unknown[]>;

  constructor(folder: string, env: Readonly<Record<string, string>>) {
    const { PATH = '' } = process.env;
    this.#child = spawn(process.execPath, ['dist/main.js'], {
      cwd: folder,
      env: { PATH, PORT: '0', NODE_NO_WARNINGS: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr])
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#lines.push(line));
  }

  get said(): string {
    return this.#lines.join('\n');
  }

  async url(): Promise<string> {
    return until(() => {
      const found = /The application listens on (http:\S+)/.exec(this.said)?.[1];
      if (found === undefined && (this.#child.exitCode ?? this.#child.signalCode) !== null)
        throw new Error(`It ended:\n${this.said}`);
      return found;
    });
  }

  async post(path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(`${await this.url()}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async end(signal: NodeJS.Signals): Promise<unknown[]> {
    this.#child.kill(signal);
    return this.ended;
  }
}

describe('examples/nest-app', () => {
  let folder: string;
  let smtp: Fake;
  let data: string;
  const running: Application[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-nest-app-'));
    await install(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    smtp = await startFakeSmtp({ auth: 'off' });
    data = await mkdtemp(join(folder, 'data-'));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((app) => app.end('SIGKILL')));
    await smtp.close();
  });
  const start = (): Application => {
    const app = new Application(folder, { DATA_DIR: data, SMTP_URL: smtp.url });
    running.push(app);
    return app;
  };
  const codeTo = async (address: string): Promise<string> => {
    const mail = await until(() => smtp.mails().find(({ to }) => to.includes(address)));
    return /\b\d{6}\b/.exec(mail.text ?? '')?.[0] ?? '';
  };

  it('signs somebody in by the code in their mail', async () => {
    const app = start();
    const asked = await app.post('/sign-in', { email: 'ada@example.com' });
    expect(asked.status).toBe(202);
    const { challenge, notification } = (await asked.json()) as Record<string, string>;
    const code = await codeTo('ada@example.com');
    const wrong = code === '000000' ? '000001' : '000000';
    expect((await app.post(`/sign-in/${challenge}`, { code: wrong })).status).toBe(401);
    expect((await app.post(`/sign-in/${challenge}`, { code })).status).toBe(204);
    expect((await app.post(`/sign-in/${challenge}`, { code })).status).toBe(401);
    const explained = await fetch(`${await app.url()}/sign-in/notifications/${notification}`);
    expect(((await explained.json()) as { words: string[] }).words).toContain('It goes by email.');
  });

  it('says what it was refused in words of its own, and nothing of it on its output', async () => {
    const app = start();
    const refused = await app.post('/sign-in', { email: 'ada@' });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      code: 'invalid_address',
      faults: [{ pointer: '/to/email', code: 'invalid_address' }],
    });
    expect((await fetch(`${await app.url()}/sign-in/notifications/ntf_1`)).status).toBe(404);
    expect((await app.post('/hooks/resend', { type: 'email.bounced' })).status).toBe(404);
    // Of the modules of Posthorn, whose copy of Nest the application knows nothing of, no line is said.
    expect(app.said).not.toMatch(/DeliveryModule|EventsModule|CqrsModule/);
  });

  it('keeps what it acknowledged, though it is killed before anything of it was sent', async () => {
    smtp.setFaults([{ effect: { kind: 'status', status: 421, stage: 'connect' } }]);
    const killed = start();
    const emails = Array.from({ length: 20 }, (_, i) => `p${i}@example.com`);
    const asked = await Promise.all(emails.map((email) => killed.post('/sign-in', { email })));
    expect(asked.map(({ status }) => status)).toEqual(emails.map(() => 202));
    await killed.end('SIGKILL');
    expect(smtp.mails()).toEqual([]);
    smtp.setFaults([]);
    await start().url();
    await Promise.all(emails.map(codeTo));
    expect(
      smtp
        .mails()
        .flatMap(({ to }) => to)
        .sort(),
    ).toEqual(emails.toSorted());
  });

  it('stops when it is told to, and its data folder is free at once', async () => {
    const app = start();
    expect((await app.post('/sign-in', { email: 'ada@example.com' })).status).toBe(202);
    // Nest ends the process by the same signal once everything is closed.
    expect(await app.end('SIGTERM')).toEqual([null, 'SIGTERM']);
    await start().url();
    await codeTo('ada@example.com');
  });

  it('leaves no thread behind, and a process that has nothing else to do ends by itself', async () => {
    const entry = fileURLToPath(new URL('./come-and-go.js', import.meta.url));
    const ended = run(process.execPath, ['--no-warnings', entry, data], { timeout: PATIENCE_MS / 2 });
    const { stdout, stderr } = await ended;
    expect(stderr).toBe('');
    const [first, ...threads] = JSON.parse(stdout) as number[];
    expect(threads).toEqual([first, first]);
  });
});
