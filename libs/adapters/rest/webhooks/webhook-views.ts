import { isSuccess } from '#domain/webhooks/model/post-outcome.js';
import type { EventFilter, WebhookEndpoint } from '#domain/webhooks/model/webhook-endpoint.js';
import type { WebhookAttempt } from '#domain/webhooks/model/webhook-message.js';
import type {
  SecretWebhookEndpointView,
  WebhookAttemptView,
  WebhookEndpointView,
} from './webhook-endpoint.view.js';

export function endpointView(endpoint: WebhookEndpoint): WebhookEndpointView {
  const { id, url, events, status, failingSince, createdAt } = endpoint;
  const off = status.is === 'disabled' ? status : undefined;
  return {
    id,
    url,
    events: events === '*' ? ['*'] : [...events],
    status: status.is,
    disabledReason: off?.reason ?? null,
    disabledAt: isoOrNull(off?.at),
    failingSince: isoOrNull(failingSince),
    createdAt: new Date(createdAt).toISOString(),
  };
}

/** With its newest secret: only for the answer that makes one. */
export function secretView(endpoint: WebhookEndpoint): SecretWebhookEndpointView {
  return { ...endpointView(endpoint), secret: endpoint.secrets[0]?.key ?? null };
}

export function attemptView({
  outcome,
  at,
  id,
  messageId,
  type,
  number,
  durationMs,
}: WebhookAttempt): WebhookAttemptView {
  const answered = outcome.kind === 'answered';
  return {
    id,
    messageId,
    type,
    number,
    at: new Date(at).toISOString(),
    durationMs,
    result: isSuccess(outcome) ? 'succeeded' : 'failed',
    status: answered ? outcome.status : null,
    response: answered ? outcome.body : null,
    error: answered ? null : outcome.reason,
  };
}

/** As it is asked for: a list, of which `*` swallows the rest. */
export function filterOf(events: readonly string[] | string | null | undefined): EventFilter {
  if (events == null || events.includes('*')) return '*';
  return typeof events === 'string' ? [events] : [...new Set(events)];
}

function isoOrNull(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
