import { GetAccountCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJournal } from './kit/journal.js';
import { RemoteFake } from './kit/remote.js';
import type { Announced } from './serve.js';
import { spawnFakes, type SpawnedFakes } from './spawn.js';

describe('the fakes in a process of their own', () => {
  let folder: string;
  let spawned: SpawnedFakes | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'serve-'));
  });

  afterEach(async () => {
    await spawned?.stop('SIGKILL');
    spawned = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  function send({ url, credentials }: Announced, to: string, key?: string): Promise<Response> {
    return fetch(`${url}/emails`, {
      method: 'POST',
      headers: { authorization: `Bearer ${credentials['apiKey']}`, ...(key && { 'idempotency-key': key }) },
      body: JSON.stringify({ from: 'us@example.com', to, subject: 'Hi', text: 'Hello' }),
    });
  }

  it('serve all vendors, say where in one line and in a file, and end on SIGTERM', async () => {
    const file = join(folder, 'ports.json');
    spawned = await spawnFakes(['--journal', folder, '--port-file', file]);
    const { ses, resend, sendgrid, smtp } = spawned.fakes;
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: spawned.pid, ses, resend, sendgrid, smtp });
    expect(smtp?.url).toMatch(/^smtp:\/\/127\.0\.0\.1:\d+$/);
    for (const fake of [ses, resend, sendgrid, smtp]) {
      expect(await new RemoteFake(fake?.adminUrl ?? '').stats()).toMatchObject({ requests: 0 });
    }
    const { accessKeyId = '', secretAccessKey = '' } = ses?.credentials ?? {};
    const client = new SESv2Client({
      endpoint: ses?.url ?? '',
      region: 'eu-central-1',
      credentials: { accessKeyId, secretAccessKey },
    });
    expect((await client.send(new GetAccountCommand({}))).SendingEnabled).toBe(true);
    client.destroy();
    expect(await spawned.stop()).toBe(0);
  });

  it('end with the process that started them', async () => {
    spawned = await spawnFakes(['--resend', '--journal', folder]);
    expect(await spawned.orphan()).toBe(0);
  });

  it('have every answered acceptance in the journal after a kill -9 in full flight', async () => {
    spawned = await spawnFakes(['--resend', '--resend-rate', 'off', '--journal', folder]);
    const resend = spawned.fakes.resend as Announced;
    const heard: string[] = [];
    let sent = 0;
    const sender = async (): Promise<void> => {
      for (;;) {
        sent += 1;
        const response = await send(resend, `u${sent}@example.com`);
        heard.push(((await response.json()) as { id: string }).id);
        if (heard.length === 300) await spawned?.stop('SIGKILL');
      }
    };
    await Promise.allSettled(Array.from({ length: 16 }, sender));
    const accepted = readJournal(resend.journalPath).filter(({ kind }) => kind === 'accepted');
    const written = new Set(accepted.map(({ messageId }) => messageId));
    expect(heard.length).toBeGreaterThanOrEqual(300);
    expect(heard.filter((id) => !written.has(id))).toEqual([]);
    expect(accepted.length).toBeLessThanOrEqual(sent);
  });

  it('come back on the same port and journal, and still know their idempotency keys', async () => {
    const args = ['--resend', '--resend-rate', 'off', '--journal', folder];
    spawned = await spawnFakes(args);
    const before = spawned.fakes.resend as Announced;
    const first = await (await send(before, 'ann@example.com', 'call-1')).json();
    await spawned.stop('SIGKILL');
    spawned = await spawnFakes([...args, '--resend-port', String(before.port)]);
    const after = spawned.fakes.resend as Announced;
    expect(after.port).toBe(before.port);
    expect(await (await send(after, 'ann@example.com', 'call-1')).json()).toEqual(first);
    expect(readJournal(after.journalPath).filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
  });

  it('can be given faults from the outside, and count only when told to', async () => {
    spawned = await spawnFakes(['--resend', '--mode', 'count']);
    const resend = spawned.fakes.resend as Announced;
    const remote = new RemoteFake(resend.adminUrl);
    await remote.setFaults([
      { match: { calls: [1, 1] }, effect: { kind: 'status', status: 429, retryAfter: 3 } },
    ]);
    const refused = await send(resend, 'ann@example.com');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3']);
    expect((await send(resend, 'ann@example.com')).status).toBe(200);
    expect(await remote.stats()).toMatchObject({
      requests: 2,
      accepted: 1,
      refused: 1,
      byStatus: { 200: 1, 429: 1 },
    });
  });
});
