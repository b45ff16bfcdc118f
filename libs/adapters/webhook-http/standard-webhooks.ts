import { createHmac } from 'node:crypto';
import type { WebhookPost } from '#ports/webhooks/webhook-transport.js';

const PREFIX = 'whsec_';

/** The headers of Standard Webhooks 1.0: https://www.standardwebhooks.com, "Signature scheme", symmetric (v1). */
export function signedHeaders({ id, at, body, keys }: WebhookPost): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const content = `${id}.${timestamp}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys.map((key) => `v1,${signatureOf(content, key)}`).join(' '),
  };
}

function signatureOf(content: string, key: string): string {
  const bytes = Buffer.from(key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key, 'base64');
  return createHmac('sha256', bytes).update(content).digest('base64');
}
