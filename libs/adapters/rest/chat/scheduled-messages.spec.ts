import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationView } from './chat.view.js';
import { ChatServer } from './testing/chat-server.js';

const IN_A_MINUTE = '2026-01-01T00:01:00.000Z';
const IN_AN_HOUR = '2026-01-01T01:00:00.000Z';

describe('scheduled messages over REST', () => {
  let server: ChatServer;
  let group: ConversationView;
  beforeEach(async () => {
    server = await ChatServer.start();
    server.timers.start();
    group = await server.group('anna', 'ben');
    server.realtime.take();
  });
  afterEach(async () => {
    await server.timers.stop();
    await server.close();
  });

  const schedule = async (change: object = {}, as = 'ben', status = 201) => {
    const body = { text: 'Later', sendAt: IN_A_MINUTE, ...change };
    const path = `/v1/conversations/${group.id}/scheduled-messages?as=${as}`;
    return (await server.as().post(path).send(body).expect(status)).body;
  };
  const texts = async (): Promise<string[]> => {
    const { body } = await server.as().get(`/v1/conversations/${group.id}/messages?as=anna`).expect(200);
    return body.data.map(({ text }: { text: string }) => text);
  };
  const said = () => server.realtime.take().filter(({ kind }) => kind === 'message');
  const list = async (as = 'ben') =>
    (await server.as().get(`/v1/scheduled-messages?as=${as}`).expect(200)).body.data;
  const one = (id: string, as = 'ben') => `/v1/scheduled-messages/${id}?as=${as}`;

  it('are said when their time has come, and not before', async () => {
    const made = await schedule({ mentions: ['anna', 'nobody'] });
    expect(made).toMatchObject({ text: 'Later', sendAt: IN_A_MINUTE, state: 'waiting', refusal: null });
    expect(await list()).toEqual([made]);
    await server.ports.clock.advance(59_999);
    expect(await texts()).toEqual([]);
    await server.ports.clock.advance(1);
    expect(await texts()).toEqual(['Later']);
    expect(said()).toMatchObject([
      { kind: 'message', message: { senderId: 'ben', clientMessageId: made.id, mentions: ['anna'] } },
    ]);
    expect(await list()).toEqual([]);
    await server.as().delete(one(made.id)).expect(404);
  });

  it('carry files, that are kept for them until they are said or called off', async () => {
    const about = { name: 'a.txt', mediaType: 'text/plain', bytes: 1 };
    for (const [id, uploaderId] of [
      ['att_1', 'ben'],
      ['att_2', 'ben'],
      ['att_3', 'anna'],
    ] as const)
      await server.attachments.insert({
        id,
        uploaderId,
        ...about,
        workspaceId: server.workspaceId,
        uploadedAt: 0,
      });
    const made = await schedule({ text: '', attachments: ['att_1', 'att_1'] });
    expect(made).toMatchObject({ text: '', attachments: ['att_1'] });
    const { id } = await schedule({ attachments: ['att_2'] });
    expect((await schedule({ attachments: ['att_3'] }, 'ben', 422)).errors).toMatchObject([
      { pointer: '/attachments/0', code: 'not_found' },
    ]);
    await server.as().patch(one(made.id)).send({ text: '' }).expect(200);
    const sweep = () => server.attachments.removeUnheld(Number.MAX_SAFE_INTEGER, 10);
    expect(await sweep()).toEqual(['att_3']);
    await server.as().delete(one(id)).expect(204);
    expect(await sweep()).toEqual(['att_2']);
    await server.ports.clock.advance(60_000);
    expect(said()).toMatchObject([
      { kind: 'message', message: { text: '', attachments: [{ id: 'att_1', ...about }] } },
    ]);
    expect([await sweep(), await list()]).toEqual([[], []]);
  });

  it('are changed and moved, to either side', async () => {
    const { id } = await schedule();
    const moved = await server.as().patch(one(id)).send({ sendAt: IN_AN_HOUR, text: 'Else' }).expect(200);
    expect(moved.body).toMatchObject({ id, text: 'Else', sendAt: IN_AN_HOUR });
    await server.ports.clock.advance(60_000);
    expect(await texts()).toEqual([]);
    await server.as().patch(one(id)).send({ sendAt: '2026-01-01T00:02:00Z' }).expect(200);
    await server.ports.clock.advance(60_000);
    expect(await texts()).toEqual(['Else']);
  });

  it('are said at the new time even if the alarm of the old one was never moved', async () => {
    const { id } = await schedule();
    await server.scheduled.revise(server.workspaceId, id, { sendAt: Date.parse(IN_AN_HOUR) });
    await server.ports.clock.advance(60_000);
    expect(await texts()).toEqual([]);
    await server.ports.clock.advance(59 * 60_000);
    expect(await texts()).toEqual(['Later']);
  });

  it('are never said once they were called off', async () => {
    const { id } = await schedule();
    await server.as().delete(one(id)).expect(204);
    await server.ports.clock.advance(3_600_000);
    expect([await texts(), await list()]).toEqual([[], []]);
  });

  it('are said once, though the process dies between saying and crossing them off', async () => {
    await schedule();
    const settle = server.scheduled.settle.bind(server.scheduled);
    server.scheduled.settle = () => Promise.reject(new Error('The process is gone.'));
    await server.ports.clock.advance(60_000);
    expect(await texts()).toEqual(['Later']);
    const [stuck] = await list();
    expect(stuck.state).toBe('sending');
    await server.as().patch(one(stuck.id)).send({ text: 'Else' }).expect(409);
    await server.as().delete(one(stuck.id)).expect(409);
    server.scheduled.settle = settle;
    await server.ports.clock.advance(3_600_000);
    expect([await texts(), await list()]).toEqual([['Later'], []]);
  });

  it('are refused of who is no member when the time comes, and can be tried again', async () => {
    const { id } = await schedule();
    await server.as().delete(`/v1/conversations/${group.id}/members/ben?as=anna`).expect(204);
    await server.ports.clock.advance(60_000);
    expect(await texts()).toEqual([]);
    expect(await list()).toMatchObject([
      { id, state: 'refused', refusal: expect.stringContaining('no such') },
    ]);
    await server.as().patch(one(id)).send({ text: 'Again' }).expect(422);
    await server
      .as()
      .post(`/v1/conversations/${group.id}/members?as=anna`)
      .send({ userIds: ['ben'] })
      .expect(204);
    const again = await server.as().patch(one(id)).send({ sendAt: IN_AN_HOUR }).expect(200);
    expect(again.body).toMatchObject({ state: 'waiting', refusal: null });
    await server.ports.clock.advance(3_600_000);
    expect(await texts()).toEqual(['Later']);
  });

  it('are told of to their sender’s devices when they are made, changed, refused and called off, and to nobody else', async () => {
    const told = () => server.realtime.take().filter(({ kind }) => kind === 'own');
    const toBen = [{ kind: 'own', userId: 'ben', what: 'scheduled_messages' }];
    const { id } = await schedule();
    expect(told()).toEqual(toBen);
    await server.as().patch(one(id)).send({ text: 'Else' }).expect(200);
    expect(told()).toEqual(toBen);
    await server.as().delete(`/v1/conversations/${group.id}/members/ben?as=anna`).expect(204);
    await server.ports.clock.advance(60_000);
    expect(told()).toEqual(toBen);
    await server.as().delete(one(id)).expect(204);
    expect(told()).toEqual(toBen);
    await server.as().delete(one(id)).expect(404);
    expect(told()).toEqual([]);
  });

  it('are all said in the end, where they come as a flood', async () => {
    for (let i = 0; i < 30; i++) await schedule({ text: `No ${i}` });
    await server.ports.clock.advance(60_000);
    expect(await texts()).toHaveLength(20);
    await server.ports.clock.advance(3_600_000);
    expect(await texts()).toHaveLength(30);
  });

  it('are one for a request that is repeated', async () => {
    const ask = () =>
      server
        .as()
        .post(`/v1/conversations/${group.id}/scheduled-messages?as=ben`)
        .set('idempotency-key', 'k')
        .send({ text: 'Later', sendAt: IN_A_MINUTE })
        .expect(201);
    expect((await ask()).body).toEqual((await ask()).body);
    expect(await list()).toHaveLength(1);
  });

  it.each([
    ['for a time that is past', { sendAt: '2025-12-31T23:59:59Z' }, 'invalid_schedule'],
    ['for in two years', { sendAt: '2028-01-01T00:00:00Z' }, 'invalid_schedule'],
    ['for no time', { sendAt: 'tomorrow' }, 'validation_failed'],
    ['without a text', { text: ' ' }, 'validation_failed'],
    ['with a file that nobody uploaded', { attachments: ['att_1'] }, 'validation_failed'],
    [
      'with too many files',
      { attachments: Array.from({ length: 11 }, (_, i) => `att_${i}`) },
      'validation_failed',
    ],
  ])('are not taken %s', async (_how, change, code) => {
    expect((await schedule(change, 'ben', 422)).code).toBe(code);
    expect(await list()).toEqual([]);
  });

  it('are a hundred of one user', async () => {
    for (let i = 0; i < 100; i++) await schedule();
    expect((await schedule({}, 'ben', 422)).code).toBe('validation_failed');
    await schedule({}, 'anna');
  });

  it('are nobody’s but their sender’s', async () => {
    const { id } = await schedule();
    const missing = (await server.as().get(one('sch_00000000000000000000000000')).expect(404)).body;
    const theirKey = await server.issueKey(['chat:read', 'chat:write'], 'wsp_rival');
    for (const [key, as] of [
      [undefined, 'anna'],
      [theirKey, 'ben'],
    ] as const) {
      const got = (await server.as(key).get(one(id, as)).expect(404)).body;
      expect({ ...got, instance: '' }).toEqual({ ...missing, instance: '' });
      await server.as(key).patch(one(id, as)).send({ text: 'Mine' }).expect(404);
      await server.as(key).delete(one(id, as)).expect(404);
    }
    expect(await list('anna')).toEqual([]);
    expect((await schedule({}, 'cleo', 404)).code).toBe('not_found');
    expect(await list()).toMatchObject([{ id, text: 'Later', state: 'waiting' }]);
  });
});
