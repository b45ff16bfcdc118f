import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';
import { describeApiKeysContract } from '#ports/workspace/api-keys.contract.js';
import { describeIdempotentRequestsContract } from '#ports/workspace/idempotent-requests.contract.js';
import { describeWorkspacesContract } from '#ports/workspace/workspaces.contract.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteApiKeys } from './sqlite-api-keys.js';
import { SqliteIdempotentRequests } from './sqlite-idempotent-requests.js';
import { SqliteWorkspaces } from './sqlite-workspaces.js';

const ownerOf = (workspaceId: string): ApiKey => ({
  id: `key_owner_of_${workspaceId}`,
  workspaceId: workspaceId as WorkspaceId,
  name: 'Owner',
  scopes: ['admin'],
  origin: 'first-start',
  createdAt: 1,
  lastUsedAt: undefined,
  revokedAt: undefined,
});

const shared = OneFolder.forThisFile();

describeWorkspacesContract('SqliteWorkspaces', () => {
  const storage = shared.emptied();
  const close = (): Promise<void> => Promise.resolve();
  return Promise.resolve({
    workspaces: new SqliteWorkspaces(storage),
    keys: new SqliteApiKeys(storage),
    close,
  });
});

describeApiKeysContract('SqliteApiKeys', () => {
  const storage = shared.emptied();
  addWorkspaces(['wsp_ours', 'wsp_theirs']);
  return Promise.resolve({ keys: new SqliteApiKeys(storage), close: () => Promise.resolve() });
});

describeIdempotentRequestsContract('SqliteIdempotentRequests', () =>
  Promise.resolve({
    requests: new SqliteIdempotentRequests(shared.emptied()),
    close: () => Promise.resolve(),
  }),
);

describe('SqliteWorkspaces', () => {
  it('still has the workspace, its owner key and its requests in flight after a restart, and can free these', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-workspace-'));
    const engine = await SqliteEngine.open(folder);
    const workspace = { id: 'wsp_a' as WorkspaceId, name: 'A', createdAt: 5 };
    await new SqliteWorkspaces(engine.storage).found(workspace, ownerOf('wsp_a'), new Uint8Array(32).fill(9));
    const request = { workspaceId: workspace.id, key: 'k', fingerprint: new Uint8Array(32) };
    const begun = await new SqliteIdempotentRequests(engine.storage).begin(request, 1, 100, 1000);
    await engine.close();

    const again = await SqliteEngine.open(folder);
    expect(await new SqliteWorkspaces(again.storage).first()).toEqual(workspace);
    expect((await new SqliteApiKeys(again.storage).findByHash(new Uint8Array(32).fill(9)))?.scopes).toEqual([
      'admin',
    ]);
    expect(begun.state).toBe('fresh');
    expect(await new SqliteIdempotentRequests(again.storage).begin(request, 2, 100, 1000)).toEqual({
      state: 'in-flight',
      until: 100,
    });
    const requests = new SqliteIdempotentRequests(again.storage);
    await requests.releaseAll();
    expect(await requests.begin(request, 3, 100, 1000)).toMatchObject({
      state: 'fresh',
      attempt: { startedAt: 1, number: 2 },
    });
    await again.close();
    await rm(folder, { recursive: true });
  });
});

/** There is only one way to make a workspace so far, and it makes one: the rows of further tenants come from here. */
function addWorkspaces(ids: readonly string[]): void {
  shared.onTheFile((db) => {
    for (const id of ids)
      db.prepare('INSERT INTO workspaces (id, name, created_at) VALUES (?, ?, 1)').run(id, id);
  });
}
