import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { MemoryApiKeys } from '#adapters/memory/workspace/memory-api-keys.js';
import { MemoryIdempotentRequests } from '#adapters/memory/workspace/memory-idempotent-requests.js';
import { MemoryWorkspaces } from '#adapters/memory/workspace/memory-workspaces.js';
import { Sha256ApiKeyTokens } from '#adapters/system/sha256-api-key-tokens.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ApiKey } from '../model/api-key.js';
import { BootstrapWorkspace } from './bootstrap-workspace.js';
import { PurgeIdempotentRequests } from './purge-idempotent-requests.js';
import { RevokeApiKey, RevokeApiKeyHandler } from './revoke-api-key.js';
import { VerifyApiKey } from './verify-api-key.js';

const OURS = 'wsp_ours' as WorkspaceId;
const clock = new DrivenClock();
const log = new MemoryLog();
const tokens = new Sha256ApiKeyTokens(new SeededRandomness());

const aKey = (id: string): ApiKey => ({
  id,
  workspaceId: OURS,
  name: 'Shop',
  scopes: ['campaigns:read'],
  origin: 'issued',
  createdAt: 0,
  lastUsedAt: undefined,
  revokedAt: undefined,
});

describe('VerifyApiKey', () => {
  let keys: MemoryApiKeys;
  let lookups: number;
  let verify: VerifyApiKey;
  beforeEach(async () => {
    keys = new MemoryApiKeys();
    await keys.insert(aKey('key_1'), tokens.hash('token'));
    lookups = 0;
    const find = keys.findByHash.bind(keys);
    keys.findByHash = (hash) => {
      lookups += 1;
      return find(hash);
    };
    verify = new VerifyApiKey(keys, tokens, clock, log);
  });
  const revoke = (id: string): Promise<void> =>
    new RevokeApiKeyHandler(keys, verify, clock).execute(new RevokeApiKey(OURS, id));

  it('tells whose a token is, and asks the storage once for many requests', async () => {
    const caller = { workspaceId: OURS, keyId: 'key_1', scopes: ['campaigns:read'] };
    for (let n = 0; n < 5; n++) expect(await verify.verify('token')).toEqual(caller);
    expect(lookups).toBe(1);
    expect(verify.remembered('token')).toEqual(caller);
  });

  it('knows nobody by a wrong token', async () => {
    expect(await verify.verify('tokem')).toBeUndefined();
    expect(await verify.verify('')).toBeUndefined();
    expect(verify.remembered('tokem')).toBeUndefined();
  });

  it('does not know a key any more as soon as it is revoked', async () => {
    await verify.verify('token');
    await revoke('key_1');
    expect(verify.remembered('token')).toBeUndefined();
    expect(await verify.verify('token')).toBeUndefined();
  });

  it('does not remember what a lookup saw that a revocation overtook', async () => {
    const find = keys.findByHash.bind(keys);
    let answer = (): void => {};
    keys.findByHash = async (hash) => {
      const seen = await find(hash);
      await new Promise<void>((resolve) => (answer = resolve));
      return seen;
    };
    const early = verify.verify('token');
    await clock.advance(0);
    await revoke('key_1');
    answer();
    await early;
    expect(verify.remembered('token')).toBeUndefined();
  });

  it('looks again after half a minute, for it may have been revoked elsewhere', async () => {
    await verify.verify('token');
    await keys.revoke(OURS, 'key_1', clock.now());
    await clock.advance(29_999);
    expect(await verify.verify('token')).toBeDefined();
    await clock.advance(1);
    expect(await verify.verify('token')).toBeUndefined();
  });

  it('writes the last use once a minute', async () => {
    const touched: number[] = [];
    const touch = keys.touch.bind(keys);
    keys.touch = (id, at) => {
      touched.push(at - start);
      return touch(id, at);
    };
    const start = clock.now();
    for (let second = 0; second < 150; second += 10) {
      await verify.verify('token');
      await clock.advance(10_000);
    }
    expect(touched).toEqual([0, 60_000, 120_000]);
  });

  it('lets no request wait or fail for writing the last use', async () => {
    keys.touch = () => Promise.reject(new Error('disk'));
    expect(await verify.verify('token')).toBeDefined();
    keys.touch = () => new Promise(() => {});
    await clock.advance(60_000);
    expect(await verify.verify('token')).toBeDefined();
    expect(log.complaints).toContain('api_key.touch_failed');
  });
});

describe('BootstrapWorkspace', () => {
  let keys: MemoryApiKeys;
  let workspaces: MemoryWorkspaces;
  let complaints: MemoryLog;
  const start = (givenToken?: string) =>
    new BootstrapWorkspace(workspaces, keys, tokens, ids, clock, complaints).run(givenToken);
  let ids: CountingIds;
  beforeEach(() => {
    keys = new MemoryApiKeys();
    workspaces = new MemoryWorkspaces(keys);
    complaints = new MemoryLog();
    ids = new CountingIds();
  });
  const ownerOf = async (token: string) => {
    const key = await keys.findByHash(tokens.hash(token));
    return key && { scopes: key.scopes, origin: key.origin, revoked: key.revokedAt !== undefined };
  };

  it('makes a workspace and an owner key at the first start, and neither at the second', async () => {
    const { workspace, madeToken } = await start();
    expect(madeToken).toMatch(/^phk_/);
    expect(await ownerOf(madeToken ?? '')).toEqual({
      scopes: ['admin'],
      origin: 'first-start',
      revoked: false,
    });
    expect(await start()).toEqual({ workspace, madeToken: undefined });
  });

  it('shows nobody a key that the operator named', async () => {
    expect((await start('named-by-the-operator')).madeToken).toBeUndefined();
    expect(await ownerOf('named-by-the-operator')).toEqual({
      scopes: ['admin'],
      origin: 'environment',
      revoked: false,
    });
  });

  it('lets a key in that is named later, beside the first one', async () => {
    const { madeToken } = await start();
    await start('named-later');
    expect(await ownerOf('named-later')).toMatchObject({ revoked: false });
    expect(await ownerOf(madeToken ?? '')).toMatchObject({ revoked: false });
  });

  it('lets the key go that was named before another one', async () => {
    await start('first-name');
    await start('second-name');
    expect(await ownerOf('first-name')).toMatchObject({ revoked: true });
    expect(await ownerOf('second-name')).toMatchObject({ revoked: false });
    await start('second-name');
    expect((await keys.list((await start()).workspace.id, { limit: 10 })).data).toHaveLength(2);
  });

  it('does not bring a revoked key back, and says so', async () => {
    const { workspace } = await start('leaked-key');
    const key = await keys.findByHash(tokens.hash('leaked-key'));
    await keys.revoke(workspace.id, key?.id ?? '', clock.now());
    await start('leaked-key');
    expect(await ownerOf('leaked-key')).toMatchObject({ revoked: true });
    expect(complaints.complaints).toEqual(['owner_key.revoked']);
  });

  it('makes one workspace when two processes start at once', async () => {
    const [one, other] = await Promise.all([start('same-key'), start('same-key')]);
    expect(one.workspace).toEqual(other.workspace);
    expect(await ownerOf('same-key')).toMatchObject({ revoked: false });
  });
});

describe('PurgeIdempotentRequests', () => {
  it('removes in small steps what need not be kept, again and again, until it is stopped', async () => {
    const requests = new MemoryIdempotentRequests();
    const steps: number[] = [];
    const purgeStep = requests.purge.bind(requests);
    requests.purge = async (now, limit) => {
      const removed = await purgeStep(now, limit);
      steps.push(removed);
      return removed;
    };
    const begin = (key: string) =>
      requests.begin(
        { workspaceId: OURS, key, fingerprint: new Uint8Array(32) },
        clock.now(),
        clock.now(),
        clock.now() + 1000,
      );
    for (let n = 0; n < 700; n++) await begin(`k-${n}`);
    const purge = new PurgeIdempotentRequests(requests, clock, log);
    purge.start();
    await clock.advance(600_000);
    expect(steps).toEqual([500, 200]);
    await clock.advance(600_000);
    expect(steps).toEqual([500, 200, 0]);
    await purge.stop();
    await clock.advance(3_600_000);
    expect(steps).toHaveLength(3);
  });

  it('goes on after a failure', async () => {
    const requests = new MemoryIdempotentRequests();
    let calls = 0;
    requests.purge = () => {
      calls += 1;
      return Promise.reject(new Error('disk'));
    };
    const purge = new PurgeIdempotentRequests(requests, clock, log);
    purge.start();
    await clock.advance(1_200_000);
    expect(calls).toBe(2);
    expect(log.complaints).toContain('idempotency.purge_failed');
    await purge.stop();
  });
});
