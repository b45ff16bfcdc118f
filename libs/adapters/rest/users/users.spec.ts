import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommunicationServer } from './testing/communication-server.js';

const ANNA = '/v1/users/anna';

describe('users over REST', () => {
  let server: CommunicationServer;
  beforeEach(async () => {
    server = await CommunicationServer.start();
  });
  afterEach(() => server.close());

  const put = (body: object | string, status = 201, path = ANNA) =>
    server.as().put(path).type('json').send(body).expect(status);

  it('makes a profile, every address in its normal form', async () => {
    const made = await put({
      email: ' Anna@Example.COM',
      phone: '+43 (660) 123-4567',
      whatsapp: '0043 660 7654321',
      addresses: { pager: '4711' },
      locale: 'DE-at',
      timezone: 'Europe/Vienna',
      quietHours: { from: '22:00', to: '07:00' },
    });
    expect(made.body).toEqual({
      userId: 'anna',
      email: 'anna@example.com',
      phone: '+436601234567',
      whatsapp: '+436607654321',
      addresses: { pager: '4711' },
      locale: 'de-AT',
      timezone: 'Europe/Vienna',
      quietHours: { from: '22:00', to: '07:00' },
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    });
    expect((await server.as().get(ANNA).expect(200)).body).toEqual(made.body);
    const stored = await server.profiles.find(server.workspaceId, 'anna');
    expect(stored?.addresses).toEqual({
      email: 'anna@example.com',
      phone: '+436601234567',
      whatsapp: '+436607654321',
      pager: '4711',
    });
  });

  it('replaces a profile, all of it but preferences and devices', async () => {
    await put({ email: 'anna@example.com', phone: '+436601234567', locale: 'de' });
    await put({ channels: ['email'] }, 200, `${ANNA}/preferences`);
    await server.as().post(`${ANNA}/devices`).send({ platform: 'web', token: 'token-of-anna' }).expect(201);
    await server.ports.clock.advance(60_000);
    const { body } = await put({ email: 'anna@acme.example', phone: null }, 200);
    expect(body).toMatchObject({
      email: 'anna@acme.example',
      phone: null,
      locale: null,
      quietHours: null,
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:01:00.000Z',
    });
    expect((await server.as().get(`${ANNA}/preferences`)).body.channels).toEqual(['email']);
    expect((await server.as().get(`${ANNA}/devices`)).body.total).toBe(1);
  });

  it('knows a user of whom nothing is said', async () => {
    expect((await put({})).body).toMatchObject({ userId: 'anna', email: null, addresses: {} });
  });

  it('takes every one of many that save the same user at once', async () => {
    const locales = ['de', 'en', 'fr', 'it', 'es'];
    const answers = await Promise.all(locales.map((locale) => server.as().put(ANNA).send({ locale })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect((await server.profiles.find(server.workspaceId, 'anna'))?.revision).toBe(locales.length - 1);
  });

  it.each(['a', 'Anna.B_c-d:e@f', 'x'.repeat(128), '...', '__proto__'])('takes the id %s', async (id) => {
    const path = `/v1/users/${encodeURIComponent(id)}`;
    expect((await put({}, 201, path)).body.userId).toBe(id);
    await server.as().get(path).expect(200);
    await server.as().delete(path).expect(204);
  });

  it.each(['x'.repeat(129), 'a b', 'a/b', 'Ä', "o'neil", '%00', '\u{1f4a9}'])(
    'takes nobody by the id %s',
    async (id) => {
      const path = `/v1/users/${encodeURIComponent(id)}`;
      const { body } = await put({}, 422, path);
      expect(body).toMatchObject({ code: 'validation_failed', errors: [{ pointer: 'userId' }] });
      const device = { platform: 'web', token: 'token-of-nobody' };
      await server.as().post(`${path}/devices`).send(device).expect(422);
      await server.as().get(path).expect(404);
      await server.as().get(`${path}/preferences`).expect(404);
      await server.as().get(`${path}/devices`).expect(404);
    },
  );

  it.each([
    ['an address without an @', { email: 'anna' }, '/email'],
    ['two addresses for one', { email: 'a@x.io,b@x.io' }, '/email'],
    ['an address that would end its header', { email: 'b@x.io\r\nBcc: evil@x.io' }, '/email'],
    ['an address of 10 KB', { email: `${'a'.repeat(10_000)}@x.io` }, '/email'],
    ['an empty address', { email: '' }, '/email'],
    ['a national number', { phone: '0660 1234567' }, '/phone'],
    ['a number of six digits', { phone: '+123456' }, '/phone'],
    ['a number of sixteen digits', { phone: '+1234567890123456' }, '/phone'],
    ['a number of 10 KB', { phone: `+${'1'.repeat(10_000)}` }, '/phone'],
    ['a number that begins with 0', { whatsapp: '+0123456789' }, '/whatsapp'],
    ['a number in other digits', { whatsapp: '+٤٣٦٦٠١٢٣٤٥٦٧' }, '/whatsapp'],
    ['a pager of five digits', { addresses: { pager: '47110' } }, '/addresses/pager'],
  ])('takes nothing for %s', async (_what, body, pointer) => {
    const answer = await put(body, 422);
    expect(answer.body.code).toBe('invalid_address');
    // It does not repeat what was given: the answer may be logged, and that may be somebody's address after all.
    const detail = `Not an address of the kind ${pointer.split('/').at(-1)}.`;
    expect(answer.body.errors).toEqual([{ pointer, code: 'invalid_address', detail }]);
    await server.as().get(ANNA).expect(404);
  });

  it('names every fault at once', async () => {
    const body = {
      email: 'x',
      locale: 'no locale',
      timezone: '+02:00',
      quietHours: { from: '25:00', to: '7' },
    };
    const { errors, code } = (await put(body, 422)).body;
    expect(code).toBe('validation_failed');
    expect(errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/email',
      '/locale',
      '/timezone',
      '/quietHours/from',
      '/quietHours/to',
    ]);
  });

  it.each([
    ['an operator for an address', { email: { $ne: null } }],
    ['a list for an address', { email: ['a@x.io'] }],
    ['a number for a number', { phone: 436601234567 }],
    ['a kind of address there is not', { addresses: { telegraph: 'x' } }],
    ['devices as addresses', { addresses: { devices: 'token:12345678' } }],
    ['a user as an address', { addresses: { userId: 'ben' } }],
    ['a kind that has a field', { addresses: { email: 'anna@example.com' } }],
    ['a method as a kind', { addresses: { toString: 'x' } }],
    ['a number as a pager', { addresses: { pager: 4711 } }],
    ['addresses in a list', { addresses: ['x'] }],
    [
      'a thousand kinds',
      { addresses: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, 'x'])) },
    ],
    ['a zone there is not', { timezone: 'Mars/Olympus' }],
    ['a zone of 10 KB', { timezone: 'x'.repeat(10_000) }],
    ['quiet hours as a text', { quietHours: '22:00-07:00' }],
    ['quiet hours without an end', { quietHours: { from: '22:00' } }],
    ['quiet hours with days', { quietHours: { from: '22:00', to: '07:00', days: ['mon'] } }],
    ['preferences', { preferences: {} }],
    ['a workspace', { workspaceId: 'wsp_1' }],
    ['another id', { userId: 'ben' }],
  ])('takes nothing for %s', async (_what, body) => {
    const answer = await put(body, 422);
    expect(answer.body.code).toBe('validation_failed');
    expect(answer.body.errors.length).toBeLessThanOrEqual(50);
    await server.as().get(ANNA).expect(404);
  });

  it('takes nothing for a prototype', async () => {
    for (const body of ['{"__proto__":{"email":"a@x.io"}}', '{"addresses":{"__proto__":"4711"}}']) {
      expect((await put(body, 422)).body.errors).toEqual([
        expect.objectContaining({ code: 'forbidden_key' }),
      ]);
    }
    expect(({} as { email?: string }).email).toBeUndefined();
  });

  it('erases a user, devices and all, and answers a repeated erasure as it did at first', async () => {
    await put({ email: 'anna@example.com' });
    await server.as().post(`${ANNA}/devices`).send({ platform: 'ios', token: 'token-of-anna' }).expect(201);
    const erase = () => server.as().delete(ANNA).set('idempotency-key', 'k').expect(204);
    await erase();
    expect((await erase()).headers['idempotency-replayed']).toBe('true');
    await server.as().get(ANNA).expect(404);
    await server.as().get(`${ANNA}/preferences`).expect(404);
    await server.as().get(`${ANNA}/devices`).expect(404);
    await server.as().delete(ANNA).expect(404);
    expect(await server.profiles.devices(server.workspaceId, 'anna')).toEqual([]);
  });

  it('answers for another workspace’s user exactly as for one who never was', async () => {
    await put({ email: 'anna@example.com' });
    const { id } = (
      await server.as().post(`${ANNA}/devices`).send({ platform: 'ios', token: 'token-of-anna' })
    ).body as { id: string };
    const key = await server.issueKey(['admin'], 'wsp_theirs');
    for (const path of [ANNA, `${ANNA}/preferences`, `${ANNA}/devices`])
      await server.as(key).get(path).expect(404);
    await server.as(key).put(`${ANNA}/preferences`).send({}).expect(404);
    await server.as(key).delete(`${ANNA}/devices/${id}`).expect(404);
    await server.as(key).delete(ANNA).expect(404);
    await server.as(key).put(ANNA).send({ email: 'other@example.com' }).expect(201);
    expect((await server.as().get(ANNA)).body.email).toBe('anna@example.com');
  });

  it('needs the right to change it', async () => {
    const reader = await server.issueKey(['users:read', 'notifications:write']);
    await put({});
    await server.as(reader).get(ANNA).expect(200);
    await server.as(reader).get(`${ANNA}/preferences`).expect(200);
    await server.as(reader).get(`${ANNA}/devices`).expect(200);
    await server.as(reader).put(ANNA).send({}).expect(403);
    await server.as(reader).put(`${ANNA}/preferences`).send({}).expect(403);
    await server.as(reader).post(`${ANNA}/devices`).send({}).expect(403);
    await server.as(reader).delete(`${ANNA}/devices/dev_1`).expect(403);
    await server.as(reader).delete(ANNA).expect(403);
    const stranger = await server.issueKey(['notifications:read']);
    await server.as(stranger).get(ANNA).expect(403);
  });
});
