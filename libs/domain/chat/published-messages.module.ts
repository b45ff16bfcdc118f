import { Module, type OnModuleInit } from '@nestjs/common';
import { RelayEvents } from '#domain/events/relay-events.js';
import { PublishMessages } from './application/publish-messages.js';
import { ChatModule } from './chat.module.js';

/** Takes what was said from the outbox to the customers' endpoints. Needs from the composition root, beside what the chat needs: Outbox. */
@Module({ imports: [ChatModule] })
export class PublishedMessagesModule implements OnModuleInit {
  readonly #relay: RelayEvents;
  readonly #publish: PublishMessages;

  constructor(relay: RelayEvents, publish: PublishMessages) {
    this.#relay = relay;
    this.#publish = publish;
  }

  onModuleInit(): void {
    this.#relay.on('message.logged', 'publish-message', (event) => this.#publish.logged(event));
  }
}
