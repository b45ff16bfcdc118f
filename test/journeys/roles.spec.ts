import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { check } from '#test/faults/checker.js';
import { writeLedgerFile } from '#test/faults/ledger-of-table.js';
import { WebhookReceiver } from '#test/faults/webhook-receiver.js';
import type { WireItem } from '#test/faults/wire-item.js';
import { describeWhen } from '#test/support/system-packages.js';
import { until } from '#test/support/until.js';
import { Installation } from './installation.js';
import { Talk } from './talk.js';

/** Seven processes are started, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

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

    it('tell a worker by Redis of a code that was asked for', async () => {
      const heard: string[] = [];
      const ear = new Redis(installation.redis.url);
      try {
        ear.on('pmessage', (_pattern: string, channel: string) => heard.push(channel));
        await ear.psubscribe('posthorn:hint:*');
        expect(await listenersOf(installation.redis.url)).toBe(installation.names.length);
        await sendCode(installation, 'ada', '482913');
        await until(() => (textsTo(installation).some((text) => text.includes('482913')) ? true : undefined));
        // What makes a worker look before it would by itself.
        expect(heard).toContain('posthorn:hint:events');
      } finally {
        ear.disconnect();
      }
    });

    it('let people on two processes talk with one another, and miss nothing when one of these is killed', async () => {
      const talk = await Talk.open(installation, {
        'realtime-1': ['ann', 'ben'],
        'realtime-2': ['cleo', 'dan'],
      });
      await talk.everybodyHears('hello');
      // Not waited for: some are answered, some are on their way, and some have not left.
      talk.everybodySays('just before');
      await installation.node('realtime-1').stop('SIGKILL');
      talk.everybodySays('just after');
      await talk.everybodyHears('again');
      expect(talk.complaints()).toEqual([]);
      expect(talk.codesOf('ann')).not.toEqual([]);
      expect(talk.codesOf('ben')).not.toEqual([]);
      expect(talk.codesOf('cleo')).toEqual([]);
      await installation.run('realtime-1');
      talk.close();
    });

    it('lose nothing while each is stopped and started again, one after the other', async () => {
      const talk = await Talk.open(installation, { 'realtime-1': ['eve'], 'realtime-2': ['finn'] });
      const customer = await WebhookReceiver.start(new SeededRandomness(1), 0);
      const told = { url: customer.url, events: ['notification.sent'] };
      await installation.api.post('/v1/webhook-endpoints', told);
      const codes: string[] = [];
      const sent: string[] = [];
      let rolling = true;
      const load = (async () => {
        while (rolling) {
          const code = String(700_000 + codes.length);
          codes.push(code);
          talk.everybodySays(code);
          sent.push(await sendCode(installation, 'ada', code));
          await until(() => (textsTo(installation).some((text) => text.includes(code)) ? true : undefined));
        }
      })();
      const exits: (number | null)[] = [];
      for (const name of installation.names) {
        exits.push(await installation.node(name).stop('SIGTERM'));
        await installation.run(name);
      }
      rolling = false;
      await load;
      await talk.everybodyHears('the end');
      expect(exits).toEqual(installation.names.map(() => 0));
      expect(talk.complaints()).toEqual([]);
      expect(talk.codesOf('eve')).toContain('advised');
      expect(talk.codesOf('finn')).toContain('advised');
      const texts = textsTo(installation);
      const times = codes.map((code) => texts.filter((text) => text.includes(code)).length);
      expect(times).toEqual(codes.map(() => 1));
      // The customer is told of each, under one id however often it is posted.
      await until(() => (sent.every((id) => toldOf(customer).has(id)) ? true : undefined));
      expect([...toldOf(customer).values()]).toEqual(sent.map(() => 1));
      await customer.close();
      talk.close();
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

async function sendCode({ api }: Installation, userId: string, code: string): Promise<string> {
  await api.put(`/v1/users/${userId}`, { phone: '+447911123456' });
  const data = { code, validFor: '10 minutes', occurredAt: '2026-12-24T08:59:00Z', companyName: 'Acme' };
  const { id } = await api.post('/v1/notifications', { type: 'mfa_code', to: { userId }, data });
  return String(id);
}

/** How many events a customer was told of each notification. */
function toldOf({ received }: WebhookReceiver): ReadonlyMap<string, number> {
  const events = new Map(
    received.map(({ id, body }) => [id, (JSON.parse(body) as { data: { id: string } }).data.id]),
  );
  const times = new Map<string, number>();
  for (const id of events.values()) times.set(id, (times.get(id) ?? 0) + 1);
  return times;
}

function textsTo({ twilio }: Installation): readonly string[] {
  return twilio.mails().map(({ text = '' }) => text);
}

/** How many processes hear of new events. */
async function listenersOf(url: string): Promise<number> {
  const redis = new Redis(url);
  try {
    const [, count] = await redis.pubsub('NUMSUB', 'posthorn:hint:events');
    return Number(count);
  } finally {
    redis.disconnect();
  }
}
