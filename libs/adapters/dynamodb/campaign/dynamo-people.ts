import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Randomness } from '#ports/system/randomness.js';
import {
  type DynamoTable,
  MOST_IN_TRANSACTION,
  type Transacted,
  type Write,
} from '../engine/dynamo-table.js';
import {
  type Change,
  type IdItem,
  idKey,
  isIdWrite,
  NOBODY,
  type PersonItem,
  personKey,
  shardOf,
  type Standing,
  standingOf,
  writesOf,
} from './people-items.js';
import { type Outcome, type Row, takeRows, type Taking } from './take-rows.js';

/** Lists that one transaction can put one person on, or take them off: each is a member and a count. */
export const MOST_LISTS_AT_ONCE = 45;
/** Together below the 4 MB of a transaction, though each has as many attributes as are allowed. */
const MOST_PEOPLE_AT_ONCE = 40;
/** Of each that is in vain another writer's has succeeded. */
const MOST_ATTEMPTS = 100;
const READ_AT_ONCE = 100;

/** Said of one address: which rows, and where they stood. */
interface Said {
  readonly address: string;
  readonly rows: readonly Row[];
  readonly places: readonly number[];
}

/** What becomes of an address, and the answer to whoever asked. */
export interface Decision<A> {
  /** The standing that was given, if nothing is to change. */
  readonly after: Standing;
  readonly answer: A;
}

/**
 * The people of all workspaces. Of each address one item says all: who it is, their lists, and those they left. The members of a
 * list (for its order) and its counts only ever change in the transaction that changes that item, and it only if nobody else
 * has changed it since it was read.
 */
export class DynamoPeople {
  readonly table: DynamoTable;
  readonly #randomness: Randomness;

  constructor(table: DynamoTable, randomness: Randomness) {
    this.table = table;
    this.#randomness = randomness;
  }

  async standing(workspaceId: WorkspaceId, address: string): Promise<Standing> {
    const item = await this.table.get<PersonItem>(personKey(workspaceId, address));
    return item ? standingOf(item) : NOBODY;
  }

  /** By address; nothing of those of whom nothing is known. */
  async standings(workspaceId: WorkspaceId, addresses: readonly string[]): Promise<Map<string, Standing>> {
    const keys = [...new Set(addresses)].map((address) => personKey(workspaceId, address));
    const found = await Promise.all(
      pieces(keys, READ_AT_ONCE).map((some) => this.table.getAll<PersonItem>(some)),
    );
    return new Map(found.flat().map((item) => [item.sk, standingOf(item)]));
  }

  /** Of somebody who is there, or was. */
  async addressOf(workspaceId: WorkspaceId, id: string): Promise<IdItem['email'] | undefined> {
    const item = await this.table.get<IdItem>(idKey(id));
    return item?.workspaceId === workspaceId ? item.email : undefined;
  }

  /**
   * Decides anew as long as others are faster: all that is decided at once is written in one step, if anything is.
   * @throws Refusal `storage_unavailable` if it is in vain for too long
   */
  async change<A>(
    workspaceId: WorkspaceId,
    addresses: readonly string[],
    decide: (before: Standing, address: string) => Decision<A>,
  ): Promise<A[]> {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const known = await this.standings(workspaceId, addresses);
      const answers: A[] = [];
      const changes: Change[] = [];
      for (const address of addresses) {
        const before = known.get(address) ?? NOBODY;
        const { after, answer } = decide(before, address);
        answers.push(answer);
        if (after !== before) changes.push({ address, before, after });
      }
      const writes = writesOf(workspaceId, changes, this.#stamp());
      const written = await this.table.transact(writes);
      if (written.kind === 'done') return answers;
      refuseForeignIds(writes, written);
    }
    throw new Refusal('storage_unavailable', 'Too many change the same people at once.');
  }

  /**
   * Takes what is said, the rows of one address in their order and in one step; answers in the order of the rows. Lists that are
   * more than fit into a step are joined in further ones: whoever dies between them has not answered, and does it again.
   */
  async take(rows: readonly Row[], taking: Taking): Promise<Outcome[]> {
    const lists = pieces([...new Set(taking.listIds)], MOST_LISTS_AT_ONCE);
    const outcomes: Outcome[] = [];
    const takeGroups = async (groups: readonly (readonly Said[])[]): Promise<void> => {
      // One after the other: they would be in each other's way at the counts.
      for (const group of groups) {
        const found = await this.#takeGroup(group, taking, lists);
        group.forEach(({ places }, i) => places.forEach((place, at) => set(outcomes, place, found[i]?.[at])));
      }
    };
    const size = groupSize(lists[0]?.length ?? 0);
    const settled = await Promise.allSettled(byShard(rows).map((shard) => takeGroups(pieces(shard, size))));
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    return outcomes;
  }

  async #takeGroup(
    group: readonly Said[],
    taking: Taking,
    [first = [], ...more]: readonly (readonly ListId[])[],
  ): Promise<(readonly Outcome[])[]> {
    const { workspaceId } = taking;
    const rowsOf = new Map(group.map(({ address, rows }) => [address, rows]));
    const step = (addresses: readonly string[], listIds: readonly ListId[], isFirst: boolean) =>
      this.change(workspaceId, addresses, (before, address) => {
        const rows = isFirst ? (rowsOf.get(address) ?? []) : [];
        const { after, outcomes } = takeRows(before, rows, { ...taking, listIds });
        return { after, answer: outcomes };
      });
    const addresses = [...rowsOf.keys()];
    const answers = await step(addresses, first, true);
    const put = addresses.filter((_, at) => answers[at]?.some(({ kind }) => kind === 'put'));
    for (const listIds of more) await step(put, listIds, false);
    return answers;
  }

  #stamp(): string {
    return Buffer.from(this.#randomness.bytes(9)).toString('base64url');
  }
}

/** Another person has it: no reading again makes that another answer. */
function refuseForeignIds(writes: readonly Write[], { by }: Extract<Transacted, { kind: 'refused' }>): void {
  const refused = [...by.keys()].map((at) => writes[at]);
  if (refused.every(isIdWrite)) throw new Error('Another person has the id.');
}

function set(outcomes: Outcome[], place: number, outcome: Outcome | undefined): void {
  if (!outcome) throw new Error('A row without an outcome.');
  outcomes[place] = outcome;
}

/** People of one transaction: each is a person, an id and a member of each list; each list is a count. */
function groupSize(lists: number): number {
  return Math.min(MOST_PEOPLE_AT_ONCE, Math.floor((MOST_IN_TRANSACTION - lists) / (2 + lists)));
}

/** Those of one partition are written together, so that of a batch each count of a list is met by one transaction, not by all. */
function byShard(rows: readonly Row[]): Said[][] {
  const shards = new Map<number, Map<string, { rows: Row[]; places: number[] }>>();
  rows.forEach((row, place) => {
    const address = row.facts.email;
    const shard = shards.get(shardOf(address)) ?? new Map<string, { rows: Row[]; places: number[] }>();
    shards.set(shardOf(address), shard);
    const said = shard.get(address) ?? { rows: [], places: [] };
    shard.set(address, said);
    said.rows.push(row);
    said.places.push(place);
  });
  return [...shards.values()].map((shard) => [...shard].map(([address, said]) => ({ address, ...said })));
}

export function pieces<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
