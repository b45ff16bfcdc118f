type Range = readonly [network: string, bits: number, what: string];

/** IPv4 that is not the open internet: https://www.iana.org/assignments/iana-ipv4-special-registry */
const FORBIDDEN_V4: readonly Range[] = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'carrier-grade NAT'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'protocol assignments'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, '6to4 relays'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarking'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
];

/** Networks whose addresses carry an IPv4 address, `shift` bits from the right: they are what it is. */
const CARRIERS_OF_V4: readonly (readonly [network: string, bits: number, shift: bigint])[] = [
  ['::ffff:0:0', 96, 0n], // mapped, RFC 4291
  ['64:ff9b::', 96, 0n], // NAT64, RFC 6052
  ['2002::', 16, 80n], // 6to4, RFC 3056
];

/** All that is the open internet of IPv6, and what in it is not: https://www.iana.org/assignments/iana-ipv6-special-registry */
const GLOBAL_UNICAST_V6: Range = ['2000::', 3, 'global unicast'];
const FORBIDDEN_V6: readonly Range[] = [
  ['::', 128, 'unspecified'],
  ['::1', 128, 'loopback'],
  ['2001::', 23, 'protocol assignments'], // Teredo among them
  ['2001:db8::', 32, 'documentation'],
  ['3fff::', 20, 'documentation'],
  ['fc00::', 7, 'unique local'],
  ['fe80::', 10, 'link-local'],
  ['ff00::', 8, 'multicast'],
];

/**
 * What kind of place an IP address is that nobody outside may have us call; undefined where it is the open internet.
 * What cannot be read as an address is forbidden.
 */
export function forbiddenAddress(text: string): string | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return forbiddenV4(v4);
  const v6 = parseV6(text);
  return v6 === undefined ? 'not an address' : forbiddenV6(v6);
}

/** Whether it is an address and not a name. Only of what a URL parser has normalised: `127.1` is a name here. */
export function isAddress(text: string): boolean {
  return parseV4(text) !== undefined || parseV6(text) !== undefined;
}

function forbiddenV4(address: bigint): string | undefined {
  return FORBIDDEN_V4.find(([network, bits]) => contains(parseV4(network), bits, 32, address))?.[2];
}

function forbiddenV6(address: bigint): string | undefined {
  for (const [network, bits, shift] of CARRIERS_OF_V4)
    if (contains(parseV6(network), bits, 128, address)) return forbiddenV4((address >> shift) & 0xffff_ffffn);
  const known = FORBIDDEN_V6.find(([network, bits]) => contains(parseV6(network), bits, 128, address));
  if (known) return known[2];
  const [network, bits] = GLOBAL_UNICAST_V6;
  return contains(parseV6(network), bits, 128, address) ? undefined : 'reserved';
}

function contains(network: bigint | undefined, bits: number, width: number, address: bigint): boolean {
  const rest = BigInt(width - bits);
  return network !== undefined && network >> rest === address >> rest;
}

function parseV4(text: string): bigint | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const [head, tail, more] = withoutDots(text).split('::');
  if (head === undefined || more !== undefined) return undefined;
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n);
}

/** `::ffff:127.0.0.1` as `::ffff:7f00:1`. */
function withoutDots(text: string): string {
  const [, start, dotted] = /^(.*:)([\d.]+)$/.exec(text) ?? [];
  const v4 = dotted === undefined ? undefined : parseV4(dotted);
  return v4 === undefined ? text : `${start}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
