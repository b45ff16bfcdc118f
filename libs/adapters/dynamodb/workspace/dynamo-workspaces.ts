import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';
import type { Workspace } from '#domain/workspace/model/workspace.js';
import type { Workspaces } from '#ports/workspace/workspaces.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { insertsOf } from './api-key-items.js';

interface WorkspaceItem extends Key, Workspace {}

/** There is one item of this name, so there is one default workspace, however many processes start at once. */
const DEFAULT: Key = { pk: 'DEFAULTWORKSPACE', sk: 'WORKSPACE' };

export class DynamoWorkspaces implements Workspaces {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async first(): Promise<Workspace | undefined> {
    const item = await this.#table.get<WorkspaceItem>(DEFAULT);
    return item && workspaceOf(item);
  }

  async found(
    candidate: Workspace,
    ownerKey: ApiKey,
    secretHash: Uint8Array,
  ): Promise<{ founded: boolean; workspace: Workspace }> {
    const workspace = workspaceOf(candidate);
    const absent = when`attribute_not_exists(pk)`;
    const founding = await this.#table.transact([
      { kind: 'put', item: { ...DEFAULT, ...workspace }, if: absent },
      { kind: 'put', item: { ...placeOf(workspace.id), ...workspace }, if: absent },
      ...insertsOf(ownerKey, secretHash),
    ]);
    if (founding.kind === 'done') return { founded: true, workspace };
    const first = founding.by.has(0) ? await this.first() : undefined;
    if (!first) throw new Error('The key of a workspace that is to be founded exists already.');
    return { founded: false, workspace: first };
  }

  async find(id: WorkspaceId): Promise<Workspace | undefined> {
    const item = await this.#table.get<WorkspaceItem>(placeOf(id));
    return item && workspaceOf(item);
  }
}

const placeOf = (id: string): Key => ({ pk: key('WORKSPACE', id), sk: 'WORKSPACE' });

function workspaceOf({ id, name, createdAt }: Workspace): Workspace {
  return { id, name, createdAt };
}
