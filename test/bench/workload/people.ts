import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';

const ATTRIBUTES = ['city', 'plan', 'points', 'renewsOn', 'coupon'] as const;

/** One recipient, the same in every run: whoever is number `n` always has the same address and data. */
export interface Person {
  readonly email: string;
  readonly name: string;
  readonly attributes: Readonly<Record<(typeof ATTRIBUTES)[number], string>>;
}

const FIRST = [
  'Ada',
  'Zoë',
  'Ümit',
  'Łukasz',
  'Grace',
  'Jean-Luc',
  'Sinéad',
  'Noor',
  'Kofi',
  'Mei',
  'Olga',
  'Pedro',
];
const LAST = [
  "O'Neil",
  'Müller',
  'Garcia',
  'Nowak',
  'Okafor',
  'Tanaka',
  'Smith',
  'Rossi',
  'Andersen',
  'Haddad',
  'Li',
];
const CITIES = ['Lisbon', 'Göteborg', 'Kraków', 'Accra', 'Osaka', 'Trieste', 'Cork', 'Lyon', 'Porto Alegre'];
const PLANS = ['free', 'starter', 'family', 'professional', 'business'];

/** Odd, so that it has an inverse modulo 2^32 and no two numbers below that share an address. */
const SCATTER = 2_654_435_761;

export function person(n: number): Person {
  const scattered = Math.imul(n, SCATTER) >>> 0;
  const pick = (list: readonly string[], by: number): string =>
    list[Math.floor(scattered / by) % list.length] ?? '';
  const hex = scattered.toString(16).padStart(8, '0');
  return {
    // In no order: lists of real people aren't sorted either.
    email: `reader.${hex}@example.com`,
    name: `${pick(FIRST, 7)} ${pick(LAST, 101)}`,
    attributes: {
      city: pick(CITIES, 13),
      plan: pick(PLANS, 17),
      points: String(scattered % 10_000),
      renewsOn: `2026-${String((scattered % 12) + 1).padStart(2, '0')}-28`,
      coupon: `TEA-${hex.toUpperCase()}`,
    },
  };
}

export function people(count: number): Person[] {
  return Array.from({ length: count }, (_, n) => person(n));
}

/** The same people as the file that a user would upload. */
export async function writePeopleCsv(path: string, count: number): Promise<void> {
  const file = createWriteStream(path);
  file.write(`email,name,${ATTRIBUTES.join(',')}\n`);
  const ROWS = 5000;
  for (let from = 0; from < count; from += ROWS) {
    let lines = '';
    for (let n = from; n < Math.min(count, from + ROWS); n++) {
      const { email, name, attributes } = person(n);
      lines += `${email},${name},${ATTRIBUTES.map((one) => attributes[one]).join(',')}\n`;
    }
    if (!file.write(lines)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}
