import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DeliveryServer } from '../deliveries/testing/delivery-server.js';
import { aTestMail } from '../deliveries/testing/mails.js';
import type { SuppressionView } from './suppression.view.js';

describe('the suppression list over REST', () => {
  let server: DeliveryServer;
  beforeEach(async () => {
    server = await DeliveryServer.start();
  });
  afterEach(() => server.close());

  const add = (body: object, status = 201) => server.as().post('/v1/suppressions').send(body).expect(status);
  const listed = async (query = ''): Promise<SuppressionView[]> =>
    (await server.as().get(`/v1/suppressions${query}`).expect(200)).body.data as SuppressionView[];

  it('takes an address, in normal form, for everything and by hand unless it is told otherwise', async () => {
    const plain = await add({ email: ' Ann@Example.COM' });
    expect(plain.body).toEqual({
      id: expect.stringMatching(/^sup_[0-9a-z]{26}$/),
      email: 'ann@example.com',
      scope: 'all',
      reason: 'manual',
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    const other = await add({ email: 'bob@example.com', scope: 'marketing', reason: 'unsubscribe' });
    expect(other.body).toMatchObject({ scope: 'marketing', reason: 'unsubscribe' });
    expect((await listed()).map(({ email }) => email)).toEqual(['ann@example.com', 'bob@example.com']);
    expect(await listed('?email=ANN@example.com')).toEqual([plain.body]);
  });

  it('answers with the entry in force where the address is on it already', async () => {
    const first = await add({ email: 'ann@example.com', reason: 'complaint' });
    const second = await add({ email: 'ann@example.com' }, 200);
    expect(second.body).toEqual(first.body);
  });

  it('keeps a message from being sent', async () => {
    await add({ email: 'ann@example.com' });
    const id = await aTestMail(server, 'Ann@example.com');
    await server.deliverAll();
    expect((await server.as().get(`/v1/deliveries/${id}`)).body).toMatchObject({
      status: 'suppressed',
      provider: null,
    });
    expect((await server.ports.capturedMails.page({ limit: 1 })).data).toEqual([]);
  });

  it('lets an entry go', async () => {
    const { id } = (await add({ email: 'ann@example.com' })).body;
    await server.as().delete(`/v1/suppressions/${id}`).expect(204);
    expect(await listed()).toEqual([]);
    expect((await server.as().delete(`/v1/suppressions/${id}`).expect(404)).body.code).toBe('not_found');
  });

  it('lets an address go, in one scope or in both', async () => {
    const both = async (): Promise<void> => {
      for (const scope of ['all', 'marketing']) await add({ email: 'ann@example.com', scope });
    };
    await both();
    await server.as().delete('/v1/suppressions?email=Ann@example.com&scope=all').expect(204);
    expect((await listed()).map(({ scope }) => scope)).toEqual(['marketing']);
    await server.as().delete('/v1/suppressions?email=ann@example.com').expect(204);
    expect(await listed()).toEqual([]);
    await server.as().delete('/v1/suppressions?email=ann@example.com').expect(404);
    expect((await server.as().delete('/v1/suppressions').expect(422)).body.errors).toContainEqual(
      expect.objectContaining({ pointer: 'email' }),
    );
  });

  it('answers a removal repeated under its Idempotency-Key as it did at first', async () => {
    await add({ email: 'ann@example.com' });
    const remove = () =>
      server.as().delete('/v1/suppressions?email=ann@example.com').set('idempotency-key', 'k');
    await remove().expect(204);
    expect((await remove().expect(204)).headers['idempotency-replayed']).toBe('true');
  });

  it.each([
    ['no address', {}, 'validation_failed'],
    ['something that is none', { email: 'ann' }, 'invalid_address'],
    ['two of them', { email: 'a@x.io,b@x.io' }, 'invalid_address'],
    ['one that would end its header', { email: 'b@x.io\r\nBcc: evil@x.io' }, 'header_injection'],
    ['one of 10 KB', { email: `${'a'.repeat(10_000)}@x.io` }, 'invalid_address'],
    ['an operator', { email: { $ne: null } }, 'validation_failed'],
    ['a scope there is not', { email: 'a@x.io', scope: 'some' }, 'validation_failed'],
    ['a reason there is not', { email: 'a@x.io', reason: 'boredom' }, 'validation_failed'],
    ['a workspace', { email: 'a@x.io', workspaceId: 'wsp_1' }, 'validation_failed'],
  ])('takes nothing for %s', async (_what, body, code) => {
    expect((await add(body, 422)).body.code).toBe(code);
    expect(await listed()).toEqual([]);
  });

  it.each(['"a b"@example.com', `${'l'.repeat(64)}@${'d'.repeat(63)}.example`, 't@bücher.example'])(
    'takes the unusual address %s',
    async (email) => {
      const { body } = await add({ email });
      expect(await listed(`?email=${encodeURIComponent(email)}`)).toEqual([body]);
    },
  );

  it('belongs to one workspace', async () => {
    const { id } = (await add({ email: 'ann@example.com' })).body;
    const key = await server.issueKey(['admin'], 'wsp_theirs');
    expect((await server.as(key).get('/v1/suppressions').expect(200)).body.data).toEqual([]);
    await server.as(key).delete(`/v1/suppressions/${id}`).expect(404);
    await server.as(key).delete('/v1/suppressions?email=ann@example.com').expect(404);
    expect(await listed()).toHaveLength(1);
  });

  it('needs the right to change it', async () => {
    const key = await server.issueKey(['suppressions:read']);
    await server.as(key).get('/v1/suppressions').expect(200);
    await server.as(key).post('/v1/suppressions').send({ email: 'a@x.io' }).expect(403);
    await server.as(key).delete('/v1/suppressions?email=a@x.io').expect(403);
  });
});
