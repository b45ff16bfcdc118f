import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksServer } from './testing/webhooks-server.js';

const PATH = '/v1/webhook-endpoints';
const URL_OF_ACME = 'https://acme.example/hooks';

describe('webhook endpoints over REST', () => {
  let server: WebhooksServer;
  beforeEach(async () => {
    server = await WebhooksServer.start();
  });
  afterEach(() => server.close());

  const create = (body: object = { url: URL_OF_ACME }, status = 201) =>
    server.as().post(PATH).send(body).expect(status);
  const attempts = async (id: string): Promise<Record<string, unknown>[]> =>
    (await server.as().get(`${PATH}/${id}/attempts`).expect(200)).body.data as Record<string, unknown>[];
  const ids = (): string[] => server.transport.posts.map(({ id }) => id);

  it('makes an endpoint for everything unless it is told otherwise, and shows its secret once', async () => {
    const made = await create();
    expect(made.headers['location']).toBe(`${PATH}/${made.body.id}`);
    const { secret, ...endpoint } = made.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(endpoint).toEqual({
      id: expect.stringMatching(/^whe_[0-9a-z]{26}$/),
      url: URL_OF_ACME,
      events: ['*'],
      status: 'enabled',
      disabledReason: null,
      disabledAt: null,
      failingSince: null,
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    const found = await server.as().get(`${PATH}/${endpoint.id}`).expect(200);
    const listed = await server.as().get(PATH).expect(200);
    expect(found.body).toEqual(endpoint);
    expect(listed.body).toEqual({ data: [endpoint], page: { next: null } });
  });

  it.each([
    [
      ['message.delivered', 'message.bounced', 'message.delivered'],
      ['message.delivered', 'message.bounced'],
    ],
    [['*'], ['*']],
    ['*', ['*']],
    [null, ['*']],
    [['message.delivered', '*'], ['*']],
  ])('takes the events %j', async (events, taken) => {
    expect((await create({ url: URL_OF_ACME, events })).body.events).toEqual(taken);
  });

  it.each([
    ['http://169.254.169.254/', 'address_forbidden'],
    ['http://2130706433/', 'address_forbidden'],
    ['http://0x7f.1/', 'address_forbidden'],
    ['0x7f.1', 'address_forbidden'],
    ['http://[::ffff:169.254.169.254]', 'address_forbidden'],
    ['https://localhost/', 'address_forbidden'],
    ['file:///etc/passwd', 'scheme_forbidden'],
    ['gopher://example.com/', 'scheme_forbidden'],
    ['http://example.com/', 'scheme_forbidden'],
    ['https://user:pass@example.com/', 'validation_failed'],
    ['nowhere', 'validation_failed'],
  ])('refuses the URL %s: %s', async (url, code) => {
    const { body } = await create({ url }, 422);
    expect(body.code).toBe(code);
    expect(body.errors).toEqual([expect.objectContaining({ pointer: '/url', code })]);
    const { id } = (await create()).body;
    expect((await server.as().patch(`${PATH}/${id}`).send({ url }).expect(422)).body.code).toBe(code);
    expect((await server.as().get(PATH)).body.data).toHaveLength(1);
  });

  it.each([
    [{}],
    [{ url: 5 }],
    [{ url: URL_OF_ACME, events: [] }],
    [{ url: URL_OF_ACME, events: ['a b'] }],
    [{ url: URL_OF_ACME, events: ['.a'] }],
    [{ url: URL_OF_ACME, events: [5] }],
    [{ url: URL_OF_ACME, events: 'message.delivered' }],
    [{ url: URL_OF_ACME, events: Array.from({ length: 101 }, (_, n) => `e${n}`) }],
    [{ url: URL_OF_ACME, secret: 'whsec_mine' }],
    [{ url: URL_OF_ACME, workspaceId: 'wsp_1' }],
  ])('refuses %j', async (body) => {
    expect((await create(body, 422)).body.code).toBe('validation_failed');
  });

  it('has room for fifty', async () => {
    for (let n = 0; n < 50; n++) await create();
    expect((await create(undefined, 422)).body.detail).toContain('at most 50');
  });

  it('makes one endpoint for a request that is repeated, and shows its secret to the first', async () => {
    const ask = () =>
      server.as().post(PATH).set('idempotency-key', 'k').send({ url: URL_OF_ACME }).expect(201);
    const first = await ask();
    const second = await ask();
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.body).toEqual({ ...first.body, secret: null });
    expect((await server.as().get(PATH)).body.data).toHaveLength(1);
  });

  it('lists page by page', async () => {
    const made: string[] = [];
    for (let n = 0; n < 3; n++) made.push((await create()).body.id as string);
    const first = (await server.as().get(`${PATH}?limit=2`)).body;
    const second = (await server.as().get(`${PATH}?limit=2&after=${first.page.next}`)).body;
    expect([...first.data, ...second.data].map(({ id }: { id: string }) => id)).toEqual(made);
    expect(second.page.next).toBeNull();
  });

  it('changes what it is told and nothing else', async () => {
    const { id } = (await create()).body;
    const change = (body: object) => server.as().patch(`${PATH}/${id}`).send(body).expect(200);
    expect((await change({ events: ['a.b'] })).body).toMatchObject({ url: URL_OF_ACME, events: ['a.b'] });
    expect((await change({ url: 'https://new.example' })).body).toMatchObject({
      url: 'https://new.example/',
      events: ['a.b'],
    });
    expect((await change({ status: 'disabled' })).body).toMatchObject({
      status: 'disabled',
      disabledReason: 'operator',
      disabledAt: '2026-01-01T00:00:00.000Z',
    });
    expect((await change({ status: 'enabled' })).body).toMatchObject({
      status: 'enabled',
      disabledReason: null,
    });
    await server.as().patch(`${PATH}/${id}`).send({ status: 'gone' }).expect(422);
    await server.as().patch(`${PATH}/${id}`).send({ failingSince: null }).expect(422);
  });

  it('tells an endpoint of what it wants, signed by its secret, and shows what came of it', async () => {
    const { id, secret } = (await create({ url: URL_OF_ACME, events: ['message.delivered'] })).body;
    server.transport.answer = () => ({ kind: 'answered', status: 200, body: 'thanks' });
    await server.publish('evt_1');
    await server.publish('evt_2', 'message.bounced');
    expect(server.transport.posts).toEqual([
      expect.objectContaining({
        id: 'evt_1',
        url: URL_OF_ACME,
        keys: [secret],
        body: '{"type":"message.delivered","timestamp":"2026-01-01T00:00:00.000Z","data":{"id":"evt_1"}}',
      }),
    ]);
    expect(await attempts(id)).toEqual([
      {
        id: expect.stringMatching(/^wat_/),
        messageId: 'evt_1',
        type: 'message.delivered',
        number: 1,
        at: '2026-01-01T00:00:00.000Z',
        durationMs: 0,
        result: 'succeeded',
        status: 200,
        response: 'thanks',
        error: null,
      },
    ]);
  });

  it('shows failures, the newest first, page by page', async () => {
    const { id } = (await create()).body;
    server.transport.answer = () => ({ kind: 'unanswered', reason: 'ECONNREFUSED', sent: false });
    await server.publish('evt_1');
    await server.clock.advance(5_000);
    const first = (await server.as().get(`${PATH}/${id}/attempts?limit=1`)).body;
    expect(first.data).toEqual([
      expect.objectContaining({
        number: 2,
        result: 'failed',
        status: null,
        response: null,
        error: 'ECONNREFUSED',
      }),
    ]);
    const second = (await server.as().get(`${PATH}/${id}/attempts?limit=1&after=${first.page.next}`)).body;
    expect(second.data).toEqual([expect.objectContaining({ number: 1 })]);
    expect((await server.as().get(`${PATH}/${id}`)).body.failingSince).toBe('2026-01-01T00:00:00.000Z');
    const other = (await create()).body.id;
    const strange = await server.as().get(`${PATH}/${other}/attempts?after=${first.page.next}`).expect(400);
    expect(strange.body.code).toBe('invalid_cursor');
  });

  it('rotates the secret: the new one is shown once, and both sign for a day', async () => {
    const { id, secret } = (await create()).body;
    const rotated = (await server.as().post(`${PATH}/${id}/rotate-secret`).expect(200)).body;
    expect(rotated.secret).toMatch(/^whsec_/);
    expect(rotated.secret).not.toBe(secret);
    await server.publish('evt_1');
    await server.clock.advance(24 * 3_600_000);
    await server.publish('evt_2');
    expect(server.transport.posts.map(({ keys }) => keys)).toEqual([
      [rotated.secret, secret],
      [rotated.secret],
    ]);
    expect((await server.as().get(`${PATH}/${id}`)).body).not.toHaveProperty('secret');
  });

  it('sends a test, whatever the endpoint wants', async () => {
    const { id } = (await create({ url: URL_OF_ACME, events: ['message.delivered'] })).body;
    const other = (await create()).body.id;
    const { body } = await server.as().post(`${PATH}/${id}/test`).expect(202);
    await server.clock.advance(0);
    expect(server.transport.posts).toEqual([expect.objectContaining({ id: body.messageId })]);
    expect(await attempts(id)).toEqual([
      expect.objectContaining({ type: 'webhook.test', result: 'succeeded' }),
    ]);
    expect(await attempts(other)).toEqual([]);
  });

  it('replays one message, with its id and bytes', async () => {
    const { id } = (await create()).body;
    for (const each of ['evt_1', 'evt_2']) await server.publish(each);
    const answer = await server.as().post(`${PATH}/${id}/replay`).send({ messageId: 'evt_1' }).expect(202);
    expect(answer.body).toEqual({ replayed: 1 });
    await server.clock.advance(0);
    expect(ids()).toEqual(['evt_1', 'evt_2', 'evt_1']);
    expect(server.transport.posts[2]?.body).toBe(server.transport.posts[0]?.body);
    await server.as().post(`${PATH}/${id}/replay`).send({ messageId: 'evt_3' }).expect(404);
  });

  it('replays everything since a time', async () => {
    const { id } = (await create()).body;
    await server.publish('evt_1');
    await server.clock.advance(60_000);
    for (const each of ['evt_2', 'evt_3']) await server.publish(each);
    const since = '2026-01-01T01:01:00+01:00';
    const answer = await server.as().post(`${PATH}/${id}/replay`).send({ since }).expect(202);
    expect(answer.body).toEqual({ replayed: 2 });
    await server.clock.advance(0);
    expect(ids().slice(3).sort()).toEqual(['evt_2', 'evt_3']);
  });

  it.each([
    [{}],
    [{ messageId: 'evt_1', since: '2026-01-01T00:00:00Z' }],
    [{ since: 'yesterday' }],
    [{ since: '2026-01-01T00:00:00' }],
    [{ since: '2026-99-01T00:00:00Z' }],
    [{ messageId: { $ne: null } }],
  ])('refuses to replay %j', async (body) => {
    const { id } = (await create()).body;
    const answer = await server.as().post(`${PATH}/${id}/replay`).send(body).expect(422);
    expect(answer.body.code).toBe('validation_failed');
  });

  it('sends nothing to a disabled endpoint, and says so', async () => {
    const { id } = (await create()).body;
    await server.as().patch(`${PATH}/${id}`).send({ status: 'disabled' }).expect(200);
    await server.publish('evt_1');
    const test = await server.as().post(`${PATH}/${id}/test`).expect(409);
    expect(test.body.code).toBe('invalid_transition');
    await server.as().post(`${PATH}/${id}/replay`).send({ messageId: 'evt_1' }).expect(409);
    expect(ids()).toEqual([]);
    await server.as().patch(`${PATH}/${id}`).send({ status: 'enabled' }).expect(200);
    await server.as().post(`${PATH}/${id}/replay`).send({ messageId: 'evt_1' }).expect(202);
    await server.clock.advance(0);
    expect(ids()).toEqual(['evt_1']);
  });

  it('removes an endpoint for good', async () => {
    const { id } = (await create()).body;
    await server.as().delete(`${PATH}/${id}`).expect(204);
    await server.as().delete(`${PATH}/${id}`).expect(404);
    await server.as().get(`${PATH}/${id}`).expect(404);
    await server.publish('evt_1');
    expect(ids()).toEqual([]);
  });

  it('answers for another workspace’s endpoint exactly as for one that never was', async () => {
    const { id } = (await create()).body;
    const theirs = await server.issueKey(['admin'], 'wsp_theirs');
    const asThey = (): ReturnType<WebhooksServer['as']> => server.as(theirs);
    const never = `whe_${'0'.repeat(26)}`;
    for (const each of [id as string, never]) {
      const answers = [
        await asThey().get(`${PATH}/${each}`),
        await asThey().patch(`${PATH}/${each}`).send({ status: 'disabled' }),
        await asThey().delete(`${PATH}/${each}`),
        await asThey().post(`${PATH}/${each}/rotate-secret`),
        await asThey().post(`${PATH}/${each}/test`),
        await asThey().get(`${PATH}/${each}/attempts`),
        await asThey().post(`${PATH}/${each}/replay`).send({ messageId: 'evt_1' }),
      ];
      expect(answers.map(({ status, body }) => [status, body.detail])).toEqual(
        answers.map(() => [404, 'No such webhook endpoint.']),
      );
    }
    expect((await asThey().get(PATH)).body.data).toEqual([]);
  });

  it('needs the right to change it', async () => {
    const { id } = (await create()).body;
    const key = await server.issueKey(['webhooks:read']);
    await server.as(key).get(`${PATH}/${id}`).expect(200);
    await server.as(key).post(PATH).send({ url: URL_OF_ACME }).expect(403);
    await server.as(key).post(`${PATH}/${id}/rotate-secret`).expect(403);
    await server.as(key).delete(`${PATH}/${id}`).expect(403);
  });
});
