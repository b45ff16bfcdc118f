import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { RateLimits, type RateVerdict } from '#ports/workspace/rate-limits.js';
import { ChatSettings } from './chat-settings.js';

/** How much one user may do, whatever their devices. */
@Injectable()
export class LimitFlood {
  readonly #limits: RateLimits;
  readonly #settings: ChatSettings;

  constructor(@Inject(RateLimits) limits: RateLimits, @Inject(ChatSettings) settings: ChatSettings) {
    this.#limits = limits;
    this.#settings = settings;
  }

  /** One message more. */
  message(by: ChatUser): Promise<RateVerdict> {
    return this.#limits.take(nameOf('messages', by), this.#settings.flood);
  }

  /** It was none: it had been sent before. */
  giveBack(by: ChatUser): Promise<void> {
    return this.#limits.giveBack(nameOf('messages', by), this.#settings.flood);
  }

  /** Anything else that others are told of. */
  bustle(by: ChatUser): Promise<RateVerdict> {
    return this.#limits.take(nameOf('bustle', by), this.#settings.bustle);
  }
}

function nameOf(of: string, { workspaceId, userId }: ChatUser): string {
  return `chat-${of}:${workspaceId}:${userId}`;
}

export function floodRefusal({ retryAfterMs }: RateVerdict): Refusal {
  return new Refusal('rate_limited', 'This is more at once than one user may do here.', { retryAfterMs });
}
