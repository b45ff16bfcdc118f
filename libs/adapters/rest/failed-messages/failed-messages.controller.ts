import { Body, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ResolveFailedMessage } from '#domain/delivery/application/resolve-failed-message.js';
import { RetryFailedMessage } from '#domain/delivery/application/retry-failed-message.js';
import { RetryFailedMessages } from '#domain/delivery/application/retry-failed-messages.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { FailedMessages, type FailedQuery } from '#ports/delivery/failed-messages.js';
import { deliveryView } from '../deliveries/delivery-views.js';
import type { DeliveryListView, DeliveryView } from '../deliveries/delivery.view.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { type FailedMessagesFilter, ResolveBody, RetryManyBody } from './failed-message.body.js';
import { FailedMessagesQuery } from './failed-message.query.js';
import type { FailedMessagesStatsView, RetriedView } from './failed-message.view.js';

@RestController('v1/failed-messages')
export class FailedMessagesController {
  readonly #commands: CommandBus;
  readonly #failed: FailedMessages;

  constructor(commands: CommandBus, @Inject(FailedMessages) failed: FailedMessages) {
    this.#commands = commands;
    this.#failed = failed;
  }

  /** The dead letters: messages whose attempts or time were used up, waiting for a decision. */
  @Get()
  @Scopes('deliveries:read')
  async list(@Caller() caller: Caller, @Query() query: FailedMessagesQuery): Promise<DeliveryListView> {
    const page = await this.#failed.page(
      caller.workspaceId,
      queryOf(query),
      pageRequest(query, 'failed-messages'),
    );
    return pageView(page, 'failed-messages', deliveryView);
  }

  /** How many there are, by reason, provider, domain, campaign and hour. */
  @Get('stats')
  @Scopes('deliveries:read')
  async stats(@Caller() caller: Caller): Promise<FailedMessagesStatsView> {
    const { byDispatch, ...stats } = await this.#failed.stats(caller.workspaceId);
    return { ...stats, byCampaign: byDispatch };
  }

  /** Puts all that match back on their lanes, with fresh attempts. */
  @Post('retry')
  @Scopes('deliveries:write')
  @HttpCode(202)
  async retryMany(@Caller() caller: Caller, @Body() body: RetryManyBody): Promise<RetriedView> {
    const query = queryOf(body.filter);
    return { retried: await this.#commands.execute(new RetryFailedMessages(caller.workspaceId, query)) };
  }

  /** Puts one back on its lane, with fresh attempts. 409 `invalid_transition` if it is not a dead one (any more). */
  @Post(':id/retry')
  @Scopes('deliveries:write')
  @HttpCode(202)
  async retry(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @Attempt() { repeated }: Attempt,
    @Answer() answer: Answer,
  ): Promise<DeliveryView> {
    const delivery = await this.#commands.execute(new RetryFailedMessage(caller.workspaceId, id, repeated));
    answer.location(`/v1/deliveries/${delivery.id}`);
    return deliveryView(delivery);
  }

  /** Declares one failed for good. 409 `invalid_transition` if it is not a dead one (any more). */
  @Post(':id/resolve')
  @Scopes('deliveries:write')
  @HttpCode(200)
  async resolve(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @Body() { reason }: ResolveBody,
    @Attempt() { repeated }: Attempt,
  ): Promise<DeliveryView> {
    const { workspaceId } = caller;
    return deliveryView(
      await this.#commands.execute(new ResolveFailedMessage(workspaceId, id, reason, repeated)),
    );
  }
}

function queryOf({ reason, provider, lane, campaignId }: FailedMessagesFilter): FailedQuery {
  return {
    ...(reason !== undefined && { reason }),
    ...(provider !== undefined && { provider }),
    ...(lane !== undefined && { lane }),
    ...(campaignId !== undefined && { dispatchId: campaignId as DispatchId }),
  };
}
