import { Refusal } from '#domain/kernel/refusal.js';
import type { Conversation } from './conversation.js';

/** Whom a direct conversation is with, seen from one of the two; undefined of others. */
export function otherOf({ pair }: Pick<Conversation, 'pair'>, userId: string): string | undefined {
  if (pair === undefined) return undefined;
  return (JSON.parse(pair) as string[]).find((one) => one !== userId);
}

/** It does not say which of them has blocked the other. */
export function blockedRefusal(): Refusal {
  return new Refusal('forbidden', 'Nothing passes between these two.');
}
