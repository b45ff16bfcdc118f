import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DefineNotificationType } from '#domain/communication/application/define-notification-type.js';
import type { NotificationType } from '#domain/communication/model/notification-type.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { CommunicationServer } from '../users/testing/communication-server.js';
import type { NotificationTypeView } from './notification-type.view.js';

const PATH = '/v1/notification-types';

describe('notification types over REST', () => {
  let server: CommunicationServer;
  let mail: string;
  let text: string;
  beforeEach(async () => {
    server = await CommunicationServer.start();
    mail = await server.aTemplate('email');
    text = await server.aTemplate('sms');
  });
  afterEach(() => server.close());

  const receipt = (change: object = {}): object => ({
    type: 'receipt',
    lane: 'standard',
    channels: ['email'],
    templates: { email: mail },
    ...change,
  });
  const rewrite = (change: object = {}): object => {
    const { type: _, ...rest } = receipt() as { type: string };
    return { ...rest, ...change };
  };
  const create = (body: object = receipt(), status = 201) => server.as().post(PATH).send(body).expect(status);
  const save = (body: object = rewrite(), status = 200, type = 'receipt') =>
    server.as().put(`${PATH}/${type}`).send(body).expect(status);
  const find = async (type: string): Promise<NotificationTypeView> =>
    (await server.as().get(`${PATH}/${type}`).expect(200)).body as NotificationTypeView;
  const faultsOf = async (change: object): Promise<string[]> =>
    ((await create(receipt(change), 422)).body.errors as { pointer: string; code: string }[]).map(
      ({ pointer, code }) => `${pointer} ${code}`,
    );

  it('makes one of the least that can be said, with a default for everything else', async () => {
    const made = await create();
    expect(made.headers['location']).toBe(`${PATH}/receipt`);
    expect(made.body).toEqual({
      type: 'receipt',
      description: null,
      category: 'general',
      mandatory: false,
      lane: 'standard',
      channels: ['email'],
      fallback: { mode: 'fallback', timeoutMs: null },
      templates: { email: { default: mail } },
      requiredData: [],
      from: null,
      origin: null,
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(await find('receipt')).toEqual(made.body);
  });

  it('makes one of everything that can be said, in normal form', async () => {
    const german = await server.aTemplate('email');
    const body = {
      type: 'mfa_code',
      description: 'A code to sign in with.',
      category: 'security',
      mandatory: true,
      lane: 'critical',
      channels: ['sms', 'email'],
      fallback: { mode: 'fallback', timeoutMs: 30_000 },
      templates: { sms: text, email: { default: mail, 'DE-at': german } },
      requiredData: ['code', 'device.name'],
      from: 'Sign-in, Acme <No-Reply@ACME.example>',
    };
    expect((await create(body)).body).toEqual({
      ...body,
      templates: { sms: { default: text }, email: { default: mail, 'de-AT': german } },
      from: '"Sign-in, Acme" <no-reply@acme.example>',
      origin: null,
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('takes null for what is left out, and a timeout for nothing where all channels go at once', async () => {
    const nothing = { description: null, category: null, mandatory: null, from: null, requiredData: null };
    expect((await create(receipt({ ...nothing, fallback: null }))).body).toEqual(await find('receipt'));
    const all = receipt({ type: 'alarm', fallback: { mode: 'all', timeoutMs: 5_000 } });
    expect((await create(all)).body.fallback).toEqual({ mode: 'all', timeoutMs: null });
  });

  it('has one type of a name', async () => {
    await create();
    const { body } = await create(receipt({ lane: 'bulk' }), 409);
    expect(body).toMatchObject({ code: 'already_exists', errors: [{ pointer: '/type' }] });
    expect((await find('receipt')).lane).toBe('standard');
  });

  it('makes one type for a request that is repeated, and answers it the same', async () => {
    const ask = () => server.as().post(PATH).set('idempotency-key', 'k').send(receipt()).expect(201);
    const first = await ask();
    const second = await ask();
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.headers['location']).toBe(first.headers['location']);
    expect(second.body).toEqual(first.body);
  });

  it('finds what it made if the answer was lost, but not what somebody else made', async () => {
    const draft = {
      type: 'receipt',
      lane: 'standard' as const,
      mandatory: false,
      channels: ['sms', 'email'],
      fallback: { mode: 'fallback' as const },
      templates: { sms: text, email: { default: mail, de: mail } },
      requiredData: [],
    };
    const again = (change: Partial<NotificationType> = {}, repeated = true): Promise<NotificationType> =>
      server.app.get(DefineNotificationType).create(server.workspaceId, { ...draft, ...change }, repeated);
    const made = await again({}, false);
    await server.ports.clock.advance(1_000);
    expect(await again()).toEqual(made);
    await expect(again({ mandatory: true })).rejects.toMatchObject({ code: 'already_exists' });
    await expect(again({}, false)).rejects.toMatchObject({ code: 'already_exists' });
  });

  it('says of every template that does not fit where it stands', async () => {
    const theirs = await server.aTemplate('email', 'wsp_theirs' as WorkspaceId);
    const both = ['email', 'sms'];
    expect(await faultsOf({ templates: { email: 'tpl_none' } })).toEqual(['/templates/email not_found']);
    expect(await faultsOf({ templates: { email: theirs } })).toEqual(['/templates/email not_found']);
    expect(await faultsOf({ channels: both, templates: { email: text, sms: mail } })).toEqual([
      '/templates/email wrong_channel',
      '/templates/sms wrong_channel',
    ]);
    expect(await faultsOf({ templates: { email: { default: mail, de: text, fr: 'tpl_none' } } })).toEqual([
      '/templates/email/de wrong_channel',
      '/templates/email/fr not_found',
    ]);
    expect(await faultsOf({ channels: both })).toEqual(['/templates/sms validation_failed']);
    expect(await faultsOf({ templates: { email: mail, sms: text } })).toEqual([
      '/templates/sms validation_failed',
    ]);
    expect(await faultsOf({ templates: { email: { de: mail } } })).toEqual([
      '/templates/email validation_failed',
    ]);
    expect((await server.as().get(PATH)).body.data).toEqual([]);
  });

  it('refuses a channel that there is not', async () => {
    const templates = { email: mail, telegraph: mail };
    expect(await faultsOf({ channels: ['email', 'telegraph'], templates })).toEqual([
      '/channels/1 validation_failed',
    ]);
  });

  it.each([
    ['no name', { type: undefined }],
    ['a name of other letters', { type: 'Receipt!' }],
    ['a name that is too long', { type: 'r'.repeat(65) }],
    ['a name that is an object', { type: { $ne: null } }],
    ['no lane', { lane: undefined }],
    ['a lane there is not', { lane: 'express' }],
    ['no channels', { channels: [] }],
    ['the same channel twice', { channels: ['email', 'email'] }],
    ['channels that are a text', { channels: 'email' }],
    ['channels that are objects', { channels: [{ name: 'email' }] }],
    ['a thousand channels', { channels: Array.from({ length: 1000 }, () => 'email') }],
    ['mandatory as a text', { mandatory: 'true' }],
    ['a fallback there is not', { fallback: { mode: 'none' } }],
    ['a fallback that is a text', { fallback: 'all' }],
    ['a timeout of no time', { fallback: { mode: 'fallback', timeoutMs: 0 } }],
    ['a timeout of two days', { fallback: { mode: 'fallback', timeoutMs: 2 * 86_400_000 } }],
    ['a timeout as a text', { fallback: { mode: 'fallback', timeoutMs: '5000' } }],
    ['more than a fallback says', { fallback: { mode: 'all', retries: 3 } }],
    ['no templates', { templates: undefined }],
    ['templates in a list', { templates: ['tpl_1'] }],
    ['a template that is a list', { templates: { email: ['tpl_1'] } }],
    ['a template within a template', { templates: { email: { default: { default: 'tpl_1' } } } }],
    ['a template of no name', { templates: { email: '' } }],
    ['a locale that is none', { templates: { email: { default: 'tpl_1', 'not a locale': 'tpl_1' } } }],
    [
      'more locales than there are translators',
      { templates: { email: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`l${i}`, 'tpl_1'])) } },
    ],
    ['a template for a method', { templates: { email: 'tpl_1', toString: 'tpl_1' } }],
    ['required data that is no path', { requiredData: ['a..b'] }],
    ['required data that no data may hold', { requiredData: ['name.constructor'] }],
    ['required data of 10 KB', { requiredData: ['a'.repeat(10_000)] }],
    ['a category of other letters', { category: 'My Category' }],
    ['a workspace', { workspaceId: 'wsp_1' }],
    ['an origin', { origin: 'gallery:receipt' }],
    ['a revision', { revision: 7 }],
  ])('takes nothing for %s', async (_what, change) => {
    expect((await create(receipt(change), 422)).body.code).toBe('validation_failed');
    expect((await server.as().get(PATH)).body.data).toEqual([]);
  });

  it.each([
    ['Acme', 'invalid_address'],
    ['Acme <a@x.io>, <b@x.io>', 'invalid_address'],
    ['Acme\r\nBcc: evil@x.io <a@x.io>', 'header_injection'],
  ])('takes no sender %j', async (from, code) => {
    const { body } = await create(receipt({ from }), 422);
    expect(body).toMatchObject({ code, errors: [{ pointer: '/from' }] });
  });

  it('lists page by page, in order of the names', async () => {
    for (const type of ['welcome', 'alarm', 'receipt']) await create(receipt({ type }));
    const first = (await server.as().get(`${PATH}?limit=2`)).body;
    const second = (await server.as().get(`${PATH}?limit=2&after=${first.page.next}`)).body;
    expect([...first.data, ...second.data].map(({ type }: NotificationTypeView) => type)).toEqual([
      'alarm',
      'receipt',
      'welcome',
    ]);
    expect(second.page.next).toBeNull();
  });

  it('says a type anew, all of it', async () => {
    await create(receipt({ description: 'Old', mandatory: true, requiredData: ['total'] }));
    await server.ports.clock.advance(60_000);
    const saved = await save(rewrite({ lane: 'bulk', channels: ['sms'], templates: { sms: text } }));
    expect(saved.body).toMatchObject({
      type: 'receipt',
      description: null,
      mandatory: false,
      lane: 'bulk',
      channels: ['sms'],
      requiredData: [],
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:01:00.000Z',
    });
    expect(await find('receipt')).toEqual(saved.body);
  });

  it('takes the origin from a type that somebody has written anew', async () => {
    await create();
    const stored = (await server.types.find(server.workspaceId, 'receipt'))!;
    const shipped = { ...stored, origin: 'posthorn:receipt', revision: 1 };
    expect(await server.types.save(stored, shipped)).toBe('saved');
    expect((await find('receipt')).origin).toBe('posthorn:receipt');
    expect((await save()).body.origin).toBeNull();
  });

  it('takes every one of many that save the same type at once', async () => {
    await create();
    const lanes = ['critical', 'standard', 'bulk', 'bulk', 'standard'];
    await Promise.all(lanes.map((lane) => save(rewrite({ lane }))));
    expect((await server.types.find(server.workspaceId, 'receipt'))?.revision).toBe(lanes.length);
  });

  it('says nothing anew of a type there is not, nor what is no type', async () => {
    expect((await save(rewrite(), 404, 'welcome')).body.code).toBe('not_found');
    await create();
    expect((await save(receipt(), 422)).body.errors).toEqual([
      expect.objectContaining({ pointer: '/type', code: 'unknown_field' }),
    ]);
    expect((await save(rewrite({ templates: { email: text } }), 422)).body.errors).toEqual([
      expect.objectContaining({ pointer: '/templates/email', code: 'wrong_channel' }),
    ]);
  });

  it('removes a type, and answers a repeated removal as it did at first', async () => {
    await create();
    const remove = () => server.as().delete(`${PATH}/receipt`).set('idempotency-key', 'k').expect(204);
    await remove();
    expect((await remove()).headers['idempotency-replayed']).toBe('true');
    await server.as().get(`${PATH}/receipt`).expect(404);
    await server.as().delete(`${PATH}/receipt`).expect(404);
    await create();
  });

  it('answers for another workspace’s type exactly as for one that never was', async () => {
    await create();
    const key = await server.issueKey(['admin'], 'wsp_theirs');
    const theirs = server.as(key);
    expect((await theirs.get(PATH).expect(200)).body.data).toEqual([]);
    await server.as(key).get(`${PATH}/receipt`).expect(404);
    await server.as(key).put(`${PATH}/receipt`).send(rewrite()).expect(404);
    await server.as(key).delete(`${PATH}/receipt`).expect(404);
    expect((await find('receipt')).type).toBe('receipt');
  });

  it('needs the right to change it', async () => {
    const reader = await server.issueKey(['notifications:read', 'users:write']);
    await server.as(reader).get(PATH).expect(200);
    await server.as(reader).post(PATH).send(receipt()).expect(403);
    await server.as(reader).put(`${PATH}/receipt`).send(rewrite()).expect(403);
    await server.as(reader).delete(`${PATH}/receipt`).expect(403);
    const stranger = await server.issueKey(['users:read']);
    await server.as(stranger).get(PATH).expect(403);
    await server.as(stranger).get(`${PATH}/receipt`).expect(403);
  });
});
