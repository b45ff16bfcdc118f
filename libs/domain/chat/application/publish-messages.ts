import { Inject, Injectable } from '@nestjs/common';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { isBot } from '#domain/chat/model/bot.js';
import { loggedMessage, type MessageLogged } from '#domain/chat/model/logged.js';
import type { Message } from '#domain/chat/model/message.js';
import { shownMessage } from '#domain/chat/model/shown-chat.js';
import { WebhooksFacade } from '#domain/webhooks/webhooks.facade.js';
import { Clock } from '#ports/system/clock.js';

export type MessageEvent = 'chat.message.created' | 'chat.message.updated' | 'chat.message.deleted';

/** Whether anybody wants to hear of messages is asked so often at most: most workspaces have nobody, and many messages. */
const ASK_EVERY_MS = 5_000;

/** Tells the customer's endpoints what was said, edited and taken back. */
@Injectable()
export class PublishMessages {
  readonly #webhooks: WebhooksFacade;
  readonly #clock: Clock;
  readonly #wanted = new Map<string, { readonly isWanted: Promise<boolean>; readonly until: number }>();

  constructor(@Inject(WebhooksFacade) webhooks: WebhooksFacade, @Inject(Clock) clock: Clock) {
    this.#webhooks = webhooks;
    this.#clock = clock;
  }

  /** Of what is in the log. The id follows from what happened: heard of twice it is told of once. */
  logged(event: MessageLogged): Promise<void> {
    const { workspaceId, message } = loggedMessage(event);
    const { sentAt, editedAt = sentAt, deletedAt = editedAt, rev } = message;
    switch (event.change) {
      case 'created':
        return this.#publish(workspaceId, 'chat.message.created', message, sentAt, '');
      case 'updated':
        return this.#publish(workspaceId, 'chat.message.updated', message, editedAt, `r${rev}`);
      case 'deleted':
        return this.#publish(workspaceId, 'chat.message.deleted', message, deletedAt, 'd');
    }
  }

  async #publish(
    workspaceId: WorkspaceId,
    type: MessageEvent,
    message: Message,
    at: Instant,
    part: string,
  ): Promise<void> {
    const id = `evt_${message.id.slice(message.id.indexOf('_') + 1)}${part}`;
    const sender = { userId: message.senderId, bot: isBot(message.senderId) };
    await this.#webhooks.publish(workspaceId, {
      id,
      type,
      at,
      data: { sender, message: shownMessage(message) },
    });
  }

  /** Whether what happens now is to be told: asked before, for it is put down in the same step in which it happens. */
  async isWanted(workspaceId: WorkspaceId, type: MessageEvent): Promise<boolean> {
    const key = `${workspaceId} ${type}`;
    const now = this.#clock.monotonic();
    const known = this.#wanted.get(key);
    if (known && known.until > now) return known.isWanted;
    const isWanted = this.#webhooks.isWanted(workspaceId, type);
    this.#wanted.set(key, { isWanted, until: now + ASK_EVERY_MS });
    try {
      return await isWanted;
    } catch (error) {
      this.#wanted.delete(key);
      throw error;
    }
  }
}
