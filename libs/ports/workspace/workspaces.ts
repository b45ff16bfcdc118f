import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';
import type { Workspace } from '#domain/workspace/model/workspace.js';

/**
 * The tenants.
 *
 * Guarantees: a deployment has one default workspace. `found` makes it together with its owner key, both or neither,
 * and only if there is none yet: of several processes that start at once, one founds it and all are answered the same
 * workspace. Were they two steps, a process dying between them would leave a workspace that nobody can enter.
 * What `found` made is seen by every `find` and by `ApiKeys` afterwards.
 */
export interface Workspaces {
  /** The default workspace, or undefined before the first start. */
  first(): Promise<Workspace | undefined>;
  found(
    candidate: Workspace,
    ownerKey: ApiKey,
    secretHash: Uint8Array,
  ): Promise<{ founded: boolean; workspace: Workspace }>;
  find(id: WorkspaceId): Promise<Workspace | undefined>;
}
export const Workspaces = Symbol('Workspaces');
