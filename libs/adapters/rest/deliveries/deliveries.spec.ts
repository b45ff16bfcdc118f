import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { all, ScriptedProvider } from '#test/support/delivery/scripted-provider.js';
import type { DeliveryDetailsView, DeliveryView } from './delivery.view.js';
import { aDispatch } from '#ports/delivery/testing/delivery-stores.js';
import { DeliveryServer } from './testing/delivery-server.js';
import { aTestMail, refused } from './testing/mails.js';

describe('the deliveries over REST', () => {
  let server: DeliveryServer;
  let provider: ScriptedProvider;
  beforeEach(async () => {
    provider = new ScriptedProvider('resend').accept();
    server = await DeliveryServer.start({ providers: [provider] });
  });
  afterEach(() => server.close());

  const read = async (id: string): Promise<DeliveryDetailsView> =>
    (await server.as().get(`/v1/deliveries/${id}`).expect(200)).body as DeliveryDetailsView;
  const listed = async (query = ''): Promise<unknown[]> => {
    const answer = await server.as().get(`/v1/deliveries${query}`).expect(200);
    return (answer.body as { data: DeliveryView[] }).data.map(({ email }) => email);
  };

  it('show one that waits', async () => {
    const id = await aTestMail(server, 'ann@example.com');
    expect(await read(id)).toEqual({
      id,
      source: expect.stringMatching(/^tst_/),
      campaignId: null,
      channel: 'email',
      address: 'ann@example.com',
      email: 'ann@example.com',
      status: 'pending',
      lane: 'standard',
      provider: null,
      providerMessageId: null,
      reason: null,
      attemptCount: 0,
      dueAt: null,
      updatedAt: new Date(server.ports.clock.now()).toISOString(),
      attempts: [],
      events: [],
    });
  });

  it('tell of every call that one has been through, and how it came out', async () => {
    provider.answer((call, nth) => (nth === 1 ? all(refused)(call, nth) : provider.take(call)));
    const id = await aTestMail(server, 'ann@example.com');
    await server.deliverAll();
    const delivery = await read(id);
    expect(delivery).toMatchObject({
      status: 'accepted',
      provider: 'resend',
      providerMessageId: `taken-${id}`,
      attemptCount: 2,
    });
    expect(delivery.attempts).toEqual([
      { at: expect.any(String), provider: 'resend', outcome: 'retry', detail: 'connection refused' },
      { at: delivery.updatedAt, provider: 'resend', outcome: 'accepted', detail: null },
    ]);
    expect(delivery.events).toEqual([
      { type: 'accepted', at: delivery.updatedAt, provider: 'resend', detail: null },
    ]);
  });

  it('say why one will never arrive', async () => {
    provider.answer(all({ kind: 'rejected', reason: 'no such mailbox' }));
    const id = await aTestMail(server, 'nobody@example.com');
    await server.deliverAll();
    const { status, reason, events } = await read(id);
    expect({ status, reason }).toEqual({ status: 'failed', reason: 'no such mailbox' });
    expect(events).toEqual([expect.objectContaining({ type: 'failed', detail: 'no such mailbox' })]);
  });

  it('are found by state, by address in any spelling, and by what ordered them', async () => {
    const first = await aTestMail(server, 'ann@example.com');
    await server.deliverAll();
    await aTestMail(server, 'bob@example.com');
    expect(await listed()).toEqual(['ann@example.com', 'bob@example.com']);
    expect(await listed('?status=pending')).toEqual(['bob@example.com']);
    expect(await listed('?status=bounced')).toEqual([]);
    expect(await listed('?email=ANN@Example.COM')).toEqual(['ann@example.com']);
    expect(await listed(`?campaignId=${(await read(first)).source}`)).toEqual(['ann@example.com']);
    expect(await listed('?campaignId=cmp_00000000000000000000000000')).toEqual([]);
  });

  it('show a number as an address, and as no e-mail', async () => {
    await aTestMail(server, 'ann@example.com');
    const { dispatches, ledger, clock } = server.ports;
    const order = { ...aDispatch().build(), workspaceId: server.workspaceId, channel: 'sms' };
    await dispatches.open(order);
    await ledger.accept(order.id, [{ address: '+4366012345678', ref: 'ada', data: '{}' }], clock.now());
    const find = async (query: string) =>
      (await server.as().get(`/v1/deliveries?${query}`).expect(200)).body.data as DeliveryView[];
    const shown = [{ channel: 'sms', address: '+4366012345678', email: null }];
    expect(await find(`campaignId=${order.id}`)).toMatchObject(shown);
    expect(await find('address=%2B43%20(660)%2012345678')).toMatchObject(shown);
    expect(await find('address=ANN@example.com')).toMatchObject([{ email: 'ann@example.com' }]);
  });

  it('come in pages', async () => {
    for (const name of ['ann', 'bob', 'cat']) await aTestMail(server, `${name}@example.com`);
    const first = await server.as().get('/v1/deliveries?limit=2').expect(200);
    expect(first.body.data).toHaveLength(2);
    const { next } = first.body.page;
    const second = await server.as().get(`/v1/deliveries?limit=2&after=${next}`).expect(200);
    expect(second.body.data).toMatchObject([{ email: 'cat@example.com' }]);
    expect(second.body.page).toEqual({ next: null });
  });

  it.each([
    ['status=lost', 'validation_failed'],
    ['email=nobody', 'invalid_address'],
    ['address=nobody', 'invalid_address'],
    ['address=a@example.com&email=a@example.com', 'validation_failed'],
    ['email=a%40x.io%0d%0aBcc:b%40x.io', 'header_injection'],
    ['campaignId[$ne]=1', 'validation_failed'],
    ['workspaceId=wsp_1', 'validation_failed'],
  ])('are not asked for by ?%s: %s', async (query, code) => {
    const answer = await server.as().get(`/v1/deliveries?${query}`).expect(422);
    expect(answer.body.code).toBe(code);
  });

  it('of another workspace are as absent as those that never were', async () => {
    const id = await aTestMail(server, 'ann@example.com');
    const key = await server.issueKey(['admin'], 'wsp_theirs');
    const theirs = await server.as(key).get(`/v1/deliveries/${id}`).expect(404);
    const never = await server
      .as()
      .get(`/v1/deliveries/${id.slice(0, -1)}7`)
      .expect(404);
    const nonsense = await server.as().get('/v1/deliveries/..%2f..%2fetc').expect(404);
    const { instance: _one, ...problem } = theirs.body;
    expect(never.body).toMatchObject(problem);
    expect(nonsense.body).toMatchObject(problem);
    expect((await server.as(key).get('/v1/deliveries').expect(200)).body.data).toEqual([]);
  });

  it('need the right to read them', async () => {
    const key = await server.issueKey(['templates:read', 'deliveries:write']);
    await server.as(key).get('/v1/deliveries').expect(403);
    await server.anybody().get('/v1/deliveries').expect(401);
  });

  it('show what the provider told since', async () => {
    const id = await aTestMail(server, 'ann@example.com');
    await server.deliverAll();
    const { reports, clock } = server.ports;
    const at = clock.now();
    const event = { provider: 'resend', deliveryId: id, at: at + 1, reason: '550 gone' };
    await reports.apply([{ ...event, key: 'k', kind: 'bounced', permanent: true }], () => 'email', at + 5);
    const { status, events } = await read(id);
    expect(status).toBe('bounced');
    expect(events.map(({ type, detail }) => [type, detail])).toEqual([
      ['accepted', null],
      ['bounced', '550 gone'],
    ]);
  });
});
