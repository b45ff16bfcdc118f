import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';
import { describeApiKeysContract } from '#ports/workspace/api-keys.contract.js';
import { describeIdempotentRequestsContract } from '#ports/workspace/idempotent-requests.contract.js';
import { describeWorkspacesContract } from '#ports/workspace/workspaces.contract.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoApiKeys } from './dynamo-api-keys.js';
import { DynamoIdempotentRequests } from './dynamo-idempotent-requests.js';
import { DynamoWorkspaces } from './dynamo-workspaces.js';

const dynamo = OneDynamo.forThisFile();
const close = (): Promise<void> => Promise.resolve();

describeWorkspacesContract('DynamoWorkspaces', async () => {
  const table = await dynamo.fresh();
  return { workspaces: new DynamoWorkspaces(table), keys: new DynamoApiKeys(table), close };
});
describeApiKeysContract('DynamoApiKeys', async () => ({
  keys: new DynamoApiKeys(await dynamo.fresh()),
  close,
}));
describeIdempotentRequestsContract(
  'DynamoIdempotentRequests',
  async () => ({ requests: new DynamoIdempotentRequests(await dynamo.fresh()), close }),
  'by itself',
);

const workspaceId = 'wsp_a' as WorkspaceId;
const workspace = { id: workspaceId, name: 'A', createdAt: 5 };
const ownerKey: ApiKey = {
  id: 'key_a',
  workspaceId,
  name: 'Owner',
  scopes: ['admin'],
  origin: 'first-start',
  createdAt: 1,
  lastUsedAt: undefined,
  revokedAt: undefined,
};
const hash = new Uint8Array(32).fill(1);

describe('DynamoWorkspaces', () => {
  it('has founded the workspace of whoever did not hear the answer', async () => {
    const workspaces = new DynamoWorkspaces(await dynamo.fresh());
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 2 });
    expect(await workspaces.found(workspace, ownerKey, hash)).toEqual({ founded: true, workspace });
  });

  it('is founded by one of several processes, whose key is the only one there is', async () => {
    const tables = [await dynamo.fresh(), dynamo.table(), dynamo.table()];
    const foundings = await Promise.all(
      tables.map((table, i) => {
        const id = `wsp_${i}` as WorkspaceId;
        const theirKey = { ...ownerKey, id: `key_${i}`, workspaceId: id };
        return new DynamoWorkspaces(table).found({ ...workspace, id }, theirKey, new Uint8Array(32).fill(i));
      }),
    );
    const founder = foundings.findIndex(({ founded }) => founded);
    const keys = new DynamoApiKeys(dynamo.table());
    const found = await Promise.all([0, 1, 2].map((i) => keys.findByHash(new Uint8Array(32).fill(i))));
    expect(found.map((one) => one?.id)).toEqual(
      [0, 1, 2].map((i) => (i === founder ? `key_${i}` : undefined)),
    );
  });
});

describe('DynamoApiKeys', () => {
  it('has inserted the key of whoever did not hear the answer', async () => {
    const keys = new DynamoApiKeys(await dynamo.fresh());
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    expect(await keys.insert(ownerKey, hash)).toBe('inserted');
  });

  it('shows another process at once that a key is revoked', async () => {
    const [here, there] = [new DynamoApiKeys(await dynamo.fresh()), new DynamoApiKeys(dynamo.table())];
    await here.insert(ownerKey, hash);
    await here.revoke(workspaceId, 'key_a', 7);
    expect((await there.findByHash(hash))?.revokedAt).toBe(7);
  });

  it('goes on behind the key of its cursor, and refuses one no key can be the name of', async () => {
    const keys = new DynamoApiKeys(await dynamo.fresh());
    await keys.insert(ownerKey, hash);
    expect(await keys.list(workspaceId, { limit: 5, after: 'key_b' })).toMatchObject({
      data: [{ id: 'key_a' }],
    });
    const endless = keys.list(workspaceId, { limit: 5, after: '#'.repeat(400) });
    await expect(endless).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

describe('DynamoIdempotentRequests', () => {
  const request = { workspaceId, key: 'k', fingerprint: new Uint8Array(32) };

  it('lets whoever did not hear the answer go ahead, and has settled what they settle', async () => {
    const requests = new DynamoIdempotentRequests(await dynamo.fresh());
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    const begun = await requests.begin(request, 1, 100, 1000);
    if (begun.state !== 'fresh') throw new Error(`It was ${begun.state}.`);
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    const answer = { status: 201, headers: {}, body: '' };
    expect(await requests.settle(begun.attempt, answer, 1000)).toBe(true);
    expect(await requests.begin(request, 2, 100, 1000)).toEqual({ state: 'replay', answer });
  });

  it('answers again, to the byte, what is more than an item holds', async () => {
    const [here, there] = [await dynamo.fresh(), dynamo.table()].map(
      (one) => new DynamoIdempotentRequests(one),
    );
    const begun = await here!.begin(request, 1, 100, 1000);
    if (begun.state !== 'fresh') throw new Error(`It was ${begun.state}.`);
    const answer = {
      status: 200,
      headers: { location: '/ä' },
      body: randomBytes(900_000).toString('base64'),
    };
    expect(await here!.settle(begun.attempt, answer, 1000)).toBe(true);
    expect(await there!.begin(request, 2, 100, 1000)).toEqual({ state: 'replay', answer });
  });

  it('takes nothing from whoever began when an earlier request of the same key was long over', async () => {
    const requests = new DynamoIdempotentRequests(await dynamo.fresh());
    const [old, young] = [
      await requests.begin(request, 1, 100, 1000),
      await requests.begin(request, 1001, 2000, 3000),
    ];
    if (old.state !== 'fresh' || young.state !== 'fresh') throw new Error('Both were to go ahead.');
    expect([old.attempt.number, young.attempt.number]).toEqual([1, 1]);
    const answer = { status: 500, headers: {}, body: 'late' };
    expect(await requests.settle(old.attempt, answer, 3000)).toBe(false);
    expect(await requests.begin(request, 1002, 2000, 3000)).toEqual({ state: 'in-flight', until: 2000 });
  });
});
