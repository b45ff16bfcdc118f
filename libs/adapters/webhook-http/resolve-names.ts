import type { LookupAddress } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';

/** All addresses of a name, asked anew each time. Rejects, or answers none, where there are none. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

const TIMEOUT_MS = 3_000;
const TRIES = 2;

/**
 * Asks the name servers, and nobody else: no hosts file, no search domains that would make `metadata` a name inside. Not the
 * system's `getaddrinfo` either: it takes one of four threads for as long as the slowest name server of the worst endpoint, and
 * files wait for the same threads.
 * @param servers `127.0.0.1:53`; the system's if left out
 */
export function byNameServers(servers?: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (servers) resolver.setServers([...servers]);
  return async (hostname) => {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const found = [...addressesIn(v4, 4), ...addressesIn(v6, 6)];
    if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
    return found;
  };
}

/** As everything else on this machine does, hosts file included: for development. */
export const bySystem: Resolve = (hostname) => lookup(hostname, { all: true });

function addressesIn(answer: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] {
  return answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];
}
