/** Where an item stands. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Bytes of UTF-8 that DynamoDB takes. */
const LONGEST_PK = 2048;
const LONGEST_SK = 1024;

/** Whether an item can have this key at all: what people ask for by name may be longer, and is then not there. */
export function isPossible({ pk, sk }: Key): boolean {
  return Buffer.byteLength(pk) <= LONGEST_PK && Buffer.byteLength(sk) <= LONGEST_SK;
}

/** What every item may carry beside its key: where the indexes have it, and when it lapses. */
export interface Indexed {
  readonly gsi1pk?: string;
  readonly gsi1sk?: string;
  readonly gsi2pk?: string;
  readonly gsi2sk?: string;
  readonly gsi3pk?: string;
  readonly gsi3sk?: string;
  readonly ttl?: number;
}

/** An item as it is written: its key, its place in the indexes, and what it says. */
export type Item<T extends object = Record<string, unknown>> = Key & Indexed & T;

/** Parts of a key that are told apart whatever is in them: an address with `#` in it must not reach into its neighbour's. */
export function key(...parts: readonly (string | number)[]): string {
  return parts.map((part) => (typeof part === 'number' ? padded(part) : escaped(part))).join('#');
}

/** Sorts as text as it sorts as a number: 16 digits, as many as an integer of ours can have. */
export function padded(value: number): string {
  return String(value).padStart(16, '0');
}

function escaped(part: string): string {
  return part.replace(/[%#]/g, (sign) => (sign === '#' ? '%23' : '%25'));
}

/** For `ttl`, which counts seconds: never before the instant (milliseconds). */
export function ttlAt(instant: number): number {
  return Math.ceil(instant / 1000);
}
