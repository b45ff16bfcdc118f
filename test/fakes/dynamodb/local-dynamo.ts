import { createRequire } from 'node:module';
import { HeldItems } from './held-items.js';

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
  getItemDb(name: string): HeldItems;
  getIndexDb(kind: string, table: string, index: string): HeldItems;
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
  readonly #store = storeOf();

  async call(operation: string, body: object): Promise<Answer> {
    const known = OPERATIONS.get(operation);
    if (!known)
      return { status: 400, body: { __type: 'com.amazon.coral.service#UnknownOperationException' } };
    const { types, custom } = known.takes;
    try {
      // It takes away what it does not know.
      const input = VALIDATIONS.checkTypes({ ...body }, types);
      VALIDATIONS.checkValidations(input, types, custom, this.#store);
      return { status: 200, body: await this.#done(known, input) };
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

  #done({ act }: Operation, input: AttributeMap): Promise<AttributeMap> {
    return new Promise((resolve, reject) =>
      act(this.#store, input, (error, said) => {
        if (error) reject(error);
        else resolve(said ?? {});
      }),
    );
  }
}

/** Descriptions of tables stay in dynalite's own database, which is asked until a table is there to stay. */
function storeOf(): Store {
  const own = STORES.create({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  const items = new Map<string, HeldItems>();
  const tables = new Map<string, AttributeMap>();
  const described = own.getTable.bind(own);
  const held = (name: string): HeldItems => {
    const known = items.get(name) ?? new HeldItems();
    items.set(name, known);
    return known;
  };
  const gone = (name: string, done: () => void): void => {
    items.delete(name);
    done();
  };
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
    getItemDb: (name: string) => held(name),
    getIndexDb: (kind: string, table: string, index: string) => held(nameOf(kind, table, index)),
    deleteItemDb: gone,
    deleteIndexDb: (kind: string, table: string, index: string, done: () => void) =>
      gone(nameOf(kind, table, index), done),
  });
}
