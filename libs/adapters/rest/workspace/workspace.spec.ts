import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiKeys } from '#ports/workspace/api-keys.js';
import { startTestServer, type TestServer } from '#test/support/test-server.js';

const PATH = '/v1/api-keys';

describe('workspaces and API keys', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.close());
  const create = (body: object, token?: string) => server.as(token).post(PATH).send(body);

  it('tells the owner about their workspace', async () => {
    const { body } = await server.as().get('/v1/workspace').expect(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^wsp_/),
      name: 'Default',
      createdAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('hands out a key that works at once, within its scopes', async () => {
    const created = await create({ name: 'Shop', scopes: ['keys:read'] }).expect(201);
    expect(created.headers['location']).toBe(`${PATH}/${created.body.id}`);
    expect(created.body).toEqual({
      id: expect.stringMatching(/^key_[0-9a-z]{26}$/),
      name: 'Shop',
      scopes: ['keys:read'],
      origin: 'issued',
      createdAt: '2026-01-01T00:00:00.000Z',
      lastUsedAt: null,
      revokedAt: null,
      key: expect.stringMatching(/^phk_[0-9a-z]{26}_[0-9a-z]{32}$/),
    });
    await server.as(created.body.key).get(PATH).expect(200);
    await server
      .as(created.body.key)
      .post(PATH)
      .send({ name: 'x', scopes: ['keys:read'] })
      .expect(403);
  });

  it('shows the secret once: neither a list nor a repeated answer has it', async () => {
    const ask = () => create({ name: 'Shop', scopes: ['keys:read'] }).set('idempotency-key', 'k-1');
    const created = await ask().expect(201);
    const repeated = await ask().expect(201);
    expect(repeated.body).toEqual({ ...created.body, key: null });
    const listed = await server.as().get(PATH).expect(200);
    expect(listed.text).not.toContain(created.body.key);
    expect(listed.text).not.toContain('hash');
    expect(listed.body.data).toHaveLength(2);
  });

  it('makes another key when the first attempt died before it could show its secret, and leaves one usable key', async () => {
    const keys = server.app.get<ApiKeys>(ApiKeys);
    const insert = keys.insert.bind(keys);
    keys.insert = async (...args) => {
      await insert(...args);
      keys.insert = insert;
      throw new Error('the process died here');
    };
    const ask = () => create({ name: 'Shop', scopes: ['keys:read'] }).set('idempotency-key', 'k-1');
    await ask().expect(500);
    const created = await ask().expect(201);
    await server.as(created.body.key).get(PATH).expect(200);
    const listed = (await server.as().get(PATH)).body.data as { name: string; revokedAt: string | null }[];
    expect(listed.filter(({ name, revokedAt }) => name === 'Shop' && revokedAt === null)).toHaveLength(1);
  });

  it('lets nobody hand on more than they have', async () => {
    const modest = await server.issueKey(['keys:write', 'campaigns:read']);
    await create({ name: 'x', scopes: ['campaigns:read'] }, modest).expect(201);
    const answer = await create(
      { name: 'x', scopes: ['campaigns:read', 'admin', 'campaigns:write'] },
      modest,
    ).expect(403);
    expect(answer.body.detail).toBe('Your key may not hand on: admin, campaigns:write.');
  });

  it.each([
    [{ name: 'x', scopes: [] }],
    [{ name: 'x', scopes: ['everything'] }],
    [{ name: 'x', scopes: 'admin' }],
    [{ name: '', scopes: ['admin'] }],
    [{ scopes: ['admin'] }],
    [{ name: 'x', scopes: ['admin'], workspaceId: 'wsp_1' }],
    [{ name: 'x', scopes: ['admin'], origin: 'environment' }],
  ])('refuses %j', async (body) => {
    expect((await create(body).expect(422)).body.code).toBe('validation_failed');
  });

  it('revokes a key at once and for ever, and goes on listing it', async () => {
    const { id, key } = (await create({ name: 'Shop', scopes: ['admin'] })).body;
    await server.as(key).get('/v1/workspace').expect(200);
    await server.as().delete(`${PATH}/${id}`).expect(204);
    await server.as(key).get('/v1/workspace').expect(401);
    await server.as().delete(`${PATH}/${id}`).expect(204);
    const [listed] = (await server.as().get(PATH)).body.data;
    expect(listed).toMatchObject({ id, revokedAt: '2026-01-01T00:00:00.000Z' });
  });

  it('answers for a key of another workspace exactly as for one that never was', async () => {
    const theirs = await server.issueKey(['admin'], 'wsp_theirs');
    const { id } = (await create({ name: 'Ours', scopes: ['admin'] })).body;
    const foreign = await server.as(theirs).delete(`${PATH}/${id}`).expect(404);
    const missing = await server
      .as(theirs)
      .delete(`${PATH}/key_${'0'.repeat(26)}`)
      .expect(404);
    expect({ ...foreign.body, instance: '' }).toEqual({ ...missing.body, instance: '' });
    expect((await server.as(theirs).get(PATH)).body.data).toHaveLength(1);
    expect(
      (await server.as().get(PATH)).body.data.map(({ revokedAt }: { revokedAt: null }) => revokedAt),
    ).toEqual([null, null]);
  });

  it('lists the newest first, page by page', async () => {
    for (const name of ['a', 'b', 'c']) await create({ name, scopes: ['keys:read'] });
    const first = (await server.as().get(`${PATH}?limit=2`)).body;
    expect(first.data.map(({ name }: { name: string }) => name)).toEqual(['c', 'b']);
    const second = (await server.as().get(`${PATH}?limit=2&after=${first.page.next}`)).body;
    expect(second.data.map(({ name }: { name: string }) => name)).toEqual(['a', 'Owner (POSTHORN_API_KEY)']);
    expect(second.page.next).toBeNull();
  });

  it('tells when a key was last used, to the minute', async () => {
    const { key, id } = (await create({ name: 'Shop', scopes: ['keys:read'] })).body;
    const lastUse = async (): Promise<string> => {
      const { data } = (await server.as().get(PATH)).body;
      return data.find((one: { id: string }) => one.id === id).lastUsedAt;
    };
    await server.clock.advance(30_000);
    await server.as(key).get(PATH);
    expect(await lastUse()).toBe('2026-01-01T00:00:30.000Z');
    await server.clock.advance(20_000);
    await server.as(key).get(PATH);
    expect(await lastUse()).toBe('2026-01-01T00:00:30.000Z');
    await server.clock.advance(40_000);
    await server.as(key).get(PATH);
    expect(await lastUse()).toBe('2026-01-01T00:01:30.000Z');
  });
});
