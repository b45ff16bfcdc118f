import { Body, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { notFound } from '#domain/kernel/refusal.js';
import { ChangeWebhookEndpoint } from '#domain/webhooks/application/change-webhook-endpoint.js';
import { CreateWebhookEndpoint } from '#domain/webhooks/application/create-webhook-endpoint.js';
import type { WebhookEndpoint, WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { PageQuery } from '../kit/page.query.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes, Withheld } from '../kit/route.js';
import { ChangeWebhookEndpointBody, CreateWebhookEndpointBody } from './webhook-endpoint.body.js';
import type {
  SecretWebhookEndpointView,
  WebhookEndpointListView,
  WebhookEndpointView,
} from './webhook-endpoint.view.js';
import { endpointView, filterOf, secretView } from './webhook-views.js';

@RestController('v1/webhook-endpoints')
export class WebhookEndpointsController {
  readonly #create: CreateWebhookEndpoint;
  readonly #change: ChangeWebhookEndpoint;
  readonly #endpoints: WebhookEndpoints;

  constructor(
    create: CreateWebhookEndpoint,
    change: ChangeWebhookEndpoint,
    @Inject(WebhookEndpoints) endpoints: WebhookEndpoints,
  ) {
    this.#create = create;
    this.#change = change;
    this.#endpoints = endpoints;
  }

  /** Names a URL that is told of events from now on. The secret is in this answer and in no other. */
  @Post()
  @Scopes('webhooks:write')
  @Withheld('secret')
  async create(
    @Caller() { workspaceId }: Caller,
    @Body() { url, events }: CreateWebhookEndpointBody,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<SecretWebhookEndpointView> {
    const id = attempt.ids.next('whe') as string as WebhookEndpointId;
    const endpoint = await this.#create.create(workspaceId, id, { url, events: filterOf(events) });
    answer.location(`/v1/webhook-endpoints/${id}`);
    return secretView(endpoint);
  }

  /** All endpoints of the workspace, the oldest first. */
  @Get()
  @Scopes('webhooks:read')
  async list(@Caller() caller: Caller, @Query() query: PageQuery): Promise<WebhookEndpointListView> {
    const page = await this.#endpoints.page(caller.workspaceId, pageRequest(query, 'webhook-endpoints'));
    return pageView(page, 'webhook-endpoints', endpointView);
  }

  /** One endpoint, without its secret. */
  @Get(':id')
  @Scopes('webhooks:read')
  async find(@Caller() caller: Caller, @Param('id') id: string): Promise<WebhookEndpointView> {
    return endpointView(await this.#known(caller, id));
  }

  /** Changes where it leads, what it wants, or whether it is told at all. */
  @Patch(':id')
  @Scopes('webhooks:write')
  async change(
    @Caller() { workspaceId }: Caller,
    @Param('id') id: string,
    @Body() { url, events, status }: ChangeWebhookEndpointBody,
  ): Promise<WebhookEndpointView> {
    const filter = events == null ? undefined : filterOf(events);
    const change = { url: url ?? undefined, events: filter, status: status ?? undefined };
    return endpointView(await this.#change.change(workspaceId, id as WebhookEndpointId, change));
  }

  /** Removes it, and what was pending for it. */
  @Delete(':id')
  @Scopes('webhooks:write')
  @HttpCode(204)
  async remove(
    @Caller() { workspaceId }: Caller,
    @Param('id') id: string,
    @Attempt() { repeated }: Attempt,
  ): Promise<void> {
    const removed = await this.#endpoints.remove(workspaceId, id as WebhookEndpointId);
    if (!removed && !repeated) throw notFound('webhook endpoint');
  }

  /** Gives it a new secret, shown in this answer and in no other. The former one signs as well for 24 hours. */
  @Post(':id/rotate-secret')
  @Scopes('webhooks:write')
  @Withheld('secret')
  @HttpCode(200)
  async rotateSecret(
    @Caller() { workspaceId }: Caller,
    @Param('id') id: string,
  ): Promise<SecretWebhookEndpointView> {
    return secretView(await this.#change.rotateSecret(workspaceId, id as WebhookEndpointId));
  }

  async #known({ workspaceId }: Caller, id: string): Promise<WebhookEndpoint> {
    const endpoint = await this.#endpoints.find(workspaceId, id as WebhookEndpointId);
    if (!endpoint) throw notFound('webhook endpoint');
    return endpoint;
  }
}
