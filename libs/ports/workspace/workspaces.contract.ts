import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';
import type { Workspace } from '#domain/workspace/model/workspace.js';
import type { ApiKeys } from './api-keys.js';
import type { Workspaces } from './workspaces.js';

export interface WorkspacesUnderTest {
  readonly workspaces: Workspaces;
  readonly keys: ApiKeys;
  close(): Promise<void>;
}

const id = (text: string): WorkspaceId => text as WorkspaceId;
const workspace = (name: string): Workspace => ({ id: id(`wsp_${name}`), name, createdAt: 1000 });
const ownerOf = (name: string): ApiKey => ({
  id: `key_${name}`,
  workspaceId: id(`wsp_${name}`),
  name: 'Owner',
  scopes: ['admin'],
  origin: 'first-start',
  createdAt: 1000,
  lastUsedAt: undefined,
  revokedAt: undefined,
});
const hash = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

export function describeWorkspacesContract(name: string, make: () => Promise<WorkspacesUnderTest>): void {
  describe(`Workspaces: ${name}`, () => {
    let its: WorkspacesUnderTest;
    beforeEach(async () => {
      its = await make();
    });
    afterEach(() => its.close());

    it('has no workspace before one is founded', async () => {
      expect(await its.workspaces.first()).toBeUndefined();
      expect(await its.workspaces.find(id('wsp_a'))).toBeUndefined();
    });

    it('founds the default workspace together with its owner key', async () => {
      const founding = await its.workspaces.found(workspace('a'), ownerOf('a'), hash(1));
      expect(founding).toEqual({ founded: true, workspace: workspace('a') });
      expect(await its.workspaces.first()).toEqual(workspace('a'));
      expect(await its.workspaces.find(id('wsp_a'))).toEqual(workspace('a'));
      expect(await its.keys.findByHash(hash(1))).toEqual({ ...ownerOf('a'), tokenHash: hash(1) });
    });

    it('founds only once: a second founding changes nothing and is answered the first workspace', async () => {
      await its.workspaces.found(workspace('a'), ownerOf('a'), hash(1));
      const second = await its.workspaces.found(workspace('b'), ownerOf('b'), hash(2));
      expect(second).toEqual({ founded: false, workspace: workspace('a') });
      expect(await its.workspaces.find(id('wsp_b'))).toBeUndefined();
      expect(await its.keys.findByHash(hash(2))).toBeUndefined();
    });

    it('founds once when many try at the same time', async () => {
      const names = ['a', 'b', 'c', 'd', 'e'];
      const foundings = await Promise.all(
        names.map((one, index) => its.workspaces.found(workspace(one), ownerOf(one), hash(index))),
      );
      expect(foundings.filter(({ founded }) => founded)).toHaveLength(1);
      expect(new Set(foundings.map((founding) => founding.workspace.id)).size).toBe(1);
    });
  });
}
