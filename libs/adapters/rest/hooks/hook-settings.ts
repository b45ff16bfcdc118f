import type { RateLimit } from '#ports/workspace/rate-limits.js';

/** What the paths that providers call have to know. */
export interface HookSettings {
  /** Where providers were told to call, without a slash at its end: some of them sign it. */
  readonly publicUrl: { readonly value: string };
  /** Per address, instead of the door's: a provider tells of every message of a campaign, from a few addresses. */
  readonly perAddress?: RateLimit;
}
export const HookSettings = Symbol('HookSettings');

export const CALLBACKS_PER_ADDRESS: RateLimit = { perSecond: 2_000, burst: 10_000 };
