import type { AttributeMap, LocalDynamo } from './local-dynamo.js';

/** Where items stand: their table and the attributes of its key. */
export class Places {
  readonly #local: LocalDynamo;
  readonly #names = new Map<string, readonly string[]>();

  constructor(local: LocalDynamo) {
    this.#local = local;
  }

  /** @param of an item, or its key */
  async keyIn(table: string, of: AttributeMap): Promise<AttributeMap> {
    const names = await this.#namesOf(table);
    return Object.fromEntries(names.map((name) => [name, of[name]]));
  }

  async of(table: string, item: AttributeMap): Promise<string> {
    return placeOf(table, await this.keyIn(table, item));
  }

  async #namesOf(table: string): Promise<readonly string[]> {
    const known = this.#names.get(table);
    if (known) return known;
    const { body } = await this.#local.call('DescribeTable', { TableName: table });
    const schema =
      (body['Table'] as { KeySchema?: { AttributeName: string }[] } | undefined)?.KeySchema ?? [];
    const names = schema.map(({ AttributeName }) => AttributeName);
    if (names.length > 0) this.#names.set(table, names);
    return names;
  }
}

export const placeOf = (table: string, key: AttributeMap): string => JSON.stringify([table, key]);
