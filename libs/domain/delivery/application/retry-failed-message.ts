import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import { Deliveries } from '#ports/delivery/deliveries.js';
import { FailedMessages } from '#ports/delivery/failed-messages.js';
import { Clock } from '#ports/system/clock.js';
import type { Delivery, DeliveryId } from '../model/delivery.js';
import { refuseTransition } from './refuse-transition.js';

/** Puts one failed message back on its lane, with fresh attempts and a fresh day to find a provider. */
export class RetryFailedMessage extends Command<Delivery> {
  readonly workspaceId: WorkspaceId;
  readonly id: string;
  /** This request was begun before and never answered: what it was to do may be done. */
  readonly repeated: boolean;

  constructor(workspaceId: WorkspaceId, id: string, repeated: boolean) {
    super();
    this.workspaceId = workspaceId;
    this.id = id;
    this.repeated = repeated;
  }
}

@CommandHandler(RetryFailedMessage)
export class RetryFailedMessageHandler implements ICommandHandler<RetryFailedMessage> {
  readonly #failed: FailedMessages;
  readonly #deliveries: Deliveries;
  readonly #clock: Clock;

  constructor(
    @Inject(FailedMessages) failed: FailedMessages,
    @Inject(Deliveries) deliveries: Deliveries,
    @Inject(Clock) clock: Clock,
  ) {
    this.#failed = failed;
    this.#deliveries = deliveries;
    this.#clock = clock;
  }

  /** @throws Refusal `not_found` | `invalid_transition` */
  async execute({ workspaceId, id, repeated }: RetryFailedMessage): Promise<Delivery> {
    const answer = await this.#failed.retryOne(workspaceId, id as DeliveryId, this.#clock.now());
    const delivery = await this.#deliveries.find(workspaceId, id as DeliveryId);
    if (answer === 'missing' || !delivery) throw notFound('failed message');
    // Whatever became of it since: the earlier attempt of this request took it from among the dead.
    const done = repeated && delivery.status !== 'dead';
    if (answer === 'not_dead' && !done) throw refuseTransition(delivery, 'pending');
    return delivery;
  }
}
