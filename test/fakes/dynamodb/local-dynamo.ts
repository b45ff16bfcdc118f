import { createRequire } from 'node:module';
import { GENTLE, type Hardness } from './hardness.js';
import { LateIndex } from './late-index.js';
import { type StaleItems, WrittenItems } from './stale-items.js';

/** An answer of DynamoDB, as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export type AttributeMap = Record<string, unknown>;

interface DynaliteError extends Error {
  readonly statusCode?: number;
  readonly body?: Record<string, unknown>;
}

type TableDone = (error: DynaliteError | null, table?: AttributeMap) => void;

interface Store {
  getTable(name: string, mustBeActive: boolean | TableDone, done?: TableDone): void;
  getItemDb(name: string): WrittenItems | StaleItems;
  getIndexDb(kind: string, table: string, index: string): LateIndex;
  deleteItemDb(name: string, done: () => void): void;
  deleteIndexDb(kind: string, table: string, index: string, done: () => void): void;
}

interface Operation {
  readonly act: (
    store: Store,
    input: AttributeMap,
    done: (error: DynaliteError | null, said?: AttributeMap) => void,
  ) => void;
  readonly takes: { readonly types: object; readonly custom?: unknown };
}

interface Validations {
  checkTypes(input: AttributeMap, types: object): AttributeMap;
  checkValidations(input: AttributeMap, types: object, custom: unknown, store: Store): void;
}

const load = createRequire(import.meta.url);
const OPERATIONS = new Map(
  [
    ...['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem'],
    ...['CreateTable', 'DeleteTable', 'DescribeTable', 'DescribeTimeToLive', 'ListTables', 'UpdateTable'],
  ].map((name): [string, Operation] => {
    const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    const act = load(`dynalite/actions/${file}`) as Operation['act'];
    return [name, { act, takes: load(`dynalite/validations/${file}`) as Operation['takes'] }];
  }),
);
const VALIDATIONS = load('dynalite/validations') as Validations;
const STORES = load('dynalite/db') as { create(options: object): Store };

/**
 * dynalite without its server and its database: what checks a request and what carries it out, over items held as they
 * are. Its server parses, signs and stamps each request; its database writes each item as text and reads it again, and the
 * table's description with every request: together they were half the time of the tests.
 */
export class LocalDynamo {
  readonly #store: Store;
  /** What readers see who do not ask for consistency. */
  readonly #replica: Store;
  readonly #hardness: Hardness;
  readonly #tables: Tables;
  #requests = 0;
  #stepUnderWay: number | undefined;

  constructor(hardness: Hardness = GENTLE) {
    this.#hardness = hardness;
    this.#tables = new Tables(() => this.#stepUnderWay ?? this.#requests, hardness);
    this.#store = storeOf(this.#tables);
    this.#replica = { ...this.#store, getItemDb: (name) => this.#tables.items(name).stale() };
  }

  /** Another request has come: what it writes is one step, and the indexes are nearer to what was written before. */
  step(): void {
    this.#requests += 1;
  }

  /** What is written meanwhile and taken back is seen by no index. One after the other. */
  async inOneStep<T>(work: () => Promise<T>): Promise<T> {
    this.step();
    this.#stepUnderWay = this.#requests;
    try {
      return await work();
    } finally {
      this.#stepUnderWay = undefined;
    }
  }

  catchUp(): void {
    this.#tables.catchUp();
  }

  async call(operation: string, body: object): Promise<Answer> {
    const known = OPERATIONS.get(operation);
    if (!known)
      return { status: 400, body: { __type: 'com.amazon.coral.service#UnknownOperationException' } };
    const { types, custom } = known.takes;
    try {
      // It takes away what it does not know.
      const input = VALIDATIONS.checkTypes({ ...body }, types);
      VALIDATIONS.checkValidations(input, types, custom, this.#store);
      return { status: 200, body: await this.#done(known, input, this.#storeFor(operation, body)) };
    } catch (error) {
      const { statusCode, body: said } = error as DynaliteError;
      if (statusCode === undefined || said === undefined) throw error;
      return { status: statusCode, body: said };
    }
  }

  async item(table: string, key: AttributeMap): Promise<AttributeMap | undefined> {
    const { body } = await this.call('GetItem', { TableName: table, Key: key, ConsistentRead: true });
    return body['Item'] as AttributeMap | undefined;
  }

  async scan(table: string): Promise<AttributeMap[]> {
    const items: AttributeMap[] = [];
    let from: unknown;
    do {
      const { body } = await this.call('Scan', {
        TableName: table,
        ConsistentRead: true,
        ...(from !== undefined && { ExclusiveStartKey: from }),
      });
      items.push(...((body['Items'] ?? []) as AttributeMap[]));
      from = body['LastEvaluatedKey'];
    } while (from !== undefined);
    return items;
  }

  #storeFor(operation: string, input: object): Store {
    return this.#hardness.staleReads && isEventual(operation, input) ? this.#replica : this.#store;
  }

  #done({ act }: Operation, input: AttributeMap, store: Store): Promise<AttributeMap> {
    return new Promise((resolve, reject) =>
      act(store, input, (error, said) => {
        if (error) reject(error);
        else resolve(said ?? {});
      }),
    );
  }
}

/** Of a batch all tables are asked in one way here: there is but one. */
function isEventual(operation: string, body: object): boolean {
  const input = body as AttributeMap;
  if (operation !== 'BatchGetItem')
    return ['GetItem', 'Query', 'Scan'].includes(operation) && input['ConsistentRead'] !== true;
  const asked = Object.values((input['RequestItems'] ?? {}) as Record<string, AttributeMap>);
  return asked.some(({ ConsistentRead }) => ConsistentRead !== true);
}

/** The items of all tables, and the indexes of them. */
class Tables {
  readonly #items = new Map<string, WrittenItems>();
  readonly #indexes = new Map<string, LateIndex>();
  readonly #requests: () => number;
  readonly #hardness: Hardness;

  constructor(requests: () => number, hardness: Hardness) {
    this.#requests = requests;
    this.#hardness = hardness;
  }

  items(table: string): WrittenItems {
    const known = this.#items.get(table) ?? new WrittenItems(this.#requests);
    this.#items.set(table, known);
    return known;
  }

  index(name: string): LateIndex {
    const known = this.#indexes.get(name) ?? new LateIndex(this.#requests, this.#hardness);
    this.#indexes.set(name, known);
    return known;
  }

  forget(name: string, done: () => void): void {
    this.#items.delete(name);
    this.#indexes.delete(name);
    done();
  }

  catchUp(): void {
    for (const one of [...this.#items.values(), ...this.#indexes.values()]) one.catchUp();
  }
}

/** Descriptions of tables stay in dynalite's own database, which is asked until a table is there to stay. */
function storeOf(held: Tables): Store {
  const own = STORES.create({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  const tables = new Map<string, AttributeMap>();
  const described = own.getTable.bind(own);
  const nameOf = (kind: string, table: string, index: string): string =>
    `${table}~${kind.toLowerCase()}~${index}`;
  return Object.assign(own, {
    getTable(name: string, mustBeActive: boolean | TableDone, last?: TableDone) {
      const done = last ?? (mustBeActive as TableDone);
      // Whoever is about to change or to describe a table says `false`.
      const known = mustBeActive === false ? undefined : tables.get(name);
      if (known) return done(null, known);
      tables.delete(name);
      const found: TableDone = (error, table) => {
        if (table?.['TableStatus'] === 'ACTIVE') tables.set(name, table);
        done(error, table);
      };
      if (mustBeActive === false) described(name, false, done);
      else described(name, found);
    },
    getItemDb: (name: string) => held.items(name),
    getIndexDb: (kind: string, table: string, index: string) => held.index(nameOf(kind, table, index)),
    deleteItemDb: (name: string, done: () => void) => held.forget(name, done),
    deleteIndexDb: (kind: string, table: string, index: string, done: () => void) =>
      held.forget(nameOf(kind, table, index), done),
  });
}
