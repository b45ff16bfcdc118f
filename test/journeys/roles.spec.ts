import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { check } from '#test/faults/checker.js';
import { type WireItem, writeLedgerFile } from '#test/faults/ledger-of-table.js';
import { describeWhen } from '#test/support/system-packages.js';
import { until } from '#test/support/until.js';
import { Installation } from './installation.js';

/** Seven processes are started, on a machine that may be busy with others. */
jest.setTimeout(240_000);

const PEOPLE = 250;
/** Recipients of one call to SES. */
const CALL = 50;
const WORKERS = ['worker-1', 'worker-2'] as const;

describeWhen('nginx', 'Roles in processes of their own, behind nginx', (nginx) => {
  describeWhen('redis-server', 'over one cloud and one Redis', (redis) => {
    let installation: Installation;
    beforeAll(async () => {
      installation = await Installation.start({ nginx, redis });
    });
    afterAll(() => installation.close());

    it('lose nobody of a campaign when a worker is killed in a call, and list those as unknown', async () => {
      const { api, ses, cloud, folder } = installation;
      // Of each worker the second call is taken, and never answered.
      for (const fake of Object.values(ses))
        fake.setFaults([{ match: { calls: [2, 2] }, effect: { kind: 'hang', accepted: true } }]);
      const addresses = Array.from({ length: PEOPLE }, (_, i) => `p${i}@s${i % 7}.example`);
      const campaignId = await startCampaign(installation, addresses);

      const victim = await until(() => WORKERS.find((name) => ses[name].stats().hung > 0));
      await installation.node(victim).stop('SIGKILL');
      const survivor = victim === 'worker-1' ? 'worker-2' : 'worker-1';
      ses[survivor].setFaults([]);
      ses[survivor].release();

      const stats = await api.until(
        `/v1/campaigns/${campaignId}/stats`,
        ({ status }) => status === 'finished',
      );
      await installation.run(victim);
      const file = join(folder, 'campaign.checked');
      writeLedgerFile((await cloud.dynamo.scan('posthorn')) as readonly WireItem[], file);
      const complaints = check(
        file,
        Object.values(ses).flatMap((fake) => fake.journal()),
        {
          campaignId,
          addresses,
          suppressed: new Map(),
          pauses: [],
          maxAttempts: 3,
          maxUnknown: CALL,
        },
      );
      expect(complaints).toEqual([]);
      expect(stats).toMatchObject({ accepted: PEOPLE - CALL, unknown: CALL });
      expect(ses[survivor].stats().accepted).toBeGreaterThan(0);
    });
  });
});

async function startCampaign({ api }: Installation, addresses: readonly string[]): Promise<string> {
  const list = await api.post('/v1/lists', { name: 'everybody' });
  const csv = `email,name\n${addresses.map((address, i) => `${address},N${i}\n`).join('')}`;
  const { id } = await api.post(`/v1/subscribers/import?listId=${String(list['id'])}`, csv);
  await api.until(`/v1/imports/${String(id)}`, ({ status }) => status === 'finished');
  const template = await api.post('/v1/templates', {
    name: 'news',
    channel: 'email',
    subject: 'News for {{name}}',
    html: '<p>Dear {{name}}, <a href="{{unsubscribeUrl}}">leave</a></p>',
  });
  const campaign = await api.post('/v1/campaigns', {
    name: 'news',
    from: 'News <news@example.com>',
    templateId: template['id'],
    audience: { listIds: [list['id']] },
  });
  await api.post(`/v1/campaigns/${String(campaign['id'])}/start`);
  return String(campaign['id']);
}
