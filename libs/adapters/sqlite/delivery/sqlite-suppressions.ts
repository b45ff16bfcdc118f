import { Refusal } from '#domain/kernel/refusal.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Suppression, SuppressionId } from '#domain/delivery/model/suppression.js';
import type { Suppressions } from '#ports/delivery/suppressions.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { suppressionsStore } from './suppressions-store.js';

export class SqliteSuppressions implements Suppressions {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(suppressionsStore);
  }

  add(suppression: Suppression): Promise<Suppression> {
    return this.#calls.write('add', suppression);
  }

  remove(workspace: WorkspaceId, id: SuppressionId): Promise<boolean> {
    return this.#calls.write('remove', { workspace, id });
  }

  async page(
    workspace: WorkspaceId,
    address: string | undefined,
    page: PageRequest,
  ): Promise<Page<Suppression>> {
    const after = readCursor(page.after);
    const rows = await this.#calls.read('page', { workspace, address, after, limit: page.limit + 1 });
    const data = rows.slice(0, page.limit);
    const last = data.at(-1);
    return { data, next: rows.length > page.limit && last ? writeCursor(last) : null };
  }
}

function writeCursor(last: Suppression): string {
  return Buffer.from(`${last.scope} ${last.address}`).toString('base64url');
}

function readCursor(after: string | undefined): [address: string, scope: string] {
  if (after === undefined) return ['', ''];
  const match = /^(all|marketing) (.+)$/s.exec(Buffer.from(after, 'base64url').toString());
  if (!match?.[1] || !match[2]) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return [match[2], match[1]];
}
