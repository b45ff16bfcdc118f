import { describeWebhookDeliveriesContract } from '#ports/webhooks/webhook-deliveries.contract.js';
import { describeWebhookEndpointsContract } from '#ports/webhooks/webhook-endpoints.contract.js';
import { describeWebhookTransportContract } from '#ports/webhooks/webhook-transport.contract.js';
import { MemoryWebhookDeliveries } from './memory-webhook-deliveries.js';
import { MemoryWebhookEndpoints } from './memory-webhook-endpoints.js';
import { MemoryWebhookTransport } from './memory-webhook-transport.js';
import { MemoryWebhooks } from './memory-webhooks.js';

const open = () => {
  const memory = new MemoryWebhooks();
  return Promise.resolve({
    endpoints: new MemoryWebhookEndpoints(memory),
    deliveries: new MemoryWebhookDeliveries(memory),
    close: () => Promise.resolve(),
  });
};
describeWebhookEndpointsContract('MemoryWebhookEndpoints', open);
describeWebhookDeliveriesContract('MemoryWebhookDeliveries', open);

describeWebhookTransportContract('MemoryWebhookTransport', () => {
  const transport = new MemoryWebhookTransport({ allowPrivate: true });
  return Promise.resolve({
    transport,
    url: 'http://127.0.0.1/hooks',
    answer: ({ status, body = '', headers }) => {
      const retryAfter = headers?.['retry-after'];
      transport.answer = () => ({ kind: 'answered', status, body, ...(retryAfter && { retryAfter }) });
    },
    get received() {
      return transport.posts.map(({ id, at, body }) => ({ id, at, body }));
    },
    close: () => Promise.resolve(),
  });
});
