import { Global, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Dispatches } from '#ports/delivery/dispatches.js';
import { Ledger } from '#ports/delivery/ledger.js';
import { RecipientLinks } from '#ports/delivery/recipient-links.js';
import { Suppressions } from '#ports/delivery/suppressions.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { AddSuppressionHandler } from './application/add-suppression.js';
import { DeliveryService } from './application/delivery-service.js';
import { RemoveSuppressionHandler } from './application/remove-suppression.js';
import { ResolveFailedMessageHandler } from './application/resolve-failed-message.js';
import { RetryFailedMessageHandler } from './application/retry-failed-message.js';
import { RetryFailedMessagesHandler } from './application/retry-failed-messages.js';
import { DeliveryFacade } from './delivery.facade.js';

/**
 * What is asked of the backbone; the sending itself is done by workers that know no framework. Global, so that the
 * contexts which order deliveries name the facade alone.
 *
 * Needs from the composition root: Dispatches, Ledger, Suppressions, Deliveries, FailedMessages, RecipientLinks,
 * Clock and Ids.
 */
@Global()
@Module({
  imports: [CqrsModule],
  providers: [
    AddSuppressionHandler,
    RemoveSuppressionHandler,
    ResolveFailedMessageHandler,
    RetryFailedMessageHandler,
    RetryFailedMessagesHandler,
    {
      provide: DeliveryFacade,
      inject: [Dispatches, Ledger, Suppressions, RecipientLinks, Clock, Ids],
      useFactory: (...ports: ConstructorParameters<typeof DeliveryService>): DeliveryFacade =>
        new DeliveryService(...ports),
    },
  ],
  exports: [CqrsModule, DeliveryFacade],
})
export class DeliveryModule {}
