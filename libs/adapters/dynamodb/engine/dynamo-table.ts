import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Clock } from '#ports/system/clock.js';
import type { Randomness } from '#ports/system/randomness.js';
import { combined, type Expression } from './expressions.js';
import { canStand, type Item, type Key } from './keys.js';
import { retrying } from './retrying.js';
import { type IndexName, TABLE_SCHEMA } from './table-schema.js';

/** A write that stands only if its condition holds at that moment. */
export type Write =
  | { readonly kind: 'put'; readonly item: Item; readonly if?: Expression }
  | { readonly kind: 'update'; readonly key: Key; readonly change: Expression; readonly if?: Expression }
  | { readonly kind: 'delete'; readonly key: Key; readonly if?: Expression }
  | { readonly kind: 'check'; readonly key: Key; readonly if: Expression };

/** `refused`: nothing was written. By place, for each write whose condition did not hold: the item as it stands, if it is there. */
export type Transacted =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'refused';
      readonly by: ReadonlyMap<number, Readonly<Record<string, unknown>> | undefined>;
    };

/** `item`: as it is after the change, or, refused, as it stands, if it is there. */
export type Written<T> =
  { readonly kind: 'done'; readonly item: T } | { readonly kind: 'refused'; readonly item: T | undefined };

export interface Range {
  readonly index?: IndexName;
  readonly pk: string;
  /** Bounds of the sort key, both inclusive. */
  readonly from?: string;
  readonly to?: string;
  readonly startsWith?: string;
  readonly filter?: Expression;
  readonly limit: number;
  readonly descending?: boolean;
  /** A `next` of the page before. */
  readonly after?: Readonly<Record<string, unknown>>;
}

export interface Found<T> {
  readonly items: readonly T[];
  /** Undefined at the end. */
  readonly next: Readonly<Record<string, unknown>> | undefined;
}

/** What DynamoDB takes in one transaction, and in one batch. */
export const MOST_IN_TRANSACTION = 100;
const MOST_READ_AT_ONCE = 100;
const MOST_WRITTEN_AT_ONCE = 25;

export interface TableTools {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/**
 * The one table, in the words of those who keep something in it. Reads are strongly consistent but of an index. What is
 * refused for now (throttled, in conflict with another transaction, unreachable) is asked again here and nowhere else; what
 * stays refused is thrown.
 *
 * A write whose answer was lost is asked again as well. In `transact` DynamoDB knows it by its token and does it once; of all
 * others the condition has to know its own effect, or repeating has to change nothing. An `ADD` belongs into a transaction.
 */
export class DynamoTable {
  readonly #documents: DynamoDBDocumentClient;
  readonly #tools: TableTools;

  constructor(tools: TableTools) {
    this.#tools = tools;
    this.#documents = DynamoDBDocumentClient.from(tools.client, {
      marshallOptions: { removeUndefinedValues: true },
    });
  }

  async get<T extends object>(of: Key): Promise<T | undefined> {
    if (!canStand(of)) return undefined;
    const { Item } = await this.#ask(() =>
      this.#documents.send(new GetCommand({ ...this.#named, Key: keyOf(of), ConsistentRead: true })),
    );
    return Item as T | undefined;
  }

  /** Those that are there, in no order. */
  async getAll<T extends object>(keys: readonly Key[]): Promise<T[]> {
    const { table } = this.#tools;
    const found: T[] = [];
    let left = keys.filter(canStand).map(keyOf);
    while (left.length > 0) {
      const now = left.slice(0, MOST_READ_AT_ONCE);
      const { Responses, UnprocessedKeys } = await this.#ask(() =>
        this.#documents.send(
          new BatchGetCommand({ RequestItems: { [table]: { Keys: now, ConsistentRead: true } } }),
        ),
      );
      found.push(...((Responses?.[table] ?? []) as T[]));
      const unread = (UnprocessedKeys?.[table]?.Keys ?? []) as Key[];
      if (unread.length === now.length) await this.#pause();
      left = [...unread, ...left.slice(MOST_READ_AT_ONCE)];
    }
    return found;
  }

  async put(item: Item, condition?: Expression): Promise<'done' | 'refused'> {
    const input = { ...this.#named, Item: item, ...conditionOf(condition) };
    return this.#unlessRefused(() => this.#documents.send(new PutCommand(input)));
  }

  async update<T extends object>(of: Key, change: Expression, condition?: Expression): Promise<Written<T>> {
    const input = {
      ...this.#named,
      Key: keyOf(of),
      UpdateExpression: change.text,
      ...conditionOf(condition),
      ...combined(change, condition),
      ReturnValues: 'ALL_NEW' as const,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    try {
      const { Attributes } = await this.#ask(() => this.#documents.send(new UpdateCommand(input)));
      return { kind: 'done', item: Attributes as T };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // An emulator may leave it out; whoever needs it has to know what stands there.
      const item = error.Item ? (unmarshall(error.Item) as T) : await this.get<T>(of);
      return { kind: 'refused', item };
    }
  }

  async delete(of: Key, condition?: Expression): Promise<'done' | 'refused'> {
    const input = { ...this.#named, Key: keyOf(of), ...conditionOf(condition) };
    return this.#unlessRefused(() => this.#documents.send(new DeleteCommand(input)));
  }

  /** One page: fewer than `limit` are no sign of the end, `next` is. */
  async query<T extends object>(range: Range): Promise<Found<T>> {
    if (!canStand({ pk: range.pk, sk: '-' })) return { items: [], next: undefined };
    const { Items, LastEvaluatedKey } = await this.#ask(() =>
      this.#documents.send(new QueryCommand({ ...this.#named, ...queryOf(range) })),
    );
    return { items: (Items ?? []) as T[], next: LastEvaluatedKey };
  }

  /** Goes on until there are `limit` of them, or no more. */
  async list<T extends object>(range: Range): Promise<T[]> {
    const items: T[] = [];
    let after = range.after;
    do {
      const page = await this.query<T>({
        ...range,
        limit: range.limit - items.length,
        ...(after && { after }),
      });
      items.push(...page.items);
      after = page.next;
    } while (after && items.length < range.limit);
    return items;
  }

  /** All of them or none, seen by everybody at one moment. At most 100, and no item twice. */
  async transact(writes: readonly Write[]): Promise<Transacted> {
    if (writes.length === 0) return { kind: 'done' };
    const input = {
      ClientRequestToken: Buffer.from(this.#tools.randomness.bytes(18)).toString('base64url'),
      TransactItems: writes.map((write) => this.#actionOf(write)),
    };
    try {
      await this.#ask(() => this.#documents.send(new TransactWriteCommand(input)));
      return { kind: 'done' };
    } catch (error) {
      const by = refusedBy(error);
      if (!by) throw error;
      return { kind: 'refused', by };
    }
  }

  /** Not in one step and unconditional: each may be seen before the others, and after a failure some may have been written. */
  async writeAll(writes: readonly ({ readonly put: Item } | { readonly delete: Key })[]): Promise<void> {
    const { table } = this.#tools;
    let left = writes.map((one) =>
      'put' in one ? { PutRequest: { Item: one.put } } : { DeleteRequest: { Key: keyOf(one.delete) } },
    );
    while (left.length > 0) {
      const now = left.slice(0, MOST_WRITTEN_AT_ONCE);
      const { UnprocessedItems } = await this.#ask(() =>
        this.#documents.send(new BatchWriteCommand({ RequestItems: { [table]: now } })),
      );
      const unwritten = (UnprocessedItems?.[table] ?? []) as typeof left;
      if (unwritten.length === now.length) await this.#pause();
      left = [...unwritten, ...left.slice(MOST_WRITTEN_AT_ONCE)];
    }
  }

  get #named(): { TableName: string } {
    return { TableName: this.#tools.table };
  }

  #ask<T>(ask: () => Promise<T>): Promise<T> {
    return retrying(this.#tools, ask);
  }

  /** All of a batch was put off: DynamoDB is busy, though it did not say so by an error. */
  #pause(): Promise<void> {
    return new Promise((resolve) =>
      this.#tools.clock.after(50 + Math.ceil(this.#tools.randomness.unit() * 200), resolve),
    );
  }

  async #unlessRefused(write: () => Promise<unknown>): Promise<'done' | 'refused'> {
    try {
      await this.#ask(write);
      return 'done';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'refused';
      throw error;
    }
  }

  #actionOf(write: Write): NonNullable<TransactWriteCommandInput['TransactItems']>[number] {
    const told = {
      ...this.#named,
      ...conditionOf(write.if),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    switch (write.kind) {
      case 'put':
        return { Put: { ...told, Item: write.item } };
      case 'delete':
        return { Delete: { ...told, Key: keyOf(write.key) } };
      case 'check':
        return { ConditionCheck: { ...told, Key: keyOf(write.key), ConditionExpression: write.if.text } };
      case 'update':
        return {
          Update: {
            ...told,
            Key: keyOf(write.key),
            UpdateExpression: write.change.text,
            ...combined(write.change, write.if),
          },
        };
    }
  }
}

function keyOf({ pk, sk }: Key): { pk: string; sk: string } {
  return { pk, sk };
}

function conditionOf(condition: Expression | undefined): object {
  return condition ? { ConditionExpression: condition.text, ...combined(condition) } : {};
}

function queryOf(range: Range): Omit<ConstructorParameters<typeof QueryCommand>[0], 'TableName'> {
  const { index, filter } = range;
  const { partitionKey, sortKey } = index ? TABLE_SCHEMA.indexes[index] : TABLE_SCHEMA;
  const { text, values } = bounds(range);
  const names = { '#pk': partitionKey, ...(text && { '#sk': sortKey }) };
  const conditions = { text: `#pk = :pk${text}`, names, values: { ':pk': range.pk, ...values } };
  return {
    ...(index && { IndexName: index }),
    KeyConditionExpression: conditions.text,
    ...(filter && { FilterExpression: filter.text }),
    ...combined(conditions, filter),
    Limit: range.limit,
    ScanIndexForward: !range.descending,
    ConsistentRead: index === undefined,
    ...(range.after && { ExclusiveStartKey: range.after }),
  };
}

/** A condition may bound the sort key once only. */
function bounds({ from, to, startsWith }: Range): { text: string; values: Record<string, string> } {
  if (startsWith !== undefined)
    return { text: ' AND begins_with(#sk, :prefix)', values: { ':prefix': startsWith } };
  if (from !== undefined && to !== undefined)
    return { text: ' AND #sk BETWEEN :from AND :to', values: { ':from': from, ':to': to } };
  if (from !== undefined) return { text: ' AND #sk >= :from', values: { ':from': from } };
  if (to !== undefined) return { text: ' AND #sk <= :to', values: { ':to': to } };
  return { text: '', values: {} };
}

function refusedBy(error: unknown): Map<number, Readonly<Record<string, unknown>> | undefined> | undefined {
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const reasons = [...(error.CancellationReasons ?? []).entries()];
  const refused = reasons.filter(([, { Code }]) => Code === 'ConditionalCheckFailed');
  if (refused.length === 0) return undefined;
  return new Map(refused.map(([at, { Item }]) => [at, Item ? unmarshall(Item) : undefined]));
}
