import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationView, MemberView, MessageView } from './chat.view.js';
import { ChatServer } from './testing/chat-server.js';

const NOW = '2026-01-01T00:00:00.000Z';

describe('the chat over REST', () => {
  let server: ChatServer;
  let group: ConversationView;
  let path: string;
  beforeEach(async () => {
    server = await ChatServer.start();
    group = await server.group('anna', 'ben', 'cleo');
    path = `/v1/conversations/${group.id}`;
    server.realtime.take();
  });
  afterEach(() => server.close());

  const get = async (at: string, status = 200) => (await server.as().get(at).expect(status)).body;
  const post = async (at: string, body: object, status: number) =>
    (await server.as().post(at).send(body).expect(status)).body;
  const members = async (): Promise<MemberView[]> => (await get(`${path}/members?as=anna`)).data;

  describe('conversations', () => {
    it('are opened in a user’s name, with a title and members', async () => {
      expect(group).toEqual({
        id: expect.stringMatching(/^cnv_[0-9a-z]{26}$/),
        kind: 'group',
        title: 'Talk',
        between: null,
        createdBy: 'anna',
        createdAt: NOW,
        seq: 0,
        rev: 0,
        cutSeq: 0,
      });
      expect((await members()).map(({ userId, role }) => [userId, role])).toEqual([
        ['anna', 'owner'],
        ['ben', 'member'],
        ['cleo', 'member'],
      ]);
    });

    it('of two people are one, whoever opens it', async () => {
      const made = await post('/v1/conversations?as=anna', { kind: 'direct', with: 'ben' }, 201);
      expect(made).toMatchObject({ kind: 'direct', title: null, between: ['anna', 'ben'] });
      expect(await post('/v1/conversations?as=ben', { kind: 'direct', with: 'anna' }, 200)).toEqual(made);
    });

    it('are one for a request that is repeated', async () => {
      const ask = () =>
        server
          .as()
          .post('/v1/conversations?as=anna')
          .set('idempotency-key', 'k')
          .send({ kind: 'room', title: 'Hall' });
      const first = await ask().expect(201);
      expect(first.headers['location']).toBe(`/v1/conversations/${first.body.id}`);
      expect((await ask().expect(201)).body).toEqual(first.body);
      expect((await get('/v1/conversations?as=anna')).data).toHaveLength(2);
    });

    it('are listed with what is unread, the one with the newest message first', async () => {
      const other = await server.group('ben', 'anna');
      await server.say('ben', group, 'Hello', { mentions: ['anna'] });
      const first = await get('/v1/conversations?as=anna&limit=1');
      expect(first.data).toMatchObject([
        {
          id: group.id,
          unread: 1,
          unreadMentions: 1,
          last: { text: 'Hello' },
          me: { role: 'owner', readSeq: 0 },
        },
      ]);
      const rest = await get(`/v1/conversations?as=anna&limit=1&after=${first.page.next}`);
      expect(rest).toMatchObject({ data: [{ id: other.id, unread: 0, last: null }], page: { next: null } });
    });

    it('get another title by who may, and are muted by each for themselves', async () => {
      await server.as().patch(`${path}?as=ben`).send({ title: 'Mine' }).expect(403);
      const renamed = await server.as().patch(`${path}?as=anna`).send({ title: ' Plans ' }).expect(200);
      expect(renamed.body).toMatchObject({ id: group.id, title: 'Plans' });
      const until = '2026-02-01T00:00:00.000Z';
      const muted = await server.as().put(`${path}/mute?as=ben`).send({ until }).expect(200);
      expect(muted.body.mutedUntil).toBe(until);
      expect(await get(`${path}?as=ben`)).toMatchObject({ title: 'Plans', me: { mutedUntil: until } });
      expect((await members())[1]).not.toHaveProperty('mutedUntil');
      const loud = await server.as().put(`${path}/mute?as=ben`).send({ until: null }).expect(200);
      expect(loud.body.mutedUntil).toBeNull();
    });

    it.each([
      ['of no kind', {}, '/kind'],
      ['of an unknown kind', { kind: 'thread', title: 'T' }, '/kind'],
      ['with nobody', { kind: 'direct' }, '/with'],
      ['with oneself', { kind: 'direct', with: 'anna' }, '/with'],
      ['with who cannot be', { kind: 'direct', with: 'a/b' }, '/with'],
      ['direct, with a title', { kind: 'direct', with: 'ben', title: 'T' }, '/title'],
      ['without a title', { kind: 'group', members: [] }, '/title'],
      ['with an empty title', { kind: 'group', title: '  ' }, '/title'],
      ['with a title of two lines', { kind: 'group', title: 'a\nb' }, '/title'],
      ['with a member that is an object', { kind: 'group', title: 'T', members: [{}] }, '/members'],
      ['with a member who cannot be', { kind: 'group', title: 'T', members: ['ben', '..'] }, '/members/1'],
      ['with an id of its own', { kind: 'group', title: 'T', id: 'cnv_1' }, '/id'],
    ])('are not opened %s', async (_how, body, pointer) => {
      const answer = await post('/v1/conversations?as=anna', body, 422);
      expect(answer).toMatchObject({ code: 'validation_failed', errors: [{ pointer }] });
    });

    it('take no more people than their kind', async () => {
      const people = Array.from({ length: 256 }, (_, i) => `u${i}`);
      await post('/v1/conversations?as=anna', { kind: 'group', title: 'T', members: people }, 422);
      const full = { kind: 'group', title: 'T', members: people.slice(1) };
      const { id } = await post('/v1/conversations?as=anna', full, 201);
      await post(`/v1/conversations/${id}/members?as=anna`, { userIds: ['one-more'] }, 422);
      await post(`/v1/conversations/${id}/members?as=anna`, { userIds: ['u1', 'u2'] }, 204);
    });
  });

  describe('members', () => {
    it('are taken in, made admins, and taken out', async () => {
      await post(`${path}/members?as=anna`, { userIds: ['dora', 'ben'] }, 204);
      await post(`${path}/members?as=ben`, { userIds: ['emil'] }, 403);
      const admin = await server
        .as()
        .patch(`${path}/members/ben?as=anna`)
        .send({ role: 'admin' })
        .expect(200);
      expect(admin.body).toMatchObject({ userId: 'ben', role: 'admin' });
      await server.as().delete(`${path}/members/dora?as=ben`).expect(204);
      await server.as().delete(`${path}/members/dora?as=ben`).expect(204);
      await server.as().delete(`${path}/members/anna?as=ben`).expect(403);
      expect((await members()).map(({ userId }) => userId)).toEqual(['anna', 'ben', 'cleo']);
    });

    it('who own it cannot step down alone, and leave it to an heir', async () => {
      const down = server.as().patch(`${path}/members/anna?as=anna`).send({ role: 'member' });
      expect((await down.expect(409)).body.code).toBe('invalid_transition');
      await server.as().delete(`${path}/members/anna?as=anna`).expect(204);
      await get(`${path}?as=anna`, 404);
      expect(await get(`${path}?as=ben`)).toMatchObject({ me: { role: 'owner' } });
    });
  });

  describe('messages', () => {
    it('are said by a bot with a key, in the name of a user', async () => {
      const message = await server.say('ben', group, 'Hello', { mentions: ['anna', 'nobody'] });
      expect(message).toEqual({
        id: expect.stringMatching(/^msg_[0-9a-z]{26}$/),
        conversationId: group.id,
        seq: 1,
        rev: 0,
        senderId: 'ben',
        clientMessageId: expect.stringMatching(/^cid_/),
        text: 'Hello',
        replyTo: null,
        mentions: ['anna'],
        attachments: [],
        reactions: {},
        sentAt: NOW,
        editedAt: null,
        deletedAt: null,
        pinnedAt: null,
        pinnedBy: null,
      });
      expect(server.realtime.take()).toMatchObject([{ kind: 'message', message: { id: message.id } }]);
      expect(await get(`${path}/messages/${message.id}?as=cleo`)).toEqual(message);
    });

    it('are one under one clientMessageId, however often and whatever the request', async () => {
      const first = await server.say('ben', group, 'Hello', { clientMessageId: 'mine' });
      expect(await server.say('ben', group, 'Hello?', { clientMessageId: 'mine' })).toEqual(first);
      expect((await server.say('anna', group, 'Hello', { clientMessageId: 'mine' })).seq).toBe(2);
    });

    it('are one under one Idempotency-Key, even if its answer was never recorded', async () => {
      const ask = () =>
        server.as().post(`${path}/messages?as=ben`).set('idempotency-key', 'k').send({ text: 'Hello' });
      const { idempotentRequests } = server.ports;
      const settle = idempotentRequests.settle.bind(idempotentRequests);
      // The process died between the commit and this.
      idempotentRequests.settle = () => Promise.reject(new Error('The process is gone.'));
      const first = (await ask().expect(201)).body;
      idempotentRequests.settle = settle;
      await server.ports.clock.advance(31_000);
      expect((await ask().expect(201)).body).toEqual(first);
      expect((await get(`${path}/messages?as=ben`)).data).toHaveLength(1);
    });

    it('are read both ways, page by page', async () => {
      for (let i = 1; i <= 5; i++) await server.say('ben', group, `No ${i}`);
      const texts = (page: { data: MessageView[] }) => page.data.map(({ text }) => text);
      const newest = await get(`${path}/messages?as=anna&limit=2`);
      expect([texts(newest), newest.page]).toEqual([['No 4', 'No 5'], { next: null, previous: '4' }]);
      const before = await get(`${path}/messages?as=anna&limit=3&before=${newest.page.previous}`);
      expect([texts(before), before.page]).toEqual([['No 1', 'No 2', 'No 3'], { next: '3', previous: null }]);
      const after = await get(`${path}/messages?as=anna&limit=1&after=${before.page.next}`);
      expect([texts(after), after.page]).toEqual([['No 4'], { next: '4', previous: '4' }]);
      await get(`${path}/messages?as=anna&limit=201`, 422);
      await get(`${path}/messages?as=anna&after=x`, 422);
    });

    it('are edited, reacted to, pinned and taken back', async () => {
      const { id } = await server.say('ben', group, 'Helo');
      const one = `${path}/messages/${id}`;
      const edited = (await server.as().patch(`${one}?as=ben`).send({ text: 'Hello' }).expect(200)).body;
      expect(edited).toMatchObject({ text: 'Hello', rev: 1, editedAt: NOW });
      await server.as().patch(`${one}?as=anna`).send({ text: 'Mine' }).expect(403);
      const reacted = await post(`${one}/reactions?as=cleo`, { emoji: '👍', on: true }, 200);
      expect(reacted.reactions).toEqual({ '👍': ['cleo'] });
      const pinned = await post(`${path}/pins?as=cleo`, { messageId: id }, 200);
      expect(pinned).toMatchObject({ pinnedBy: 'cleo', pinnedAt: NOW });
      expect((await get(`${path}/pins?as=anna`)).data).toEqual([pinned]);
      await server.as().delete(`${one}?as=cleo`).expect(403);
      const gone = (await server.as().delete(`${one}?as=anna`).expect(200)).body;
      expect(gone).toMatchObject({ text: '', deletedAt: NOW, seq: 1, reactions: {}, pinnedAt: null });
      await server.as().patch(`${one}?as=ben`).send({ text: 'Again' }).expect(409);
      expect(server.realtime.take().map(({ kind }) => kind)).toEqual([
        'message',
        'change',
        'change',
        'change',
        'change',
      ]);
    });

    it('are marked as read, forward only', async () => {
      await server.say('ben', group, 'One');
      await server.say('ben', group, 'Two');
      const marks = { deliveredSeq: 2, readSeq: 2, unread: 0, unreadMentions: 0 };
      expect(await post(`${path}/receipts?as=anna`, { readSeq: 2 }, 200)).toEqual(marks);
      expect(await post(`${path}/receipts?as=anna`, { readSeq: 1, deliveredSeq: 99 }, 200)).toEqual(marks);
      expect((await members())[0]).toMatchObject({ userId: 'anna', readSeq: 2 });
    });

    it('are refused when they are too large, and in a flood', async () => {
      const say = (text: string) => server.as().post(`${path}/messages?as=ben`).send({ text });
      expect((await say('x'.repeat(20_001)).expect(413)).body.code).toBe('message_too_large');
      for (let i = 0; i < 20; i++) await say('x').expect(201);
      const late = await say('x').expect(429);
      expect(late.body.code).toBe('rate_limited');
      expect(late.headers['retry-after']).toBe('1');
    });
  });

  it('broadcasts what is kept nowhere', async () => {
    const body = { event: 'stroke', data: { points: [[1, 2]] } };
    await post(`/v1/rooms/${group.id}/broadcast?as=ben`, body, 204);
    expect(server.realtime.take()).toEqual([
      { kind: 'broadcast', conversationId: group.id, from: 'ben', ...body },
    ]);
    const large = { event: 'stroke', data: 'x'.repeat(16_384) };
    const refused = await post(`/v1/rooms/${group.id}/broadcast?as=ben`, large, 413);
    expect(refused.code).toBe('message_too_large');
    await post(`/v1/rooms/${group.id}/broadcast?as=ben`, { event: 'a b' }, 422);
    expect(server.realtime.take()).toEqual([]);
  });

  it('lets users block one another, and take it back', async () => {
    const { id } = await post('/v1/conversations?as=anna', { kind: 'direct', with: 'ben' }, 201);
    server.realtime.take();
    await post('/v1/blocks?as=anna', { userId: 'ben' }, 204);
    const told = [{ kind: 'own', userId: 'anna', what: 'blocks' }];
    expect(server.realtime.take()).toEqual(told);
    expect(await get('/v1/blocks?as=anna')).toEqual({ data: ['ben'] });
    expect(await get('/v1/blocks?as=ben')).toEqual({ data: [] });
    const say = (status: number) => post(`/v1/conversations/${id}/messages?as=ben`, { text: 'Hi' }, status);
    expect((await say(403)).code).toBe('forbidden');
    await server.as().delete('/v1/blocks/ben?as=anna').expect(204);
    expect(server.realtime.take()).toEqual(told);
    await say(201);
  });
});
