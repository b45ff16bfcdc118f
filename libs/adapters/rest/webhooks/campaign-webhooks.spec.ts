import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import type { MemoryWebhookTransport } from '#adapters/memory/webhooks/memory-webhook-transport.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { ProviderReports } from '#ports/delivery/provider-reports.js';
import { WebhookTransport } from '#ports/webhooks/webhook-transport.js';

const KEY = 'owner-key-of-the-test-server';
const START = Date.UTC(2026, 0, 1);

describe('a campaign of a whole server', () => {
  let clock: DrivenClock;
  let server: RunningServer;
  beforeEach(async () => {
    clock = new DrivenClock(START);
    server = await startServer({
      config: await readServerConfig(
        { PORT: '0', POSTHORN_API_KEY: KEY, POSTHORN_TARGET: 'test' },
        '/nowhere',
      ),
      log: new MemoryLog(),
      onFatal: (error: Error) => {
        throw error;
      },
      openTarget: openTestTarget(clock),
    });
  });
  afterEach(() => server.stop());

  const ask = (method: 'get' | 'post', path: string, body?: object) =>
    request(server.url)[method](`/v1/${path}`).set('authorization', `Bearer ${KEY}`).send(body);
  const made = async (kind: string, body: object): Promise<string> =>
    ((await ask('post', kind, body).expect(201)).body as { id: string }).id;
  /** What has been posted so far, the bodies as they are. */
  const posted = () =>
    server.app
      .get<MemoryWebhookTransport>(WebhookTransport)
      .posts.map(({ body }) => JSON.parse(String(body)) as { type: string; data: Record<string, unknown> });

  const until = async (count: number): Promise<void> => {
    for (let turns = 0; turns < 200 && posted().length < count; turns++) await clock.advance(100);
  };

  it('tells its customer that it has finished, and what became of each message', async () => {
    await made('webhook-endpoints', {
      url: 'https://shop.example/hooks',
      events: ['campaign.finished', 'message.bounced'],
    });
    const listId = await made('lists', { name: 'All' });
    await made('subscribers', { email: 'ann@example.com', listIds: [listId] });
    const templateId = await made('templates', { name: 'T', subject: 'Hi', text: '{{unsubscribeUrl}}' });
    const audience = { listIds: [listId] };
    const id = await made('campaigns', { name: 'C', from: 'news@acme.example', templateId, audience });
    await ask('post', `campaigns/${id}/start`).expect(202);
    await until(1);
    expect(posted()).toMatchObject([
      { type: 'campaign.finished', data: { id, name: 'C', candidates: 1, accepted: 1, failed: 0 } },
    ]);

    const { body } = await ask('get', `deliveries?campaignId=${id}`).expect(200);
    const [{ id: deliveryId }] = body.data as [{ id: string }];
    const about = { provider: 'resend', deliveryId, at: clock.now() };
    const events = [
      { ...about, key: 'a', kind: 'delivered' },
      { ...about, key: 'b', kind: 'bounced', permanent: true, reason: '550 gone' },
    ] as const;
    // Told twice, as providers do.
    for (let times = 0; times < 2; times++)
      await server.app.get<ProviderReports>(ProviderReports).apply(events, () => 'email', clock.now());
    await until(2);
    // Whatever else came of the same events would be there by now.
    await clock.advance(100);
    expect(posted().slice(1)).toEqual([
      {
        type: 'message.bounced',
        timestamp: expect.any(String),
        data: {
          id: deliveryId,
          campaignId: id,
          email: 'ann@example.com',
          status: 'bounced',
          permanent: true,
          reason: '550 gone',
        },
      },
    ]);
  });
});
