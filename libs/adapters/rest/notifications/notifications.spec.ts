import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { NotificationType } from '#domain/communication/model/notification-type.js';
import { noPreferences, type Profile } from '#domain/communication/model/profile.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Profiles } from '#ports/communication/profiles.js';
import { CapturedMails } from '#ports/delivery/captured-mails.js';
import { Suppressions } from '#ports/delivery/suppressions.js';
import { aSuppression } from '#ports/delivery/testing/delivery-stores.js';
import { Workspaces } from '#ports/workspace/workspaces.js';

const KEY = 'owner-key-of-the-test-server';
/** Saturday, 13:00 in London. */
const NOW = Date.UTC(2026, 0, 31, 13);

describe('notifications over REST', () => {
  let clock: DrivenClock;
  let log: MemoryLog;
  let server: RunningServer;
  let workspaceId: WorkspaceId;
  beforeEach(async () => {
    clock = new DrivenClock(NOW);
    log = new MemoryLog();
    server = await startServer({
      config: await readServerConfig(
        { PORT: '0', POSTHORN_API_KEY: KEY, POSTHORN_TARGET: 'test' },
        '/nowhere',
      ),
      log,
      onFatal: (error: Error) => {
        throw error;
      },
      openTarget: openTestTarget(clock),
    });
    const workspace = await server.app.get<Workspaces>(Workspaces).first();
    workspaceId = workspace?.id as WorkspaceId;
    await aTypeOf('login_code', {});
  });
  afterEach(() => server.stop());

  const as = (): request.Agent => request.agent(server.url).set('authorization', `Bearer ${KEY}`);
  const post = (path: string, body: object = {}) => as().post(`/v1/${path}`).send(body);
  const get = (path: string) => as().get(`/v1/${path}`);
  const template = async (channel: string, text: string): Promise<string> => {
    const subject = channel === 'email' ? { subject: 'Your code' } : {};
    const { body } = await post('templates', { name: channel, channel, text, ...subject }).expect(201);
    return (body as { id: string }).id;
  };
  async function aTypeOf(type: string, change: Partial<NotificationType>): Promise<void> {
    const sms = await template('sms', 'Your code is {{code}}.');
    const email = await template('email', 'The code: {{code}}');
    await server.app.get<NotificationTypes>(NotificationTypes).insert({
      workspaceId,
      type,
      category: 'security',
      lane: 'critical',
      mandatory: true,
      channels: ['sms', 'email'],
      fallback: { mode: 'fallback', timeoutMs: 30_000 },
      templates: { sms: { default: sms }, email: { default: email } },
      requiredData: ['code'],
      revision: 0,
      createdAt: NOW,
      updatedAt: NOW,
      ...change,
    });
  }
  const aUser = (change: Partial<Profile> = {}): Promise<unknown> =>
    server.app.get<Profiles>(Profiles).save(undefined, {
      workspaceId,
      userId: 'ada',
      addresses: { phone: '+491701234567', email: 'ada@example.com' },
      preferences: noPreferences,
      revision: 0,
      createdAt: NOW,
      updatedAt: NOW,
      ...change,
    });
  const notified = async (change: object = {}): Promise<string> => {
    const body = { type: 'login_code', to: { userId: 'ada' }, data: { code: '123456' }, ...change };
    return ((await post('notifications', body).expect(202)).body as { id: string }).id;
  };
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) await clock.advance(Math.min(100, left));
  };
  const outbox = async (): Promise<string[]> => {
    const { data } = await server.app.get<CapturedMails>(CapturedMails).page({ limit: 100 });
    return data.map(({ from, to }) => `${from} ${to}`).reverse();
  };
  const shown = async (id: string) =>
    (await get(`notifications/${id}`).expect(200)).body as {
      status: string;
      legs: { channel: string; state: string }[];
    };
  const trace = async (id: string): Promise<string[]> => {
    const { body } = await get(`notifications/${id}/trace`).expect(200);
    return (body as { data: { code: string }[] }).data.map(({ code }) => code);
  };

  it('are accepted, and go out by the first channel of their type', async () => {
    await aUser();
    const { body, headers } = await post('notifications', {
      type: 'login_code',
      to: { userId: 'ada' },
      data: { code: '123456' },
    }).expect(202);
    const { id } = body as { id: string };
    expect(body).toEqual({ id: expect.stringMatching(/^ntf_/), status: 'accepted' });
    expect(headers['location']).toBe(`/v1/notifications/${id}`);
    await pass(1_000);
    expect(await outbox()).toEqual(['sms +491701234567']);
    expect(await shown(id)).toMatchObject({ status: 'sent', lane: 'critical', userId: 'ada' });
    expect(await trace(id)).toEqual(['order_from_type', 'chosen', 'kept_for_fallback', 'started', 'sent']);
    expect(log.entries.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('may say null of what there is nothing to say about', async () => {
    await aUser();
    const nothing = { sendAt: null, expiresAt: null, locale: null, channels: null, orderingKey: null };
    const id = await notified({ ...nothing, priority: null, test: null });
    await pass(1_000);
    expect(await shown(id)).toMatchObject({ status: 'sent', sendAt: null, expiresAt: null, test: false });
    expect(await outbox()).toEqual(['sms +491701234567']);
  });

  it('go by the channel that the user prefers', async () => {
    await aUser({ preferences: { ...noPreferences, types: { login_code: ['email'] } } });
    await notified();
    await pass(1_000);
    expect(await outbox()).toEqual(['Posthorn <no-reply@posthorn.example> ada@example.com']);
  });

  it('fall back when a channel fails, and the trace says so', async () => {
    await aUser();
    await server.app.get<Suppressions>(Suppressions).add({ ...aSuppression('+491701234567'), workspaceId });
    const id = await notified();
    await pass(1_000);
    expect(await outbox()).toEqual(['Posthorn <no-reply@posthorn.example> ada@example.com']);
    expect((await shown(id)).legs.map(({ channel, state }) => `${channel} ${state}`)).toEqual([
      'sms failed',
      'email sent',
    ]);
    expect((await get(`notifications/${id}/trace`)).body).toMatchObject({
      data: expect.arrayContaining([
        expect.objectContaining({
          code: 'failed',
          channel: 'sms',
          words: 'sms failed: the address is on the suppression list.',
        }),
      ]),
    });
  });

  it('fall back when a channel does not confirm in time', async () => {
    await aUser();
    const id = await notified();
    await pass(29_000);
    expect(await outbox()).toHaveLength(1);
    await pass(2_000);
    expect(await outbox()).toEqual([
      'sms +491701234567',
      'Posthorn <no-reply@posthorn.example> ada@example.com',
    ]);
    expect(await trace(id)).toContain('not_confirmed');
  });

  it('tell every status they had, with when and why', async () => {
    await aUser();
    await server.app.get<Suppressions>(Suppressions).add({ ...aSuppression('+491701234567'), workspaceId });
    const id = await notified();
    await pass(1_000);
    const { body } = await get(`notifications/${id}/events`).expect(200);
    const at = expect.stringMatching(/^2026-01-31T13:00:0\d\.\d{3}Z$/);
    expect(body).toEqual({
      id,
      status: 'sent',
      data: [
        { at: '2026-01-31T13:00:00.000Z', status: 'accepted', channel: null, reason: null },
        { at, status: 'sending', channel: 'sms', reason: 'It is being sent by sms.' },
        { at, status: 'sent', channel: 'email', reason: 'A provider has taken it for email.' },
      ],
    });
    const times = (body as { data: { at: string }[] }).data.map((one) => one.at);
    expect(times).toEqual([...times].sort());
    await get('notifications/ntf_01arz3ndektsv4rrffq69g5fav/events').expect(404);
  });

  it('say in their events why nothing was sent', async () => {
    const sendAt = new Date(NOW + 60_000).toISOString();
    const [failed, cancelled] = [await notified({ to: { userId: 'nobody' } }), await notified({ sendAt })];
    await post(`notifications/${cancelled}/cancel`).expect(200);
    await pass(1_000);
    const last = async (id: string): Promise<unknown> =>
      ((await get(`notifications/${id}/events`)).body as { data: unknown[] }).data.at(-1);
    expect(await last(failed)).toMatchObject({
      status: 'failed',
      reason: 'No channel is left on which the recipient can be told.',
    });
    expect(await last(cancelled)).toMatchObject({ status: 'cancelled', reason: 'It was cancelled.' });
  });

  it('are read when their inbox item is, and that is told once', async () => {
    const inbox = await template('inbox', 'The code: {{code}}');
    await aTypeOf('note', {
      lane: 'standard',
      channels: ['inbox'],
      templates: { inbox: { default: inbox } },
    });
    const hook = await post('webhook-endpoints', { url: 'https://hooks.example.com/in', events: ['*'] });
    const id = await notified({ type: 'note', to: { userId: 'ada' } });
    await pass(1_000);
    expect((await shown(id)).status).toBe('delivered');
    const { body } = await get('users/ada/inbox').expect(200);
    const item = (body as { data: { id: string }[] }).data[0]?.id;
    await post(`inbox/${item}/seen`).expect(200);
    await pass(1_000);
    expect((await shown(id)).status).toBe('delivered');
    await Promise.all(Array.from({ length: 5 }, () => post(`inbox/${item}/read`).expect(200)));
    await post(`inbox/${item}/archive`).expect(200);
    await pass(2_000);
    expect(await shown(id)).toMatchObject({ status: 'read', legs: [{ channel: 'inbox', state: 'read' }] });
    const events = (await get(`notifications/${id}/events`)).body as { data: { status: string }[] };
    expect(events.data.map(({ status }) => status)).toEqual(['accepted', 'sending', 'delivered', 'read']);
    const { id: endpoint } = hook.body as { id: string };
    const attempts = (await get(`webhook-endpoints/${endpoint}/attempts`)).body as {
      data: { type?: string }[];
    };
    expect(JSON.stringify(attempts).match(/notification\.read/g)).toHaveLength(1);
  });

  it('go to bare addresses', async () => {
    await notified({ to: { phone: '+49 170 7654321' } });
    await pass(1_000);
    expect(await outbox()).toEqual(['sms +491707654321']);
  });

  it('say in words why nobody could be told', async () => {
    const id = await notified({ to: { userId: 'nobody' } });
    await pass(1_000);
    expect((await shown(id)).status).toBe('failed');
    expect(await trace(id)).toEqual([
      'order_from_type',
      'no_address',
      'no_address',
      'mandatory_floor',
      'no_address',
      'no_address',
      'no_channel_left',
    ]);
  });

  it('are put off by quiet hours, unless they are critical', async () => {
    await aTypeOf('order_receipt', { lane: 'standard', mandatory: false, fallback: { mode: 'fallback' } });
    await aUser({ quietHours: { from: '12:00', to: '14:00' }, timezone: 'Europe/London' });
    const [critical, standard] = [await notified(), await notified({ type: 'order_receipt' })];
    await pass(1_000);
    expect([(await shown(critical)).status, (await shown(standard)).status]).toEqual(['sent', 'accepted']);
    expect(await trace(standard)).toEqual(['deferred']);
    await clock.advance(3_600_000);
    await pass(6_000);
    expect((await shown(standard)).status).toBe('sent');
  });

  it('wait for their time, can be cancelled before it, and not after', async () => {
    await aUser();
    const sendAt = new Date(NOW + 60_000).toISOString();
    const [one, other] = [await notified({ sendAt }), await notified({ sendAt })];
    await pass(30_000);
    expect(await outbox()).toEqual([]);
    expect((await post(`notifications/${one}/cancel`).expect(200)).body).toMatchObject({
      status: 'cancelled',
    });
    await pass(40_000);
    expect(await outbox()).toHaveLength(1);
    const late = await post(`notifications/${other}/cancel`).expect(409);
    expect(late.body).toMatchObject({ code: 'invalid_transition' });
    expect((await shown(one)).status).toBe('cancelled');
  });

  it('of one ordering key go out in their order', async () => {
    await aUser();
    const sendAt = new Date(NOW + 10_000).toISOString();
    await notified({ orderingKey: 'k', sendAt, to: { phone: '+491700000001' } });
    await notified({ orderingKey: 'k', to: { phone: '+491700000002' } });
    await notified({ to: { phone: '+491700000003' } });
    await pass(20_000);
    expect(await outbox()).toEqual(['sms +491700000003', 'sms +491700000001', 'sms +491700000002']);
  });

  it('that are tests are explained and not sent', async () => {
    await aUser();
    const id = await notified({ test: true });
    await pass(1_000);
    expect((await shown(id)).status).toBe('tested');
    expect(await trace(id)).toEqual(['order_from_type', 'chosen', 'kept_for_fallback', 'tested']);
    expect(await outbox()).toEqual([]);
  });

  it.each<[string, object, number, string, string]>([
    ['of no type there is', { type: 'nothing' }, 422, 'validation_failed', '/type'],
    ['without the data it requires', { data: {} }, 422, 'missing_variable', '/data/code'],
    ['to nobody', { to: {} }, 422, 'validation_failed', '/to'],
    ['to a number that is none', { to: { phone: '0170' } }, 422, 'invalid_address', '/to/phone'],
    [
      'to two addresses as one',
      { to: { email: 'a@example.com,b@example.com' } },
      422,
      'invalid_address',
      '/to/email',
    ],
    ['to an object', { to: { email: { $ne: null } } }, 422, 'validation_failed', '/to/email'],
    ['to a kind of address that is none', { to: { fax: '1' } }, 422, 'validation_failed', '/to/fax'],
    [
      'by a channel that its type does not have',
      { channels: ['push'] },
      422,
      'validation_failed',
      '/channels/0',
    ],
    [
      'that would expire before it is sent',
      { expiresAt: '2020-01-01T00:00:00Z' },
      422,
      'invalid_schedule',
      '/expiresAt',
    ],
    ['in another century', { sendAt: '2199-01-01T00:00:00Z' }, 422, 'invalid_schedule', '/sendAt'],
    ['to a step in a path', { to: { userId: '..' } }, 422, 'validation_failed', '/to/userId'],
    ['at no time', { sendAt: '25:00' }, 422, 'validation_failed', '/sendAt'],
    ['with a field that is none', { workspaceId: 'wsp_2' }, 422, 'validation_failed', '/workspaceId'],
    ['with too much data', { data: { code: 'x'.repeat(70_000) } }, 422, 'validation_failed', '/data'],
  ])('%s are refused, and nothing is queued', async (_, change, status, code, pointer) => {
    await aUser();
    const body = { type: 'login_code', to: { userId: 'ada' }, data: { code: '1' }, ...change };
    const answer = await post('notifications', body).expect(status);
    expect(answer.body).toMatchObject({
      code,
      errors: expect.arrayContaining([expect.objectContaining({ pointer })]),
    });
    expect((await get('notifications')).body).toMatchObject({ data: [] });
  });

  it('in a batch are accepted or refused each for itself', async () => {
    await aUser();
    const good = { type: 'login_code', to: { userId: 'ada' }, data: { code: '1' } };
    const { body } = await post('notifications/batch', {
      notifications: [good, { ...good, data: {} }, { ...good, to: { email: 5 } }, good],
    }).expect(202);
    expect(body).toMatchObject({
      accepted: 2,
      refused: 2,
      results: [
        { index: 0, status: 202, code: null },
        { index: 1, status: 422, id: null, code: 'missing_variable', errors: [{ pointer: '/data/code' }] },
        { index: 2, status: 422, code: 'validation_failed', errors: [{ pointer: '/to/email' }] },
        { index: 3, status: 202 },
      ],
    });
    await pass(1_000);
    expect(await outbox()).toHaveLength(2);
  });

  it('asked for a hundred times with one key are one', async () => {
    await aUser();
    const body = { type: 'login_code', to: { userId: 'ada' }, data: { code: '1' } };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => post('notifications', body).set('idempotency-key', 'one')),
    );
    const ids = new Set(
      answers.filter(({ status }) => status === 202).map((one) => (one.body as { id: string }).id),
    );
    expect(ids.size).toBe(1);
    expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
    await pass(1_000);
    expect(await outbox()).toHaveLength(1);
  });

  it('are listed the newest first, and shown to nobody else', async () => {
    await aUser();
    const ids = [await notified(), await notified()];
    const { body } = await get('notifications?type=login_code&limit=1').expect(200);
    expect((body as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([ids[1]]);
    await get('notifications/ntf_01arz3ndektsv4rrffq69g5fav').expect(404);
    await get(`notifications?status=nonsense`).expect(422);
  });

  it('are told of to the endpoints of the customer', async () => {
    await aUser();
    const { body } = await post('webhook-endpoints', {
      url: 'https://hooks.example.com/in',
      events: ['notification.sent'],
    });
    const id = await notified();
    await pass(2_000);
    const attempts = await get(`webhook-endpoints/${(body as { id: string }).id}/attempts`).expect(200);
    expect(JSON.stringify(attempts.body)).toContain('notification.sent');
    expect((await shown(id)).status).toBe('sent');
  });
});
