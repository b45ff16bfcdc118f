import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';
import type { ApiKeys } from './api-keys.js';

export interface ApiKeysUnderTest {
  readonly keys: ApiKeys;
  close(): Promise<void>;
}

const OURS = 'wsp_ours' as WorkspaceId;
const THEIRS = 'wsp_theirs' as WorkspaceId;
const hash = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const aKey = (id: string, changes: Partial<ApiKey> = {}): ApiKey => ({
  id,
  workspaceId: OURS,
  name: 'Shop back end',
  scopes: ['campaigns:read', 'campaigns:write'],
  origin: 'issued',
  createdAt: 1000,
  lastUsedAt: undefined,
  revokedAt: undefined,
  ...changes,
});

/** `make` answers a store in which the workspaces `wsp_ours` and `wsp_theirs` exist. */
export function describeApiKeysContract(name: string, make: () => Promise<ApiKeysUnderTest>): void {
  describe(`ApiKeys: ${name}`, () => {
    let its: ApiKeysUnderTest;
    let keys: ApiKeys;
    beforeEach(async () => {
      its = await make();
      keys = its.keys;
    });
    afterEach(() => its.close());

    it('finds a key by the hash of its token, with everything about it', async () => {
      expect(await keys.insert(aKey('key_1'), hash(1))).toBe('inserted');
      expect(await keys.findByHash(hash(1))).toEqual({ ...aKey('key_1'), tokenHash: hash(1) });
      expect(await keys.findByHash(hash(2))).toBeUndefined();
    });

    it('changes nothing when an id is inserted again', async () => {
      await keys.insert(aKey('key_1'), hash(1));
      expect(await keys.insert(aKey('key_1', { name: 'Another' }), hash(2))).toBe('exists');
      expect(await keys.findByHash(hash(2))).toBeUndefined();
      expect((await keys.find(OURS, 'key_1'))?.name).toBe('Shop back end');
    });

    it('refuses a hash that another key has, in any workspace', async () => {
      await keys.insert(aKey('key_1'), hash(1));
      expect(await keys.insert(aKey('key_2', { workspaceId: THEIRS }), hash(1))).toBe('taken');
      expect(await keys.find(THEIRS, 'key_2')).toBeUndefined();
    });

    it('shows a key to its own workspace only', async () => {
      await keys.insert(aKey('key_1'), hash(1));
      expect(await keys.find(OURS, 'key_1')).toEqual(aKey('key_1'));
      expect(await keys.find(THEIRS, 'key_1')).toBeUndefined();
      expect(await keys.revoke(THEIRS, 'key_1', 5)).toBe(false);
      expect((await keys.findByHash(hash(1)))?.revokedAt).toBeUndefined();
    });

    it('lists the keys of one workspace, newest first, page by page, each once', async () => {
      for (const n of [1, 2, 3, 4, 5]) await keys.insert(aKey(`key_${n}`), hash(n));
      await keys.insert(aKey('key_6', { workspaceId: THEIRS }), hash(6));
      const seen: string[][] = [];
      for (let after: string | undefined, more = true; more;) {
        const page = await keys.list(OURS, { limit: 2, after });
        seen.push(page.data.map(({ id }) => id));
        after = page.next ?? undefined;
        more = page.next !== null;
      }
      expect(seen).toEqual([['key_5', 'key_4'], ['key_3', 'key_2'], ['key_1']]);
    });

    it('ends the list without a cursor when the last page is full', async () => {
      for (const n of [1, 2]) await keys.insert(aKey(`key_${n}`), hash(n));
      expect((await keys.list(OURS, { limit: 2 })).next).toBeNull();
    });

    it('revokes at once and for ever, as of the first time, and goes on listing the key', async () => {
      await keys.insert(aKey('key_1'), hash(1));
      expect(await keys.revoke(OURS, 'key_1', 5000)).toBe(true);
      expect(await keys.revoke(OURS, 'key_1', 9000)).toBe(true);
      expect((await keys.findByHash(hash(1)))?.revokedAt).toBe(5000);
      expect((await keys.list(OURS, { limit: 10 })).data.map(({ revokedAt }) => revokedAt)).toEqual([5000]);
    });

    it('answers that there is no such key when an unknown one is to be revoked', async () => {
      expect(await keys.revoke(OURS, 'key_1', 5000)).toBe(false);
    });

    it('moves the last use forward only', async () => {
      await keys.insert(aKey('key_1'), hash(1));
      await keys.touch('key_1', 7000);
      await keys.touch('key_1', 6000);
      await keys.touch('key_unknown', 6000);
      expect((await keys.find(OURS, 'key_1'))?.lastUsedAt).toBe(7000);
    });
  });
}
