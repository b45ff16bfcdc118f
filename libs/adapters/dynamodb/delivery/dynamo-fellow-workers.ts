import type { Instant } from '#domain/kernel/brand.js';
import type { Fellow, FellowWorkers } from '#ports/delivery/fellow-workers.js';
import type { Clock } from '#ports/system/clock.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key, type Key, ttlAt } from '../engine/keys.js';

/**
 * Leases that are looked through, lapsed ones among them: some thirty times as many as could be renewed, for they are in one
 * partition, which takes 1,000 writes a second.
 */
const MOST_LEASES = 20_000;
/** Until a lapsed lease is taken away: what is living by somebody else's clock stays, though clocks differ by far more than they may. */
const KEPT_MS = 60_000;
const MOST_TAKEN = 25;
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
 *
 * Every process of a function has a name of its own, and hardly one of them leaves: a day of them would stand before those that are
 * living, and be read with each look, until DynamoDB's TTL comes to them. So the first of the living, by name, takes them away.
 */
export class DynamoFellowWorkers implements FellowWorkers {
  readonly #table: DynamoTable;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #mostLeases: number;
  #isClearing = false;

  constructor(table: DynamoTable, clock: Pick<Clock, 'now'>, mostLeases = MOST_LEASES) {
    this.#table = table;
    this.#clock = clock;
    this.#mostLeases = mostLeases;
  }

  async hold(name: string, since: Instant | undefined, forMs: number): Promise<readonly Fellow[]> {
    const place = leasePlace(name);
    const first = since ?? (await this.#sinceOf(place)) ?? this.#clock.now();
    const at = this.#clock.now();
    const until = at + Math.ceil(forMs);
    const item = { ...place, since: first, at, until, ttl: ttlAt(until) };
    await this.#table.put(item, when`attribute_not_exists(pk) OR #at <= ${at}`);
    const now = this.#clock.now();
    const most = this.#mostLeases;
    const leases = await this.#table.list<LeaseItem>({ pk: PARTITION, limit: most + 1 });
    const others = leases.filter((one) => one.until > now && one.sk !== place.sk);
    if (others.every((one) => one.sk > place.sk)) this.#clear(leases, now - KEPT_MS);
    // Somebody living may stand behind them: whoever took them for all would send at the rate of one who is left out.
    if (leases.length > most) throw new Error(`More than ${most} leases are in the register.`);
    return [...others.map((one) => ({ name: nameOf(one), since: one.since })), { name, since: first }];
  }

  async leave(name: string): Promise<void> {
    await this.#table.delete(leasePlace(name));
  }

  /** Nobody waits for it, and what stays has its turn with the next renewal. One that is renewed meanwhile is not taken. */
  #clear(leases: readonly LeaseItem[], endedBy: Instant): void {
    const over = leases.filter((one) => one.until <= endedBy).slice(0, MOST_TAKEN);
    if (this.#isClearing || over.length === 0) return;
    this.#isClearing = true;
    const taking = over.map((one) => this.#table.delete(one, when`#until <= ${endedBy}`));
    void Promise.allSettled(taking).then(() => (this.#isClearing = false));
  }

  async #sinceOf(place: Key): Promise<Instant | undefined> {
    const lease = await this.#table.get<LeaseItem>(place);
    return lease && lease.until > this.#clock.now() ? lease.since : undefined;
  }
}

const leasePlace = (name: string): Key => ({ pk: PARTITION, sk: name });
const nameOf = ({ sk }: Key): string => sk;
