import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MOST_DEVICES } from '#domain/communication/model/profile.js';
import { CommunicationServer } from './testing/communication-server.js';
import type { DeviceListView, DeviceView } from './user.view.js';

const ANNA = '/v1/users/anna/devices';
const BEN = '/v1/users/ben/devices';
const PHONE = { platform: 'android', token: 'token-of-a-phone' };

describe('devices over REST', () => {
  let server: CommunicationServer;
  beforeEach(async () => {
    server = await CommunicationServer.start();
  });
  afterEach(() => server.close());

  const add = async (body: object = PHONE, path = ANNA): Promise<DeviceView> =>
    (await server.as().post(path).send(body).expect(201)).body as DeviceView;
  const list = async (path = ANNA): Promise<DeviceListView> =>
    (await server.as().get(path).expect(200)).body as DeviceListView;

  it('are registered by token or by installation, of a user with or without a profile', async () => {
    const phone = await add();
    expect(phone).toEqual({
      id: expect.stringMatching(/^dev_[0-9a-z]{26}$/),
      platform: 'android',
      by: 'token',
      registeredAt: '2026-01-01T00:00:00.000Z',
    });
    await server.ports.clock.advance(1_000);
    const browser = await add({ platform: 'web', fid: 'c1d2e3f4-A_b', token: null });
    expect(browser).toMatchObject({ platform: 'web', by: 'fid' });
    expect(await list()).toEqual({ data: [browser, phone], total: 2 });
    const stored = await server.profiles.devices(server.workspaceId, 'anna');
    expect(stored.map(({ address }) => address)).toEqual(['token:token-of-a-phone', 'fid:c1d2e3f4-A_b']);
  });

  it('of a user who has none are none, of one who is nobody are not found', async () => {
    await server.as().put('/v1/users/anna').send({}).expect(201);
    expect(await list()).toEqual({ data: [], total: 0 });
    await server.as().get(BEN).expect(404);
  });

  it('keep their id, and belong to whoever registered them last', async () => {
    const { id } = await add();
    expect((await add()).id).toBe(id);
    expect((await add(PHONE, BEN)).id).toBe(id);
    expect((await list(BEN)).total).toBe(1);
    await server.as().get(ANNA).expect(404);
  });

  it('are one device for a request that is repeated', async () => {
    const ask = () => server.as().post(ANNA).set('idempotency-key', 'k').send(PHONE).expect(201);
    const first = await ask();
    const second = await ask();
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.body).toEqual(first.body);
    expect((await list()).total).toBe(1);
  });

  it.each([
    ['no platform', { token: 'token-of-a-phone' }, 'validation_failed', '/platform'],
    ['a platform there is not', { ...PHONE, platform: 'toaster' }, 'validation_failed', '/platform'],
    ['neither token nor fid', { platform: 'web' }, 'validation_failed', ''],
    ['both of them', { ...PHONE, fid: 'c1d2e3f4' }, 'validation_failed', ''],
    ['an object for a token', { platform: 'web', token: { $ne: null } }, 'validation_failed', '/token'],
    ['a list for an installation', { platform: 'web', fid: ['c1d2e3f4'] }, 'validation_failed', '/fid'],
    ['a short token', { platform: 'web', token: 'x' }, 'invalid_address', '/token'],
    ['an empty installation', { platform: 'web', fid: '' }, 'invalid_address', '/fid'],
    ['a token that is a path', { platform: 'web', token: '../../v1/projects' }, 'invalid_address', '/token'],
    ['a token of two lines', { platform: 'web', token: 'token-of\r\na-phone' }, 'invalid_address', '/token'],
    ['a token of 10 KB', { platform: 'web', token: 'x'.repeat(10_000) }, 'invalid_address', '/token'],
    ['another field', { ...PHONE, address: 'token:x' }, 'validation_failed', '/address'],
    ['an id', { ...PHONE, id: 'dev_mine' }, 'validation_failed', '/id'],
    ['another user', { ...PHONE, userId: 'ben' }, 'validation_failed', '/userId'],
  ])('are not registered for %s', async (_what, body, code, pointer) => {
    const answer = await server.as().post(ANNA).send(body).expect(422);
    expect(answer.body).toMatchObject({ code, errors: [{ pointer }] });
    await server.as().get(ANNA).expect(404);
  });

  it('are removed by their user only', async () => {
    const { id } = await add();
    await add({ platform: 'ios', token: 'token-of-ben' }, BEN);
    await server.as().delete(`${BEN}/${id}`).expect(404);
    await server.as().delete(`${ANNA}/${id}`).set('idempotency-key', 'k').expect(204);
    const again = await server.as().delete(`${ANNA}/${id}`).set('idempotency-key', 'k').expect(204);
    expect(again.headers['idempotency-replayed']).toBe('true');
    await server.as().delete(`${ANNA}/${id}`).expect(404);
    expect((await list(BEN)).total).toBe(1);
  });

  it(`are at most ${MOST_DEVICES} of a user, of which a thousand are shown, the newest first`, async () => {
    const { workspaceId, profiles, ports } = server;
    const start = ports.clock.now();
    for (let i = 0; i < MOST_DEVICES; i++) {
      const id = `dev_${String(i).padStart(26, '0')}`;
      const address = `token:${id}`;
      await profiles.addDevice({
        id,
        workspaceId,
        userId: 'anna',
        platform: 'web',
        address,
        createdAt: start + i,
      });
    }
    await ports.clock.advance(MOST_DEVICES);
    const newest = await add();
    const { data, total } = await list();
    expect(total).toBe(MOST_DEVICES);
    expect(data).toHaveLength(1_000);
    expect(data[0]).toEqual(newest);
    expect(data[1]?.id).toBe(`dev_${String(MOST_DEVICES - 1).padStart(26, '0')}`);
    const kept = await profiles.devices(workspaceId, 'anna');
    expect(kept.some(({ id }) => id === `dev_${'0'.repeat(26)}`)).toBe(false);
  });
});
