import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Provider } from '@nestjs/common';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { CapturedMails, type CapturedMail } from '#ports/delivery/captured-mails.js';
import { readServerConfig } from '../config/server-config.js';
import { PublicUrl } from '../public-url.js';
import { type RunningServer, startServer } from '../start-server.js';
import { embedded } from './embedded.js';
import { openTestTarget } from './test.js';

const KEY = 'owner-key-of-the-test-target';
const HOUR_MS = 3_600_000;
type Json = Readonly<Record<string, unknown>>;

describe('the test target', () => {
  const setting = async (env: Record<string, string>) => ({
    config: await readServerConfig({ PORT: '0', POSTHORN_API_KEY: KEY, ...env }, '/nowhere'),
    log: new MemoryLog(),
    onFatal: (error: Error) => {
      throw error;
    },
  });

  it('answers every port that the embedded target answers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-targets-'));
    const publicUrl = new PublicUrl('http://127.0.0.1:3000');
    const whole = await embedded()({ ...(await setting({ POSTHORN_DATA_DIR: folder })), publicUrl });
    const inMemory = await openTestTarget()({ ...(await setting({ POSTHORN_TARGET: 'test' })), publicUrl });
    const tokens = (providers: readonly Provider[]): string[] =>
      providers.map((one) => ('provide' in one ? String(one.provide) : one.name)).sort();
    expect(tokens(inMemory.providers)).toEqual(tokens(whole.providers));
    expect(Object.keys(inMemory.duties ?? {})).toEqual(Object.keys(whole.duties ?? {}));
    await Promise.all([whole.close(), inMemory.close()]);
    await rm(folder, { recursive: true });
  });

  describe('as a server', () => {
    let clock: DrivenClock;
    let server: RunningServer;
    beforeEach(async () => {
      clock = new DrivenClock();
      const openTarget = openTestTarget(clock);
      server = await startServer({ ...(await setting({ POSTHORN_TARGET: 'test' })), openTarget });
    });
    afterEach(async () => {
      await server.stop();
      expect(clock.waiting).toBe(0);
    });

    const ask = async (method: string, path: string, body?: Json | string): Promise<Json> => {
      const type = typeof body === 'string' ? 'text/csv' : 'application/json';
      const answer = await fetch(server.url + path, {
        method,
        headers: { authorization: `Bearer ${KEY}`, ...(body !== undefined && { 'content-type': type }) },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text === '' ? {} : (JSON.parse(text) as Json);
    };
    /** Lets the server's time pass until it has come to this. */
    const until = async (path: string, status: string): Promise<Json> => {
      for (let turn = 0; turn < 200; turn++) {
        const answer = await ask('GET', path);
        if (answer['status'] === status) return answer;
        await clock.advance(100);
      }
      throw new Error(`${path} never became ${status}.`);
    };
    const mails = async (): Promise<CapturedMail[]> => {
      const kept = server.app.get<CapturedMails>(CapturedMails);
      const { data } = await kept.page({ limit: 100 });
      const found = await Promise.all(data.map(({ id }) => kept.find(id)));
      return found.filter((mail) => mail !== undefined);
    };
    /** People from a CSV, a template, and a draft that takes the one to the others. */
    const aCampaign = async (): Promise<string> => {
      const { id: list } = await ask('POST', '/v1/lists', { name: 'All' });
      const csv = 'email,name,seat\nann@example.com,"Ann ""A""",1\nbob@example.com,Bob,2\nnobody,,3\n';
      const { id: importId } = await ask('POST', `/v1/subscribers/import?listId=${String(list)}`, csv);
      const done = await until(`/v1/imports/${String(importId)}`, 'finished');
      expect(done).toMatchObject({ rows: 3, rejected: 1 });
      const { id: templateId } = await ask('POST', '/v1/templates', {
        name: 'Seats',
        subject: 'Seat {{attributes.seat}}',
        html: '<p>Hello {{name}}</p><a href="{{unsubscribeUrl}}">leave</a>',
      });
      const audience = { listIds: [list] };
      const draft = { name: 'Seats', from: 'Office <office@example.com>', templateId, audience };
      return `/v1/campaigns/${String((await ask('POST', '/v1/campaigns', draft))['id'])}`;
    };

    it('takes a campaign from a CSV to the outbox', async () => {
      const campaign = await aCampaign();
      await ask('POST', `${campaign}/start`);
      await until(campaign, 'finished');
      expect(await ask('GET', `${campaign}/stats`)).toMatchObject({
        candidates: 2,
        accepted: 2,
        pending: 0,
        byProvider: { capture: 2 },
      });
      const sent = (await mails()).sort((a, b) => a.to.localeCompare(b.to));
      expect(sent.map(({ to, subject }) => `${to}: ${subject}`)).toEqual([
        'ann@example.com: Seat 1',
        'bob@example.com: Seat 2',
      ]);
      expect(sent[0]?.html).toContain('Hello Ann &quot;A&quot;');
      expect(await (await fetch(`${server.url}/outbox`)).text()).toContain('Seat 2');
    });

    it('starts a scheduled campaign when its time has come, and takes nobody who left before', async () => {
      const first = await aCampaign();
      await ask('POST', `${first}/start`);
      await until(first, 'finished');
      const link = (await mails()).find(({ to }) => to === 'ann@example.com')?.headers['List-Unsubscribe'];
      const left = await fetch(link?.slice(1, -1) ?? '', {
        method: 'POST',
        body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
      });
      expect(left.status).toBe(200);

      const second = await aCampaign();
      const scheduleAt = new Date(clock.now() + HOUR_MS).toISOString();
      expect(await ask('POST', `${second}/schedule`, { scheduleAt })).toMatchObject({ status: 'scheduled' });
      await clock.advance(HOUR_MS - 1000);
      expect(await ask('GET', second)).toMatchObject({ status: 'scheduled' });
      await clock.advance(1000);
      await until(second, 'finished');
      expect(await ask('GET', `${second}/stats`)).toMatchObject({ accepted: 1, suppressed: 1 });
    });

    it('writes to somebody who has been away from the chat for five minutes', async () => {
      await ask('PUT', '/v1/users/ben', { email: 'ben@example.com' });
      const { id } = await ask('POST', '/v1/conversations?as=anna', { kind: 'direct', with: 'ben' });
      await ask('POST', `/v1/conversations/${String(id)}/messages?as=anna`, { text: 'Are you there?' });
      await clock.advance(5 * 60_000 - 1000);
      expect(await mails()).toEqual([]);
      for (let turn = 0; turn < 200 && (await mails()).length === 0; turn++) await clock.advance(5_000);
      expect(await mails()).toMatchObject([{ to: 'ben@example.com', subject: 'Unread in Posthorn: 1' }]);
      expect((await mails())[0]?.html).toContain('Are you there?');
    });

    it('shows its provider and its lanes', async () => {
      expect(await ask('GET', '/v1/providers')).toMatchObject(
        ['email', 'sms', 'whatsapp', 'push', 'inbox'].map((channel) => ({
          name: channel === 'inbox' ? 'inbox' : 'capture',
          channel,
          state: 'closed',
        })),
      );
      expect(await ask('GET', '/v1/lanes')).toMatchObject([{ depth: 0 }, { depth: 0 }, { depth: 0 }]);
    });
  });
});
