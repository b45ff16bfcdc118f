import type { Instant } from '#domain/kernel/brand.js';
import type { Fellow, FellowWorkers } from '#ports/delivery/fellow-workers.js';
import type { Clock } from '#ports/system/clock.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key, type Key, ttlAt } from '../engine/keys.js';

/** More than take part in a rate: each renews its lease in one partition, which takes 1,000 writes a second. */
const MOST = 2_000;
const PARTITION = key('FELLOWS');

interface LeaseItem extends Key {
  /** When it was asked for: a write that comes late takes nothing from a later one. */
  readonly at: Instant;
  readonly since: Instant;
  readonly until: Instant;
}

/**
 * The register of workers as items of one partition, a lease each. One is written before all are read, consistently: of two who
 * enter at once the second to be written sees the first.
 *
 * DynamoDB has no clock to ask, so a lease runs by the clocks of those who write and read it. A reader whose clock is ahead sees it
 * end so much too early: clocks may differ by less than what is left of a lease when it is renewed.
 */
export class DynamoFellowWorkers implements FellowWorkers {
  readonly #table: DynamoTable;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(table: DynamoTable, clock: Pick<Clock, 'now'>) {
    this.#table = table;
    this.#clock = clock;
  }

  async hold(name: string, since: Instant | undefined, forMs: number): Promise<readonly Fellow[]> {
    const place = leasePlace(name);
    const first = since ?? (await this.#sinceOf(place)) ?? this.#clock.now();
    const at = this.#clock.now();
    const until = at + Math.ceil(forMs);
    const item = { ...place, since: first, at, until, ttl: ttlAt(until) };
    await this.#table.put(item, when`attribute_not_exists(pk) OR #at <= ${at}`);
    const now = this.#clock.now();
    const leases = await this.#table.list<LeaseItem>({ pk: PARTITION, limit: MOST });
    const others = leases.filter((one) => one.until > now && one.sk !== place.sk);
    return [...others.map((one) => ({ name: nameOf(one), since: one.since })), { name, since: first }];
  }

  async leave(name: string): Promise<void> {
    await this.#table.delete(leasePlace(name));
  }

  async #sinceOf(place: Key): Promise<Instant | undefined> {
    const lease = await this.#table.get<LeaseItem>(place);
    return lease && lease.until > this.#clock.now() ? lease.since : undefined;
  }
}

const leasePlace = (name: string): Key => ({ pk: PARTITION, sk: name });
const nameOf = ({ sk }: Key): string => sk;
