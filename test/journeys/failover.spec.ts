import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readJournal } from '#test/fakes/kit/journal.js';
import { RESEND_KEY, startFakeResend } from '#test/fakes/resend/fake-resend.js';
import { SES_CREDENTIALS, startFakeSes } from '#test/fakes/ses/fake-ses.js';
import { check } from '#test/faults/checker.js';
import { Driver } from '#test/faults/driver.js';
import { VICTIM_KEY } from '#test/faults/victim-process.js';

const PEOPLE = 50_000;
const CALL = 50;
const IN_FLIGHT = 8;
/** Calls that are never answered. */
const SILENT = 4;

describe('SES throttling, down, silent and back, in the middle of 50,000 messages', () => {
  it('loses nobody, doubles nobody unlisted, moves to Resend within seconds and comes back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-failover-'));
    const ses = await startFakeSes({ journal: join(folder, 'ses.jsonl') });
    const resend = await startFakeResend({ journal: join(folder, 'resend.jsonl'), requestsPerSecond: 'off' });
    // By calls: the same calls meet the same troubles, however fast the machine is.
    ses.setFaults([
      {
        effect: {
          kind: 'phases',
          steps: [
            { forCalls: 100, effect: { kind: 'healthy' } },
            { forCalls: 4, effect: { kind: 'status', status: 429, retryAfter: 1 } },
            { forCalls: 12, effect: { kind: 'status', status: 503 } },
            { forCalls: SILENT, effect: { kind: 'hang' } },
            { effect: { kind: 'healthy' } },
          ],
        },
      },
    ]);
    const config = join(folder, 'posthorn.config.json');
    // Long enough for a healthy call on a machine that is busy with other things.
    const usage = { timeoutMs: 2_500, maxInFlight: IN_FLIGHT, breaker: { openMs: 200, maxOpenMs: 400 } };
    writeFileSync(config, JSON.stringify({ email: { ses: usage, resend: { ...usage, ratePerSecond: 15 } } }));
    const driver = new Driver(() => ({
      PORT: '0',
      POSTHORN_API_KEY: VICTIM_KEY,
      POSTHORN_DATA_DIR: join(folder, 'data'),
      POSTHORN_CONFIG: config,
      EMAIL_PROVIDERS: 'ses,resend',
      SES_REGION: 'eu-west-1',
      SES_ENDPOINT: ses.url,
      AWS_ACCESS_KEY_ID: SES_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: SES_CREDENTIALS.secretAccessKey,
      RESEND_API_KEY: RESEND_KEY,
      RESEND_BASE_URL: resend.url,
    }));
    try {
      const addresses = Array.from({ length: PEOPLE }, (_, i) => `p${i}@example.com`);
      const list = await driver.request('POST', '/v1/lists', { name: 'all' });
      const csv = `email,name\n${addresses.map((address, i) => `${address},N${i}\n`).join('')}`;
      const { id } = await driver.request('POST', `/v1/subscribers/import?listId=${String(list['id'])}`, csv);
      await driver.until(`/v1/imports/${String(id)}`, ({ status }) => status === 'finished');
      const template = await driver.request('POST', '/v1/templates', {
        name: 'failover',
        channel: 'email',
        subject: 'Hello {{name}}',
        html: '<p>Hello {{name}}, <a href="{{unsubscribeUrl}}">leave</a></p>',
      });
      const campaign = await driver.request('POST', '/v1/campaigns', {
        name: 'failover',
        from: 'news@example.com',
        templateId: template['id'],
        audience: { listIds: [list['id']] },
      });
      const campaignId = String(campaign['id']);
      await driver.request('POST', `/v1/campaigns/${campaignId}/start`);
      const stats = await driver.until(
        `/v1/campaigns/${campaignId}/stats`,
        ({ status }) => status === 'finished',
      );
      await driver.stop();

      const journal = [...readJournal(ses.journalPath), ...readJournal(resend.journalPath)];
      const complaints = check(join(folder, 'data', 'posthorn.db'), journal, {
        campaignId,
        addresses,
        suppressed: new Map(),
        pauses: [],
        maxAttempts: 8,
        // Every call that hung, and no more.
        maxUnknown: SILENT * CALL,
      });
      expect(complaints).toEqual([]);
      expect(Number(stats['accepted']) + Number(stats['unknown'])).toBe(PEOPLE);

      const requests = journal.filter(({ kind }) => kind === 'request');
      const tried = requests.reduce((sum, { recipients }) => sum + (recipients ?? 0), 0);
      expect(tried / PEOPLE).toBeLessThanOrEqual(1.1);

      const sesRequests = requests.filter(({ provider }) => provider === 'ses');
      const trouble = sesRequests[100]?.at ?? NaN;
      const firstElsewhere =
        journal.find(({ provider, kind }) => provider === 'resend' && kind === 'accepted')?.at ?? NaN;
      expect(firstElsewhere - trouble).toBeLessThan(5_000);
      const last =
        journal.filter(({ provider, kind }) => provider === 'ses' && kind === 'accepted').at(-1)?.at ?? NaN;
      expect(last).toBeGreaterThan(sesRequests[116 + SILENT]?.at ?? NaN);
    } finally {
      await driver.stop();
      await Promise.all([ses.close(), resend.close()]);
      rmSync(folder, { recursive: true, force: true });
    }
  }, 180_000);
});
