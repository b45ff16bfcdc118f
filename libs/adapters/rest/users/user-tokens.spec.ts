import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestServer, type TestServer } from '#test/support/test-server.js';
import { UserTokens } from '#ports/workspace/user-tokens.js';
import { Workspaces } from '#ports/workspace/workspaces.js';
import type { UserTokenView } from './user-token.view.js';
import { UserTokensController } from './user-tokens.controller.js';

describe('tokens of users over REST', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ controllers: [UserTokensController] });
  });
  afterEach(() => server.close());

  const verified = (token: string) => server.app.get<UserTokens>(UserTokens).verify(token);
  const mint = async (path: string, body: object = {}): Promise<UserTokenView> =>
    (await server.as().post(path).send(body).expect(201)).body as UserTokenView;

  it.each([
    ['/v1/users/ada:1@acme.example/tokens', {}],
    ['/v1/chat/tokens', { userId: 'ada:1@acme.example' }],
  ])('are minted at %s for that user of the workspace of the key, for an hour', async (path, body) => {
    const { token, ...rest } = await mint(path, body);
    const expiresAt = server.clock.now() + 3_600_000;
    const userId = 'ada:1@acme.example';
    expect(rest).toEqual({ userId, expiresAt: new Date(expiresAt).toISOString() });
    const workspaceId = (await server.app.get<Workspaces>(Workspaces).first())?.id;
    expect(await verified(token)).toEqual({ kind: 'user', workspaceId, userId, expiresAt });
    await server.clock.advance(3_600_000);
    expect(await verified(token)).toEqual({ kind: 'refused', reason: 'expired' });
  });

  it('live as long as is asked for, a minute to a day', async () => {
    for (const ttlSeconds of [60, 86_400]) {
      const { expiresAt } = await mint('/v1/users/ada/tokens', { ttlSeconds });
      expect(Date.parse(expiresAt) - server.clock.now()).toBe(ttlSeconds * 1_000);
    }
    for (const ttlSeconds of [59, 86_401, 0.5, '3600', -1]) {
      const answer = await server.as().post('/v1/users/ada/tokens').send({ ttlSeconds }).expect(422);
      expect(answer.body).toMatchObject({
        errors: expect.arrayContaining([expect.objectContaining({ pointer: '/ttlSeconds' })]),
      });
    }
  });

  it('are of the workspace whose key asks, whatever user another one has of that name', async () => {
    const key = await server.issueKey(['users:write'], 'wsp_rival');
    const answer = await server.as(key).post('/v1/users/ada/tokens').send({}).expect(201);
    const { token } = answer.body as UserTokenView;
    expect(await verified(token)).toMatchObject({ workspaceId: 'wsp_rival', userId: 'ada' });
  });

  it('are for nobody without the right to write users', async () => {
    const key = await server.issueKey(['users:read', 'notifications:write']);
    await server.as(key).post('/v1/users/ada/tokens').send({}).expect(403);
    await server.as(key).post('/v1/chat/tokens').send({ userId: 'ada' }).expect(403);
    await server.anybody().post('/v1/users/ada/tokens').send({}).expect(401);
  });

  it.each(['a b', 'ä', 'x'.repeat(129), '..%2F', '{}'])('are for no user called %j', async (name) => {
    await server
      .as()
      .post(`/v1/users/${encodeURIComponent(name)}/tokens`)
      .expect(422);
    await server.as().post('/v1/chat/tokens').send({ userId: name }).expect(422);
  });

  it('take no claims of the asker’s own', async () => {
    const body = { userId: 'ada', workspaceId: 'wsp_rival', scopes: ['admin'] };
    await server.as().post('/v1/chat/tokens').send(body).expect(422);
  });

  it('are in one answer and nowhere else', async () => {
    const ask = () =>
      server.as().post('/v1/users/ada/tokens').set('idempotency-key', 'k').send({}).expect(201);
    expect((await ask()).body).toMatchObject({ token: expect.stringMatching(/^ey/) });
    const again = await ask();
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toMatchObject({ token: null, userId: 'ada' });
  });
});
