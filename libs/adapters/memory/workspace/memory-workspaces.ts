import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';
import type { Workspace } from '#domain/workspace/model/workspace.js';
import type { Workspaces } from '#ports/workspace/workspaces.js';
import type { MemoryApiKeys } from './memory-api-keys.js';

export class MemoryWorkspaces implements Workspaces {
  readonly #keys: MemoryApiKeys;
  readonly #workspaces = new Map<string, Workspace>();
  #first: Workspace | undefined;

  constructor(keys: MemoryApiKeys) {
    this.#keys = keys;
  }

  first(): Promise<Workspace | undefined> {
    return Promise.resolve(this.#first);
  }

  async found(
    candidate: Workspace,
    ownerKey: ApiKey,
    secretHash: Uint8Array,
  ): Promise<{ founded: boolean; workspace: Workspace }> {
    if (this.#first) return { founded: false, workspace: this.#first };
    this.#first = candidate;
    this.#workspaces.set(candidate.id, candidate);
    await this.#keys.insert(ownerKey, secretHash);
    return { founded: true, workspace: candidate };
  }

  find(id: WorkspaceId): Promise<Workspace | undefined> {
    return Promise.resolve(this.#workspaces.get(id));
  }

  /** A further tenant, for tests: over the API there is only the default one so far. */
  add(workspace: Workspace): void {
    this.#workspaces.set(workspace.id, workspace);
  }
}
