import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PosthornProcess } from './posthorn-process.js';

const CLI = fileURLToPath(new URL('../../apps/cli/src/main.js', import.meta.url));
const SABOTEUR = new URL('./saboteur.js', import.meta.url).href;
const SECRETS = {
  POSTHORN_API_KEY: 'c4nary-owner-key',
  EMAIL_PROVIDERS: 'resend,smtp',
  RESEND_API_KEY: 'c4nary-secret-of-resend',
  // Nobody answers there: port 9 of this machine, which is for throwing things away.
  RESEND_BASE_URL: 'http://127.0.0.1:9',
  SMTP_URL: 'smtp://c4nary-user:c4nary-password@127.0.0.1:9',
};

/** With a few words around it. */
const canaryIn = (text: string): string | undefined => /.{0,40}c[a4]nary.{0,40}/i.exec(text)?.[0];

/** This starts processes, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

describe('21. secrets and addresses', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-canaries-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('do not stand in what a crash leaves: not in its words, its stack, its cause or its fields', async () => {
    const server = new PosthornProcess(
      { ...SECRETS, LOG_LEVEL: 'trace', NODE_OPTIONS: `--import=${SABOTEUR}` },
      folder,
    );
    await server.url();
    expect(await server.stop('SIGUSR2')).toBe(1);
    expect(server.stdout).toMatch(/"event":"process\.crashed".*"message":"no mail for .*"stack":".*"cause":/);
    expect(canaryIn(server.stdout + server.stderr)).toBeUndefined();
  });

  it('do not stand in what the doctor says about the configuration, as text or as JSON', async () => {
    for (const args of [['doctor'], ['--json', 'doctor']]) {
      const env = { PATH: process.env['PATH'] ?? '', ...SECRETS, POSTHORN_URL: 'http://127.0.0.1:9' };
      const doctor = spawn(process.execPath, [CLI, ...args], { cwd: folder, env });
      let said = '';
      for (const stream of [doctor.stdout, doctor.stderr])
        stream.on('data', (text: Buffer) => (said += text.toString()));
      await once(doctor, 'close');
      expect(said).toMatch(/resend/);
      expect(canaryIn(said)).toBeUndefined();
    }
  });
});
