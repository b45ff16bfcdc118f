import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Log } from '#ports/system/log.js';
import type { RateLimit, RateLimits } from '#ports/workspace/rate-limits.js';
import { CONNECTS_PER_ADDRESS, CONNECTS_PER_WORKSPACE, type SocketSettings } from './socket-settings.js';

export interface TooMany {
  readonly detail: string;
  readonly retryAfterMs: number;
}

/**
 * How many connections may be begun: by one address, whoever it is, and for one workspace, whose users have shown tokens.
 * Those that are open are not counted: who has come in may stay.
 */
export class ConnectLimits {
  readonly #limits: RateLimits;
  readonly #log: Log;
  readonly #settings: SocketSettings;
  readonly #proxies: BlockList;

  constructor(limits: RateLimits, log: Log, settings: SocketSettings) {
    this.#limits = limits;
    this.#log = log;
    this.#settings = settings;
    this.#proxies = blockListOf(settings.trustedProxies ?? []);
  }

  /** @returns undefined if it may connect, or goes on with a connection it has */
  async ofRequest(request: IncomingMessage): Promise<TooMany | undefined> {
    if (hasConnection(request)) return undefined;
    const address = addressOf(request, this.#proxies);
    return this.#take(`sockets:${address}`, this.#settings.perAddress ?? CONNECTS_PER_ADDRESS, 'address');
  }

  ofWorkspace(workspaceId: WorkspaceId): Promise<TooMany | undefined> {
    const limit = this.#settings.perWorkspace ?? CONNECTS_PER_WORKSPACE;
    return this.#take(`sockets:${workspaceId}`, limit, 'workspace');
  }

  async #take(bucket: string, limit: RateLimit, whose: string): Promise<TooMany | undefined> {
    try {
      const { allowed, retryAfterMs } = await this.#limits.take(bucket, limit);
      if (allowed) return undefined;
      const detail = `At most ${limit.burst} connections at once and ${limit.perSecond} a second for one ${whose}.`;
      return { detail, retryAfterMs };
    } catch (error) {
      // Nobody counts: better too many than nobody.
      this.#log.error('socket.limits_unavailable', { error });
      return undefined;
    }
  }
}

/** engine.io numbers a connection when it begins; whoever makes up a number is answered that there is no such one. */
function hasConnection({ url = '' }: IncomingMessage): boolean {
  return (new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('sid') ?? '') !== '';
}

/** Whoever connected; behind proxies that are trusted, the last one in line that is none of them. */
function addressOf({ socket, headers }: IncomingMessage, proxies: BlockList): string {
  const line = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  let address = plain(socket.remoteAddress ?? '');
  while (isTrusted(address, proxies)) {
    const next = line.pop();
    if (next === undefined) break;
    address = plain(next);
  }
  return address;
}

/** A socket that takes both families names IPv4 addresses `::ffff:…`. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function isTrusted(address: string, proxies: BlockList): boolean {
  // What a stranger wrote into a header may be anything.
  return isIP(address) !== 0 && proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
