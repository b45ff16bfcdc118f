import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Suppression, SuppressionId } from '#domain/delivery/model/suppression.js';
import type { Suppressions } from '#ports/delivery/suppressions.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import {
  type SuppressionIdItem,
  suppressionIdKey,
  suppressionIndex,
  type SuppressionItem,
  suppressionKey,
} from './items.js';
import { cursorAt, partsOf } from './list-cursors.js';
import { lifting, suppressionIn, suppressionsOf } from './suppression-lifting.js';
import { suppressing } from './suppression-writes.js';

const LIST = 'sup';

/** What stands against addresses. Sending asks the table; only the list of a whole workspace comes from an index and may lag. */
export class DynamoSuppressions implements Suppressions {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async add(suppression: Suppression): Promise<Suppression> {
    const { workspaceId, address, scope } = suppression;
    for (;;) {
      // Most that are added twice are added long after.
      const inForce = suppressionIn(await this.#of(workspaceId, address), scope);
      if (inForce) return inForce;
      const { kind } = await this.#table.transact(suppressing(suppression));
      if (kind === 'done') return suppression;
    }
  }

  async remove(workspaceId: WorkspaceId, id: SuppressionId): Promise<boolean> {
    if (id === '') return false;
    for (;;) {
      const named = await this.#table.get<SuppressionIdItem>(suppressionIdKey(workspaceId, id));
      const item = named && (await this.#of(workspaceId, named.address));
      if (!named || item?.[named.scope]?.id !== id) return false;
      const { kind } = await this.#table.transact(lifting(item, named.scope));
      if (kind === 'done') return true;
    }
  }

  async page(
    workspaceId: WorkspaceId,
    address: string | undefined,
    { limit, after }: PageRequest,
  ): Promise<Page<Suppression>> {
    const [from, scope] = after === undefined ? [] : partsOf(LIST, after, ['string', 'string']);
    const last = from === undefined ? '' : `${String(from)} ${String(scope)}`;
    const items =
      address === undefined
        ? await this.#items(workspaceId, limit, from as string | undefined)
        : [await this.#of(workspaceId, address)].filter((item) => item !== undefined);
    const found = items.flatMap(suppressionsOf).filter((one) => placeOf(one).join(' ') > last);
    const data = found.slice(0, limit);
    const shown = data.at(-1);
    return { data, next: found.length > limit && shown ? cursorAt(LIST, ...placeOf(shown)) : null };
  }

  /** Each has one suppression at least, but for that in which the cursor stands. */
  #items(workspaceId: WorkspaceId, limit: number, from: string | undefined): Promise<SuppressionItem[]> {
    return this.#table.list<SuppressionItem>({
      index: 'gsi1',
      pk: suppressionIndex(workspaceId, '').gsi1pk,
      limit: limit + 2,
      ...(from !== undefined && { from }),
    });
  }

  #of(workspaceId: WorkspaceId, address: string): Promise<SuppressionItem | undefined> {
    return this.#table.get<SuppressionItem>(suppressionKey(workspaceId, address));
  }
}

function placeOf({ workspaceId, address, scope }: Suppression): [string, string] {
  return [suppressionIndex(workspaceId, address).gsi1sk, scope];
}
