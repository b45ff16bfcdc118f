import { Get, Inject, Param, Query } from '@nestjs/common';
import type { DeliveryId } from '#domain/delivery/model/delivery.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { emailAddress } from '#domain/kernel/email-address.js';
import { notFound } from '#domain/kernel/refusal.js';
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

  constructor(@Inject(Deliveries) deliveries: Deliveries, @Inject(ProviderReports) reports: ProviderReports) {
    this.#deliveries = deliveries;
    this.#reports = reports;
  }

  /** Messages to recipients, in the order in which they were accepted from whatever ordered them. */
  @Get()
  @Scopes('deliveries:read')
  async list(@Caller() caller: Caller, @Query() query: DeliveriesQuery): Promise<DeliveryListView> {
    const page = await this.#deliveries.page(
      caller.workspaceId,
      wanted(query),
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

function wanted({ campaignId, status, email }: DeliveriesQuery): DeliveryQuery {
  return {
    ...(campaignId !== undefined && { dispatchId: campaignId as DispatchId }),
    ...(status !== undefined && { status }),
    ...(email !== undefined && { address: emailAddress(email, 'email') }),
  };
}
