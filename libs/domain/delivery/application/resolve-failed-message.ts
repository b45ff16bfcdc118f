import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import { Deliveries } from '#ports/delivery/deliveries.js';
import { FailedMessages } from '#ports/delivery/failed-messages.js';
import { Clock } from '#ports/system/clock.js';
import type { Delivery, DeliveryId } from '../model/delivery.js';
import { refuseTransition } from './refuse-transition.js';

/** Declares one failed message failed for good. */
export class ResolveFailedMessage extends Command<Delivery> {
  readonly workspaceId: WorkspaceId;
  readonly id: string;
  /** Takes the place of the reason that it died of. */
  readonly reason: string;
  /** This request was begun before and never answered: what it was to do may be done. */
  readonly repeated: boolean;

  constructor(workspaceId: WorkspaceId, id: string, reason: string, repeated: boolean) {
    super();
    this.workspaceId = workspaceId;
    this.id = id;
    this.reason = reason;
    this.repeated = repeated;
  }
}

@CommandHandler(ResolveFailedMessage)
export class ResolveFailedMessageHandler implements ICommandHandler<ResolveFailedMessage> {
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
  async execute({ workspaceId, id, reason, repeated }: ResolveFailedMessage): Promise<Delivery> {
    const answer = await this.#failed.resolve(workspaceId, id as DeliveryId, reason, this.#clock.now());
    const delivery = await this.#deliveries.find(workspaceId, id as DeliveryId);
    if (answer === 'missing' || !delivery) throw notFound('failed message');
    const done = repeated && delivery.status === 'failed' && delivery.reason === reason;
    if (answer === 'not_dead' && !done) throw refuseTransition(delivery, 'failed');
    return delivery;
  }
}
