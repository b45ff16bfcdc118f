import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { forbiddenAddress } from '#domain/webhooks/model/network-address.js';
import { forbiddenHost, type UrlPolicy } from '#domain/webhooks/model/webhook-url.js';
import { byNameServers, bySystem, type Resolve } from './resolve-names.js';

/** What stands in for a connection that we will not make. */
export class ForbiddenAddress extends Error {
  constructor(what: string) {
    super(`the address is not on the open internet (${what})`);
    this.name = 'ForbiddenAddress';
  }
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Connects to no address but those on the open internet. The check is made here and not before: a name that led to a
 * public address a moment ago may lead to 127.0.0.1 now (DNS rebinding). The socket connects to the very addresses that were
 * checked; nobody asks the DNS again in between.
 */
export function safeConnector(policy: UrlPolicy, given?: Resolve): buildConnector.connector {
  const resolve = given ?? (policy.allowPrivate ? bySystem : byNameServers());
  const check = (addresses: readonly LookupAddress[]): readonly LookupAddress[] => {
    if (policy.allowPrivate) return addresses;
    for (const { address } of addresses) {
      // One is enough to refuse them all: nobody mixes them by accident.
      const forbidden = forbiddenAddress(address);
      if (forbidden !== undefined) throw new ForbiddenAddress(forbidden);
    }
    return addresses;
  };
  const connect = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    lookup: lookupBy(async (hostname) => check(await resolve(hostname))),
  });
  return (options, callback) => {
    // An address in place of a name is never looked up.
    const forbidden = policy.allowPrivate ? undefined : forbiddenHost(options.hostname);
    if (forbidden !== undefined) callback(new ForbiddenAddress(forbidden), null);
    else connect(options, callback);
  };
}

function lookupBy(addressesOf: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    addressesOf(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (!first)
          callback(Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND' }), '');
        else if (options.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, ''),
    );
  };
}
