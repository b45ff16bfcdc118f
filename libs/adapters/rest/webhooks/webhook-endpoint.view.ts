import type { DisableReason } from '#domain/webhooks/model/webhook-endpoint.js';
import type { PageView } from '../kit/page.view.js';

/** Where a customer is told of events. */
export class WebhookEndpointView {
  /** `whe_…` */
  id!: string;
  url!: string;
  /** `["*"]` where it wants all of them. */
  events!: string[];
  status!: 'enabled' | 'disabled';
  /** `gone_410`: it answered 410. `failing`: nothing was answered for five days. `operator`: by this API. */
  disabledReason!: DisableReason | null;
  /** ISO 8601, UTC. */
  disabledAt!: string | null;
  /** The first failure after the last success; null while it answers. ISO 8601, UTC. */
  failingSince!: string | null;
  /** ISO 8601, UTC. */
  createdAt!: string;
}

export class SecretWebhookEndpointView extends WebhookEndpointView {
  /**
   * `whsec_…`, which signs what is posted (Standard Webhooks 1.0). Only here and only now. Null where the answer is a repeated
   * one (`Idempotency-Replayed: true`).
   */
  secret!: string | null;
}

export class WebhookEndpointListView {
  data!: WebhookEndpointView[];
  page!: PageView;
}

/** One post and what came of it. */
export class WebhookAttemptView {
  /** `wat_…` */
  id!: string;
  /** `evt_…`, the `webhook-id`. */
  messageId!: string;
  type!: string;
  /** From 1 to 10; a replay counts from 1 again. */
  number!: number;
  /** When it ended. ISO 8601, UTC. */
  at!: string;
  durationMs!: number;
  result!: 'succeeded' | 'failed';
  /** The status that was answered; null where none was. */
  status!: number | null;
  /** The first 1 KB of the body that was answered; null where none was. */
  response!: string | null;
  /** Why there was no answer; null where there was one. */
  error!: string | null;
}

export class WebhookAttemptListView {
  data!: WebhookAttemptView[];
  page!: PageView;
}

export class WebhookTestView {
  /** `evt_…`: ask for it in the endpoint's attempts. */
  messageId!: string;
}

export class WebhookReplayView {
  /** How many messages are being sent, those that were pending anyway included. */
  replayed!: number;
}
