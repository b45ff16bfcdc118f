import type { RateLimit } from '#ports/workspace/rate-limits.js';

/** What an operator may set about sockets. */
export interface SocketSettings {
  /** Origins (`https://app.example.com`) whose pages may connect, beside those of the very host that is connected to. */
  readonly origins: readonly string[];
  /** Addresses (CIDR) whose `X-Forwarded-For` is believed. Nobody's if left out. */
  readonly trustedProxies?: readonly string[];
  /** Connections begun from one address; `CONNECTS_PER_ADDRESS` if left out. */
  readonly perAddress?: RateLimit;
  /** Tokens shown for one workspace; `CONNECTS_PER_WORKSPACE` if left out. */
  readonly perWorkspace?: RateLimit;
}
export const SocketSettings = Symbol('SocketSettings');

/** An office of a thousand people behind one address, all of whom come back when we have started anew. */
export const CONNECTS_PER_ADDRESS: RateLimit = { perSecond: 200, burst: 2_000 };
/** Each reads an inbox from the storage that all workspaces share. */
export const CONNECTS_PER_WORKSPACE: RateLimit = { perSecond: 500, burst: 5_000 };
