import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';
import type { Workspace } from '#domain/workspace/model/workspace.js';
import type { Workspaces } from '#ports/workspace/workspaces.js';
import type { SqliteStorage, StoreCalls } from '../engine/storage-client.js';
import { keyParams } from './api-keys-store.js';
import { type WorkspaceRow, workspacesStore } from './workspaces-store.js';

export class SqliteWorkspaces implements Workspaces {
  readonly #calls: StoreCalls<typeof workspacesStore.writes, typeof workspacesStore.reads>;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(workspacesStore);
  }

  async first(): Promise<Workspace | undefined> {
    return fromRow(await this.#calls.read('first', {}));
  }

  async found(
    candidate: Workspace,
    ownerKey: ApiKey,
    secretHash: Uint8Array,
  ): Promise<{ founded: boolean; workspace: Workspace }> {
    const { id, name, createdAt } = candidate;
    const existing = await this.#calls.write('found', {
      workspace: { id, name, createdAt },
      ownerKey: keyParams(ownerKey, secretHash),
    });
    return existing
      ? { founded: false, workspace: fromRow(existing) }
      : { founded: true, workspace: candidate };
  }

  async find(id: WorkspaceId): Promise<Workspace | undefined> {
    return fromRow(await this.#calls.read('find', { id }));
  }
}

function fromRow(row: WorkspaceRow): Workspace;
function fromRow(row: WorkspaceRow | undefined): Workspace | undefined;
function fromRow(row: WorkspaceRow | undefined): Workspace | undefined {
  return row && { id: row.id as WorkspaceId, name: row.name, createdAt: row.created_at };
}
