import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseDeliveryId } from '#domain/delivery/model/delivery.js';
import type { ScriptedProvider } from '#test/support/delivery/scripted-provider.js';
import { DeliveryServer } from '../deliveries/testing/delivery-server.js';
import { aDeadProvider, aTestMail } from '../deliveries/testing/mails.js';

const DIED_OF = 'attempts used up: connection refused';

describe('the failed messages over REST', () => {
  let server: DeliveryServer;
  let provider: ScriptedProvider;
  beforeEach(async () => {
    provider = aDeadProvider();
    server = await DeliveryServer.start({ providers: [provider] });
  });
  afterEach(() => server.close());

  const dead = async (to: string): Promise<string> => {
    const id = await aTestMail(server, to);
    await server.letAllDie(DIED_OF);
    return id;
  };
  const statusOf = async (id: string): Promise<unknown> =>
    (await server.as().get(`/v1/deliveries/${id}`)).body.status;
  const listed = async (query = ''): Promise<string[]> =>
    (await server.as().get(`/v1/failed-messages${query}`).expect(200)).body.data.map(
      ({ email }: { email: string }) => email,
    );
  const cancel = (id: string): Promise<void> =>
    server.ports.dispatches.control(parseDeliveryId(id)!.dispatchId, 'cancelled', 1);

  it('list what died, and of what', async () => {
    const id = await aTestMail(server, 'ann@example.com');
    await server.deliverAll();
    const answer = await server.as().get('/v1/failed-messages').expect(200);
    expect(answer.body).toMatchObject({
      data: [
        {
          id,
          email: 'ann@example.com',
          status: 'dead',
          reason: DIED_OF,
          provider: 'resend',
          attemptCount: 8,
        },
      ],
      page: { next: null },
    });
  });

  it('are found by reason, provider, lane and what ordered them', async () => {
    const { source } = (await server.as().get(`/v1/deliveries/${await dead('ann@example.com')}`)).body;
    await dead('bob@example.com');
    expect(await listed()).toEqual(['ann@example.com', 'bob@example.com']);
    expect(await listed(`?campaignId=${source}`)).toEqual(['ann@example.com']);
    expect(await listed(`?reason=${encodeURIComponent(DIED_OF)}&provider=resend&lane=standard`)).toHaveLength(
      2,
    );
    for (const query of ['reason=other', 'provider=ses', 'lane=bulk'])
      expect(await listed(`?${query}`)).toEqual([]);
  });

  it('are counted', async () => {
    await dead('ann@example.com');
    const id = await dead('bob@example.org');
    const { source, updatedAt } = (await server.as().get(`/v1/deliveries/${id}`)).body;
    const { body } = await server.as().get('/v1/failed-messages/stats').expect(200);
    expect(body).toEqual({
      total: 2,
      byReason: { [DIED_OF]: 2 },
      byProvider: { resend: 2 },
      byDomain: { 'example.com': 1, 'example.org': 1 },
      byCampaign: { [source]: 1, [Object.keys(body.byCampaign)[0]!]: 1 },
      byHour: { [`${updatedAt.slice(0, 13)}:00:00.000Z`]: 2 },
    });
  });

  describe('retried', () => {
    it('are sent once the provider takes them', async () => {
      const id = await dead('ann@example.com');
      const answer = await server.as().post(`/v1/failed-messages/${id}/retry`).expect(202);
      expect(answer.headers['location']).toBe(`/v1/deliveries/${id}`);
      expect(answer.body).toMatchObject({ id, status: 'pending', reason: null, attemptCount: 0 });
      provider.accept();
      await server.deliverAll();
      expect(await statusOf(id)).toBe('accepted');
      expect(provider.taken).toEqual([id]);
    });

    it('twice are refused, naming both states', async () => {
      const id = await dead('ann@example.com');
      await server.as().post(`/v1/failed-messages/${id}/retry`).expect(202);
      const answer = await server.as().post(`/v1/failed-messages/${id}/retry`).expect(409);
      expect(answer.body).toMatchObject({
        code: 'invalid_transition',
        detail: expect.stringMatching(/is pending .* dead/),
      });
    });

    it('twice with one Idempotency-Key are retried once and answered twice', async () => {
      const id = await dead('ann@example.com');
      const retry = () =>
        server.as().post(`/v1/failed-messages/${id}/retry`).set('idempotency-key', 'k1').expect(202);
      const first = await retry();
      const second = await retry();
      expect(second.body).toEqual(first.body);
      expect(second.headers).toMatchObject({
        'idempotency-replayed': 'true',
        location: `/v1/deliveries/${id}`,
      });
    });

    it('are not, where what they belong to was cancelled', async () => {
      const id = await dead('ann@example.com');
      await cancel(id);
      const answer = await server.as().post(`/v1/failed-messages/${id}/retry`).expect(409);
      expect(answer.body).toMatchObject({
        code: 'invalid_transition',
        detail: expect.stringMatching(/dead .* pending .* cancelled/),
      });
      expect(await statusOf(id)).toBe('dead');
    });

    it('by a filter are those that it takes, and no others', async () => {
      const ids = [
        await dead('ann@example.com'),
        await dead('bob@example.com'),
        await dead('cat@example.com'),
      ];
      const { source } = (await server.as().get(`/v1/deliveries/${ids[0]}`)).body;
      await cancel(ids[2]!);
      const retry = async (filter: object): Promise<unknown> =>
        (await server.as().post('/v1/failed-messages/retry').send({ filter }).expect(202)).body;
      expect(await retry({ provider: 'ses' })).toEqual({ retried: 0 });
      expect(await retry({ campaignId: source })).toEqual({ retried: 1 });
      expect(await retry({})).toEqual({ retried: 1 });
      expect(await Promise.all(ids.map(statusOf))).toEqual(['pending', 'pending', 'dead']);
    });

    it('are more than fit into one step, if there are', async () => {
      const { ledger, clock } = server.ports;
      const { dispatchId } = parseDeliveryId(await dead('first@example.com'))!;
      const rest = Array.from({ length: 2_100 }, (_, n) => ({
        address: `r${n}@example.com`,
        ref: '',
        data: '{"name":"R"}',
      }));
      for (let at = 0; at < rest.length; at += 1_000)
        await ledger.accept(dispatchId, rest.slice(at, at + 1_000), clock.now());
      await server.letAllDie(DIED_OF);
      const answer = await server.as().post('/v1/failed-messages/retry').send({ filter: {} }).expect(202);
      expect(answer.body).toEqual({ retried: 2_101 });
    });
  });

  describe('resolved', () => {
    const resolve = (id: string, body: object = { reason: 'told by phone' }) =>
      server.as().post(`/v1/failed-messages/${id}/resolve`).send(body);

    it('have failed for good, with the reason given', async () => {
      const id = await dead('ann@example.com');
      const answer = await resolve(id).expect(200);
      expect(answer.body).toMatchObject({ id, status: 'failed', reason: 'told by phone' });
      expect(await listed()).toEqual([]);
    });

    it('cannot be retried, nor resolved again, naming both states', async () => {
      const id = await dead('ann@example.com');
      await resolve(id).expect(200);
      const retried = await server.as().post(`/v1/failed-messages/${id}/retry`).expect(409);
      expect(retried.body).toMatchObject({
        code: 'invalid_transition',
        detail: expect.stringMatching(/failed .* pending/),
      });
      const again = await resolve(id).expect(409);
      expect(again.body).toMatchObject({
        code: 'invalid_transition',
        detail: expect.stringMatching(/is failed .* become failed/),
      });
    });

    it('are, where what they belong to was cancelled', async () => {
      const id = await dead('ann@example.com');
      await cancel(id);
      await resolve(id).expect(200);
    });

    it.each([
      ['no reason', {}],
      ['an empty one', { reason: '' }],
      ['one of several lines', { reason: 'a\r\nb' }],
      ['an object', { reason: { $ne: null } }],
      ['more than was asked', { reason: 'x', status: 'delivered' }],
    ])('are not with %s', async (_what, body) => {
      const id = await dead('ann@example.com');
      expect((await resolve(id, body).expect(422)).body.code).toBe('validation_failed');
      expect(await statusOf(id)).toBe('dead');
    });
  });

  it.each([
    ['no filter', {}],
    ['a filter that is a text', { filter: 'all' }],
    ['a filter that is a list', { filter: [{}] }],
    ['a lane there is not', { filter: { lane: 'express' } }],
    ['an operator for a text', { filter: { reason: { $ne: null } } }],
    ['a field there is not', { filter: { workspaceId: 'wsp_1' } }],
  ])('are not retried by %s', async (_what, body) => {
    const id = await dead('ann@example.com');
    const answer = await server.as().post('/v1/failed-messages/retry').send(body).expect(422);
    expect(answer.body.code).toBe('validation_failed');
    expect(await statusOf(id)).toBe('dead');
  });

  it('of another workspace are as absent as those that never were', async () => {
    const id = await dead('ann@example.com');
    const key = await server.issueKey(['admin'], 'wsp_theirs');
    for (const [path, body] of [
      ['retry', undefined],
      ['resolve', { reason: 'x' }],
    ] as const) {
      const theirs = await server.as(key).post(`/v1/failed-messages/${id}/${path}`).send(body).expect(404);
      const never = await server.as().post(`/v1/failed-messages/dlv_nothing/${path}`).send(body).expect(404);
      const { instance: _one, ...problem } = theirs.body;
      expect(never.body).toMatchObject(problem);
    }
    expect(
      (await server.as(key).post('/v1/failed-messages/retry').send({ filter: {} }).expect(202)).body,
    ).toEqual({ retried: 0 });
    expect((await server.as(key).get('/v1/failed-messages/stats').expect(200)).body.total).toBe(0);
    expect(await statusOf(id)).toBe('dead');
  });

  it('need the right to decide about them', async () => {
    const id = await dead('ann@example.com');
    const key = await server.issueKey(['deliveries:read']);
    await server.as(key).get('/v1/failed-messages').expect(200);
    for (const path of [`${id}/retry`, `${id}/resolve`, 'retry']) {
      await server.as(key).post(`/v1/failed-messages/${path}`).send({}).expect(403);
    }
  });
});
