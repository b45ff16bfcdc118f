import { BlockList, isIP } from 'node:net';
import { DEFAULT_REST_SETTINGS, type RestSettings } from '#adapters/rest/kit/rest-settings.js';
import type { RateLimit } from '#ports/workspace/rate-limits.js';
import type { ConfigReader } from './config-reader.js';

const DAY_MS = 24 * 3_600_000;

/** The section `door`: what may come in, and how much of it. */
export function readDoor(read: ConfigReader): RestSettings {
  const fallback = DEFAULT_REST_SETTINGS;
  const ms = (name: string, min: number, max: number): number | undefined =>
    read.count({ file: `door.${name}` }, { min, max });
  return {
    bodyLimitBytes:
      read.count({ file: 'door.bodyLimitBytes' }, { min: 1024, max: 64 * 2 ** 20 }) ??
      fallback.bodyLimitBytes,
    bodyTimeoutMs: ms('bodyTimeoutMs', 100, 3_600_000) ?? fallback.bodyTimeoutMs,
    idleTimeoutMs: ms('idleTimeoutMs', 1000, 3_600_000) ?? fallback.idleTimeoutMs,
    perKey: readRateLimit(read, 'door.perKey', fallback.perKey),
    perAddress: readRateLimit(read, 'door.perAddress', fallback.perAddress),
    trustedProxies: readTrustedProxies(read),
    idempotency: {
      leaseMs: ms('idempotency.leaseMs', 1000, 3_600_000) ?? fallback.idempotency.leaseMs,
      // A day is promised; more may be kept.
      keepMs: ms('idempotency.keepMs', DAY_MS, 90 * DAY_MS) ?? fallback.idempotency.keepMs,
    },
  };
}

function readRateLimit(read: ConfigReader, file: string, fallback: RateLimit): RateLimit {
  const bounds = { min: 0.01, max: 1_000_000 };
  return {
    perSecond: read.number({ file: `${file}.perSecond` }, bounds) ?? fallback.perSecond,
    burst: read.count({ file: `${file}.burst` }, { min: 1, max: 1_000_000 }) ?? fallback.burst,
  };
}

function readTrustedProxies(read: ConfigReader): readonly string[] {
  const file = 'door.trustedProxies';
  const named = read.list({ env: 'TRUSTED_PROXIES', file }) ?? [];
  if (named.some((range) => !isRange(range)))
    read.complain(`${file} (in the file)`, 'must hold addresses or CIDR ranges');
  return named;
}

function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(address) === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  try {
    new BlockList().addSubnet(address, Number(bits), family);
    return /^\d+$/.test(bits);
  } catch {
    return false;
  }
}
