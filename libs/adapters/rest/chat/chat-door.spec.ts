import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ConversationView, MessageView } from './chat.view.js';
import { ChatServer } from './testing/chat-server.js';

type Call = readonly [method: 'get' | 'post' | 'patch' | 'put' | 'delete', path: string, body?: object];

describe('the door of the chat', () => {
  let server: ChatServer;
  let group: ConversationView;
  let message: MessageView;
  beforeEach(async () => {
    server = await ChatServer.start();
    group = await server.group('anna', 'ben');
    message = await server.say('ben', group, 'Hello');
    server.realtime.take();
  });
  afterEach(() => server.close());

  /** Every path into a conversation. */
  const calls = (id: string, messageId: string): Call[] => [
    ['get', `/v1/conversations/${id}`],
    ['patch', `/v1/conversations/${id}`, { title: 'Mine' }],
    ['put', `/v1/conversations/${id}/mute`, { until: null }],
    ['post', `/v1/conversations/${id}/receipts`, { readSeq: 1 }],
    ['get', `/v1/conversations/${id}/members`],
    ['post', `/v1/conversations/${id}/members`, { userIds: ['dora'] }],
    ['patch', `/v1/conversations/${id}/members/ben`, { role: 'owner' }],
    ['delete', `/v1/conversations/${id}/members/ben`],
    ['get', `/v1/conversations/${id}/messages`],
    ['post', `/v1/conversations/${id}/messages`, { text: 'Hello', clientMessageId: message.clientMessageId }],
    ['get', `/v1/conversations/${id}/messages/${messageId}`],
    ['patch', `/v1/conversations/${id}/messages/${messageId}`, { text: 'Mine' }],
    ['delete', `/v1/conversations/${id}/messages/${messageId}`],
    ['post', `/v1/conversations/${id}/messages/${messageId}/reactions`, { emoji: 'x', on: true }],
    ['get', `/v1/conversations/${id}/pins`],
    ['post', `/v1/conversations/${id}/pins`, { messageId }],
    ['post', `/v1/rooms/${id}/broadcast`, { event: 'stroke' }],
  ];
  const ask = async (key: string | undefined, [method, path, body]: Call, as?: string) => {
    const { status, body: answer } = await server
      .as(key)
      [method](as === undefined ? path : `${path}?as=${as}`)
      .send(body);
    const { instance: _, ...same } = answer as Record<string, unknown>;
    return { status, ...same };
  };

  it('answers of another workspace’s, and of what one is no member of, what it answers of nothing', async () => {
    const theirKey = await server.issueKey(['chat:read', 'chat:write'], 'wsp_rival');
    const theirs = await server.tokens.mint(
      { workspaceId: 'wsp_rival' as WorkspaceId, userId: 'ben' },
      3_600_000,
    );
    const missing = calls('cnv_00000000000000000000000000', 'msg_00000000000000000000000000');
    for (const [i, call] of calls(group.id, message.id).entries()) {
      const nothing = await ask(undefined, missing[i]!, 'ben');
      expect([call, nothing]).toMatchObject([call, { status: 404, code: 'not_found' }]);
      expect(await ask(theirKey, call, 'ben')).toEqual(nothing);
      expect(await ask(theirs.token, call)).toEqual(nothing);
      expect(await ask(undefined, call, 'cleo')).toEqual(nothing);
    }
    expect(server.realtime.take()).toEqual([]);
    const stored = await server.conversations.find(server.workspaceId, group.id);
    expect(stored).toMatchObject({ title: 'Talk', seq: 1, rev: 0 });
  });

  it('answers alike of a message of another conversation', async () => {
    const other = await server.group('anna', 'ben');
    for (const call of calls(other.id, message.id).filter(([, path]) => path.includes(message.id)))
      expect(await ask(undefined, call, 'ben')).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('asks for the scope of each path', async () => {
    const [reader, writer] = [await server.issueKey(['chat:read']), await server.issueKey(['chat:write'])];
    for (const call of calls(group.id, message.id)) {
      const wrong = call[0] === 'get' ? writer : reader;
      expect([call, await ask(wrong, call, 'ben')]).toMatchObject([call, { status: 403, code: 'forbidden' }]);
    }
    expect(await ask(reader, ['get', `/v1/conversations/${group.id}`], 'ben')).toMatchObject({ status: 200 });
  });

  it('asks a key in whose name it speaks', async () => {
    const call: Call = ['get', '/v1/conversations'];
    expect(await ask(undefined, call)).toMatchObject({ status: 422, errors: [{ pointer: 'as' }] });
    for (const as of ['', 'a/b', '..', 'x'.repeat(129), '{}', 'anna&as=ben'])
      expect([as, await ask(undefined, call, encodeURIComponent(as))]).toMatchObject([as, { status: 422 }]);
    const twice = await server.as().get('/v1/conversations?as=anna&as=ben');
    expect(twice.status).toBe(422);
  });

  describe('with a token of a user', () => {
    it('is open to what the user may, in their own name', async () => {
      const ben = await server.user('ben');
      const path = `/v1/conversations/${group.id}/messages`;
      const said = (await ben.post(path).send({ text: 'Me' }).expect(201)).body;
      expect(said.senderId).toBe('ben');
      expect((await ben.get('/v1/conversations?as=ben').expect(200)).body.data).toHaveLength(1);
      expect((await ben.post(`${path}?as=anna`).send({ text: 'Not me' }).expect(403)).body.code).toBe(
        'forbidden',
      );
      await ben.patch(`/v1/conversations/${group.id}`).send({ title: 'Mine' }).expect(403);
    });

    it('makes one message of one clientMessageId', async () => {
      const ben = await server.user('ben');
      const say = async () =>
        (await ben.post(`/v1/conversations/${group.id}/messages`).send({ text: 'x', clientMessageId: 'c' }))
          .body;
      expect(await say()).toEqual(await say());
    });

    it('is closed to all that is for keys', async () => {
      const ben = await server.user('ben');
      await ben.get('/v1/workspace').expect(401);
      await server.as().get('/v1/workspace').expect(200);
      const { token } = await server.tokens.mint({ workspaceId: server.workspaceId, userId: 'ben' }, 60_000);
      await server.as(`${token}x`).get('/v1/conversations').expect(401);
      await server
        .as(token.replace(/\.[^.]*$/, '.'))
        .get('/v1/conversations')
        .expect(401);
      await server.as(token).get('/v1/conversations').expect(200);
      await server.ports.clock.advance(60_000);
      const expired = await server.as(token).get('/v1/conversations').expect(401);
      expect(expired.body.code).toBe('unauthenticated');
    });

    it('is closed when guessing goes on', async () => {
      const forged = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJiZW4ifQ.${'A'.repeat(43)}`;
      let status = 0;
      for (let i = 0; i < 2_100 && status !== 429; i++)
        status = (await server.as(forged).get('/v1/conversations')).status;
      expect(status).toBe(429);
    });
  });
});
