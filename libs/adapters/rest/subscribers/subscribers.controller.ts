import { Body, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { emailAddress } from '#domain/kernel/email-address.js';
import { notFound } from '#domain/kernel/refusal.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import {
  checkAttributes,
  type Subscriber,
  type SubscriberFacts,
  type SubscriberId,
} from '#domain/campaign/model/subscriber.js';
import { Subscribers } from '#ports/campaign/subscribers.js';
import { Clock } from '#ports/system/clock.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { ChangeSubscriberBody, CreateSubscriberBody } from './subscriber.body.js';
import { SubscribersQuery } from './subscriber.query.js';
import type { SubscriberListView, SubscriberView } from './subscriber.view.js';

@RestController('v1/subscribers')
export class SubscribersController {
  readonly #subscribers: Subscribers;
  readonly #clock: Clock;

  constructor(@Inject(Subscribers) subscribers: Subscribers, @Inject(Clock) clock: Clock) {
    this.#subscribers = subscribers;
    this.#clock = clock;
  }

  /** Makes a subscriber, or merges into the one who has this address already, and adds them to the lists. */
  @Post()
  @Scopes('subscribers:write')
  async create(
    @Caller() { workspaceId }: Caller,
    @Body() body: CreateSubscriberBody,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<SubscriberView> {
    const { listIds = [], email, ...rest } = body;
    checkAttributes(rest.attributes);
    const facts = { ...withoutUndefined(rest), email: emailAddress(email, '/email') };
    const id = attempt.ids.next('sub') as string as SubscriberId;
    const [made] = await this.#subscribers.put(
      workspaceId,
      [{ id, facts }],
      listIds as ListId[],
      this.#clock.now(),
    );
    if (!made) throw notFound('subscriber');
    answer.location(`/v1/subscribers/${made.subscriber.id}`);
    return viewOf(made.subscriber);
  }

  /** In order of address. */
  @Get()
  @Scopes('subscribers:read')
  async list(
    @Caller() { workspaceId }: Caller,
    @Query() query: SubscribersQuery,
  ): Promise<SubscriberListView> {
    if (query.email !== undefined) {
      const one = await this.#subscribers.findByAddress(workspaceId, emailAddress(query.email, 'email'));
      return { data: one ? [viewOf(one)] : [], page: { next: null } };
    }
    const name = `subscribers ${query.listId ?? ''}`;
    const page = await this.#subscribers.page(
      workspaceId,
      query.listId as ListId | undefined,
      pageRequest(query, name),
    );
    return pageView(page, name, viewOf);
  }

  /** One subscriber. */
  @Get(':id')
  @Scopes('subscribers:read')
  async find(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<SubscriberView> {
    const subscriber = await this.#subscribers.find(workspaceId, id as SubscriberId);
    if (!subscriber) throw notFound('subscriber');
    return viewOf(subscriber);
  }

  /** Changes what is said and keeps the rest. The address cannot be changed: it is who they are. */
  @Patch(':id')
  @Scopes('subscribers:write')
  async change(
    @Caller() { workspaceId }: Caller,
    @Param('id') id: string,
    @Body() body: ChangeSubscriberBody,
  ): Promise<SubscriberView> {
    const known = await this.#subscribers.find(workspaceId, id as SubscriberId);
    if (!known) throw notFound('subscriber');
    const merged = Object.entries({ ...known.attributes, ...body.attributes }).filter(
      ([, value]) => value !== null,
    );
    const attributes = Object.fromEntries(merged);
    checkAttributes(attributes);
    const changed = { ...known, ...withoutUndefined(body), attributes, updatedAt: this.#clock.now() };
    if (!(await this.#subscribers.replace(changed))) throw notFound('subscriber');
    return viewOf(changed);
  }

  /**
   * Forgets the person and takes them off every list. Messages already handed to delivery still go out, and the
   * unsubscribe links of mails they have go on working: for those the id and the address are kept, and nothing else.
   */
  @Delete(':id')
  @Scopes('subscribers:write')
  @HttpCode(204)
  async remove(
    @Caller() { workspaceId }: Caller,
    @Param('id') id: string,
    @Attempt() attempt: Attempt,
  ): Promise<void> {
    const removed = await this.#subscribers.remove(workspaceId, id as SubscriberId);
    if (!removed && !attempt.repeated) throw notFound('subscriber');
  }
}

function withoutUndefined(facts: Omit<SubscriberFacts, 'email'>): Omit<SubscriberFacts, 'email'> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function viewOf(subscriber: Subscriber): SubscriberView {
  const {
    id,
    email,
    name = null,
    attributes,
    locale = null,
    timezone = null,
    createdAt,
    updatedAt,
  } = subscriber;
  return {
    id,
    email,
    name,
    attributes,
    locale,
    timezone,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}
