import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import { timeOfId } from '#domain/kernel/ulid.js';

/**
 * How long the message is worth delivering, for providers that keep one for a device that is away. Counted from the making
 * of the dispatch, not from now: a call that is made again must carry the same bytes.
 */
export function secondsLeft({ id, expiresAt }: Dispatch): { readonly validForSeconds?: number } {
  const made = timeOfId(id);
  if (expiresAt === undefined || made === undefined) return {};
  return { validForSeconds: Math.max(1, Math.ceil((expiresAt - made) / 1000)) };
}
