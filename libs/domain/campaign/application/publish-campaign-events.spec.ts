import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryWebhookDeliveries } from '#adapters/memory/webhooks/memory-webhook-deliveries.js';
import { MemoryWebhookEndpoints } from '#adapters/memory/webhooks/memory-webhook-endpoints.js';
import { MemoryWebhooks } from '#adapters/memory/webhooks/memory-webhooks.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import type { EventOf } from '#domain/events/relay-events.js';
import { PublishWebhooks } from '#domain/webhooks/application/publish-webhooks.js';
import type { WebhookMessage } from '#domain/webhooks/model/webhook-message.js';
import type { Campaign } from '#domain/campaign/model/campaign.js';
import { aCampaign, acme, START } from '#ports/campaign/testing/campaign-stores.js';
import { aDispatch } from '#ports/delivery/testing/delivery-stores.js';
import { anEndpoint } from '#ports/webhooks/testing/webhook-stores.js';
import { Storage } from '../testing/campaign-under-test.js';
import { AccountForCampaign } from './campaign-account.js';
import { dispatchIdOf } from './campaign-dispatch.js';
import { PublishCampaignEvents } from './publish-campaign-events.js';

describe('what customers are told of a campaign', () => {
  let storage: Storage;
  let webhooks: MemoryWebhooks;
  let written: WebhookMessage[];
  let publish: PublishCampaignEvents;
  let campaign: Campaign;
  beforeEach(async () => {
    storage = new Storage();
    webhooks = new MemoryWebhooks();
    written = [];
    const deliveries = new MemoryWebhookDeliveries(webhooks);
    const enqueue = deliveries.enqueue.bind(deliveries);
    Object.assign(deliveries, {
      enqueue: (message: WebhookMessage, now: number) => {
        written.push(message);
        return enqueue(message, now);
      },
    });
    const { dispatches } = storage.delivery;
    const nothing = (): Promise<never> => Promise.reject(new Error('Nothing but the account is asked for.'));
    const delivery = {
      stats: dispatches.stats.bind(dispatches),
      open: nothing,
      accept: nothing,
      openWhole: nothing,
      seal: nothing,
      control: nothing,
      suppressForMarketing: nothing,
    };
    publish = new PublishCampaignEvents(
      storage.campaigns,
      new AccountForCampaign(delivery, storage.audiences, storage.unsubscribes),
      new PublishWebhooks(deliveries, new DrivenClock(START)),
    );
    campaign = aCampaign();
    await storage.campaigns.insert(campaign);
    const dispatch = { ...aDispatch().build(), id: dispatchIdOf(campaign.id), workspaceId: acme };
    await dispatches.open(dispatch);
    await dispatches.seal(dispatch.id);
  });

  const wants = (...events: string[]) =>
    new MemoryWebhookEndpoints(webhooks).insert(
      anEndpoint('a', { workspaceId: acme, events: events.length === 0 ? '*' : events }),
    );
  const reported = (change: Partial<EventOf<'delivery.reported'>> = {}): EventOf<'delivery.reported'> => ({
    type: 'delivery.reported',
    workspaceId: acme,
    dispatchId: campaign.id,
    ordinal: 7,
    address: 'ann@example.com',
    kind: 'delivered',
    status: 'delivered',
    at: START,
    ...change,
  });
  const finished = (revision = 3): EventOf<'campaign.finished'> => ({
    type: 'campaign.finished',
    workspaceId: acme,
    campaignId: campaign.id,
    revision,
    at: START,
  });
  const told = (): unknown[] =>
    written.map(({ type, body }) => [type, (JSON.parse(body) as { data: unknown }).data]);

  it('is written for nobody where nobody wants it', async () => {
    await publish.reported(reported());
    await publish.finished(finished());
    await wants('message.bounced', 'notification.sent');
    await publish.reported(reported());
    await publish.finished(finished());
    expect(written).toEqual([]);
  });

  it('is what a provider told of a message, once each, however often it is told', async () => {
    await wants();
    const bounced = { kind: 'bounced', permanent: true, status: 'bounced', reason: '550 gone' } as const;
    for (const event of [reported(), reported(), reported(bounced), reported({ kind: 'opened' })]) {
      await publish.reported(event);
      await publish.reported(event);
    }
    const id = `dlv_${campaign.id.slice(4)}cmp0000007`;
    const about = { id, campaignId: campaign.id, email: 'ann@example.com' };
    expect(
      [...webhooks.messages.values()].map(({ id: its, type, body }) => [its, type, JSON.parse(body).data]),
    ).toEqual([
      [`evt_${id.slice(4)}delivered`, 'message.delivered', { ...about, status: 'delivered', reason: null }],
      [
        `evt_${id.slice(4)}bouncedforgood`,
        'message.bounced',
        { ...about, status: 'bounced', permanent: true, reason: '550 gone' },
      ],
      [`evt_${id.slice(4)}opened`, 'message.opened', { ...about, status: 'delivered', reason: null }],
    ]);
  });

  it('leaves notifications to those who tell of them', async () => {
    await wants();
    await publish.reported(reported({ dispatchId: 'nsm_01arz3ndektsv4rrffq69g5fav' }));
    await publish.reported(reported({ dispatchId: 'tst_01arz3ndektsv4rrffq69g5fav' }));
    expect(written).toEqual([]);
  });

  it('is that it has finished, with its account; again when it has finished again', async () => {
    await wants('campaign.finished');
    await publish.finished(finished());
    await publish.finished(finished());
    await publish.finished(finished(5));
    expect([...webhooks.messages.keys()]).toHaveLength(2);
    const [first] = told() as [string, Record<string, unknown>][];
    expect(first).toEqual([
      'campaign.finished',
      expect.objectContaining({ id: campaign.id, name: campaign.name, candidates: 0, failed: 0 }),
    ]);
  });

  it('is nothing of a campaign that is gone', async () => {
    await wants();
    await publish.finished({ ...finished(), campaignId: 'cmp_gone' });
    expect(written).toEqual([]);
  });
});
