import { Get, Inject, Param, Query } from '@nestjs/common';
import type { DeliveryId } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { emailAddress } from '#domain/kernel/email-address.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { Channels } from '#ports/delivery/channels.js';
import { Deliveries, type DeliveryQuery } from '#ports/delivery/deliveries.js';
import { ProviderReports } from '#ports/delivery/provider-reports.js';
import { Caller } from '../kit/caller.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { deliveryDetailsView, deliveryView } from './delivery-views.js';
import { DeliveriesQuery } from './delivery.query.js';
import type { DeliveryDetailsView, DeliveryListView } from './delivery.view.js';

@RestController('v1/deliveries')
export class DeliveriesController {
  readonly #deliveries: Deliveries;
  readonly #reports: ProviderReports;
  readonly #channels: Channels;

  constructor(
    @Inject(Deliveries) deliveries: Deliveries,
    @Inject(ProviderReports) reports: ProviderReports,
    @Inject(Channels) channels: Channels,
  ) {
    this.#deliveries = deliveries;
    this.#reports = reports;
    this.#channels = channels;
  }

  /** Messages to recipients, in the order in which they were accepted from whatever ordered them. */
  @Get()
  @Scopes('deliveries:read')
  async list(@Caller() caller: Caller, @Query() query: DeliveriesQuery): Promise<DeliveryListView> {
    const page = await this.#deliveries.page(
      caller.workspaceId,
      wanted(query, this.#channels),
      pageRequest(query, 'deliveries'),
    );
    return pageView(page, 'deliveries', deliveryView);
  }

  /** One message, with every provider call it was part of and everything its provider told of it since. */
  @Get(':id')
  @Scopes('deliveries:read')
  async read(@Caller() caller: Caller, @Param('id') id: string): Promise<DeliveryDetailsView> {
    const delivery = await this.#deliveries.find(caller.workspaceId, id as DeliveryId);
    if (!delivery) throw notFound('delivery');
    return deliveryDetailsView(delivery, await this.#reports.eventsOf(caller.workspaceId, delivery.id));
  }
}

function wanted({ campaignId, status, email, address }: DeliveriesQuery, channels: Channels): DeliveryQuery {
  if (email !== undefined && address !== undefined)
    throw refusal('validation_failed', 'Ask for email or for address, not for both.');
  return {
    ...(campaignId !== undefined && { dispatchId: campaignId as DispatchId }),
    ...(status !== undefined && { status }),
    ...(email !== undefined && { address: emailAddress(email, 'email') }),
    ...(address !== undefined && { address: normalised(address, channels) }),
  };
}

/** The normal form of the first channel that takes it: a number has the same on all channels that have numbers. */
function normalised(address: string, channels: Channels): string {
  for (const channel of channels.all()) {
    const normal = channel.normalise(address);
    if (normal !== undefined) return normal;
  }
  throw refusal('invalid_address', 'Not an address of any channel.');
}

function refusal(code: 'validation_failed' | 'invalid_address', detail: string): Refusal {
  return new Refusal(code, detail, { faults: [{ pointer: 'address', code, detail }] });
}
