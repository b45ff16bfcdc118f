import { Body, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { SendAgain } from '#domain/webhooks/application/send-again.js';
import type { WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import type { WebhookMessageId } from '#domain/webhooks/model/webhook-message.js';
import { WebhookDeliveries } from '#ports/webhooks/webhook-deliveries.js';
import { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { PageQuery } from '../kit/page.query.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { ReplayWebhooksBody } from './webhook-endpoint.body.js';
import type { WebhookAttemptListView, WebhookReplayView, WebhookTestView } from './webhook-endpoint.view.js';
import { attemptView } from './webhook-views.js';

@RestController('v1/webhook-endpoints')
export class WebhookMessagesController {
  readonly #sendAgain: SendAgain;
  readonly #endpoints: WebhookEndpoints;
  readonly #deliveries: WebhookDeliveries;

  constructor(
    sendAgain: SendAgain,
    @Inject(WebhookEndpoints) endpoints: WebhookEndpoints,
    @Inject(WebhookDeliveries) deliveries: WebhookDeliveries,
  ) {
    this.#sendAgain = sendAgain;
    this.#endpoints = endpoints;
    this.#deliveries = deliveries;
  }

  /** What was posted to it in the last 30 days and what came of it, the newest first. */
  @Get(':id/attempts')
  @Scopes('webhooks:read')
  async attempts(
    @Caller() { workspaceId }: Caller,
    @Param('id') given: string,
    @Query() query: PageQuery,
  ): Promise<WebhookAttemptListView> {
    const id = given as WebhookEndpointId;
    if (!(await this.#endpoints.find(workspaceId, id))) throw notFound('webhook endpoint');
    // A cursor of one endpoint's log means nothing in another's.
    const list = `webhook-attempts ${id}`;
    const page = await this.#deliveries.attempts(workspaceId, id, pageRequest(query, list));
    return pageView(page, list, attemptView);
  }

  /** Sends it a message of type `webhook.test`, whatever events it wants. 409 while it is disabled. */
  @Post(':id/test')
  @Scopes('webhooks:write')
  @HttpCode(202)
  async test(
    @Caller() { workspaceId }: Caller,
    @Param('id') id: string,
    @Attempt() attempt: Attempt,
  ): Promise<WebhookTestView> {
    const messageId = attempt.ids.next('evt');
    await this.#sendAgain.test(workspaceId, id as WebhookEndpointId, messageId);
    return { messageId };
  }

  /**
   * Sends one message again, or all since a time, each with the id and the bytes that it had. A receiver that keeps the ids it
   * has seen takes no harm from it. 409 while the endpoint is disabled.
   */
  @Post(':id/replay')
  @Scopes('webhooks:write')
  @HttpCode(202)
  async replay(
    @Caller() { workspaceId }: Caller,
    @Param('id') given: string,
    @Body() { messageId, since }: ReplayWebhooksBody,
  ): Promise<WebhookReplayView> {
    const id = given as WebhookEndpointId;
    if ((messageId == null) === (since == null)) throw wrong('', 'Give either messageId or since.');
    if (messageId != null) {
      await this.#sendAgain.one(workspaceId, id, messageId as WebhookMessageId);
      return { replayed: 1 };
    }
    const at = Date.parse(since ?? '');
    if (Number.isNaN(at)) throw wrong('/since', 'There is no such time.');
    return { replayed: await this.#sendAgain.since(workspaceId, id, at) };
  }
}

function wrong(pointer: string, detail: string): Refusal {
  return new Refusal('validation_failed', detail, { faults: [{ pointer, code: 'wrong_format', detail }] });
}
