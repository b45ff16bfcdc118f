import { expect, it } from '@jest/globals';
import { MemoryWebhookDeliveries } from '#adapters/memory/webhooks/memory-webhook-deliveries.js';
import { MemoryWebhookEndpoints } from '#adapters/memory/webhooks/memory-webhook-endpoints.js';
import { MemoryWebhooks } from '#adapters/memory/webhooks/memory-webhooks.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { acme, anEndpoint, START } from '#ports/webhooks/testing/webhook-stores.js';
import { PublishWebhooks } from './publish-webhooks.js';

it('what nobody wants costs no write, and what somebody wants is written at once', async () => {
  const memory = new MemoryWebhooks();
  const deliveries = new MemoryWebhookDeliveries(memory);
  const enqueue = deliveries.enqueue.bind(deliveries);
  let writes = 0;
  deliveries.enqueue = (message, now) => {
    writes += 1;
    return enqueue(message, now);
  };
  const publish = new PublishWebhooks(deliveries, new DrivenClock(START));
  const event = { id: 'evt_1', type: 'message.delivered', at: START, data: {} };
  await publish.publish(acme, event);
  await new MemoryWebhookEndpoints(memory).insert(anEndpoint('a', { events: ['message.bounced'] }));
  await publish.publish(acme, event);
  expect(writes).toBe(0);
  await publish.publish(acme, { ...event, type: 'message.bounced' });
  expect([writes, memory.deliveries.size]).toEqual([1, 1]);
});
