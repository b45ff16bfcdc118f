import { afterEach, describe, expect, it } from '@jest/globals';
import { all, ScriptedProvider } from '#test/support/delivery/scripted-provider.js';
import { DeliveryServer } from '../deliveries/testing/delivery-server.js';
import { aTestMail } from '../deliveries/testing/mails.js';

describe('the providers and lanes over REST', () => {
  let server: DeliveryServer;
  afterEach(() => server.close());

  it('show providers in the order in which they are tried, and why one is passed over', async () => {
    const ses = new ScriptedProvider('ses').answer(
      all({ kind: 'misconfigured', reason: 'the account is suspended' }),
    );
    const resend = new ScriptedProvider('resend').accept();
    server = await DeliveryServer.start({ providers: [ses, resend] });
    const before = await server.as().get('/v1/providers').expect(200);
    expect(before.body).toMatchObject([
      { name: 'ses', channel: 'email', state: 'closed', reason: null, sentLastMinute: 0, failureRate: 0 },
      {
        name: 'resend',
        channel: 'email',
        state: 'closed',
        reason: null,
        budget: { unit: 'messages', inFlight: 0 },
      },
    ]);
    await aTestMail(server, 'ann@example.com');
    await server.deliverAll();
    const after = await server.as().get('/v1/providers').expect(200);
    expect(after.body).toMatchObject([
      {
        name: 'ses',
        state: 'open',
        since: expect.stringMatching(/^2026-01-01T.*Z$/),
        reason: expect.stringContaining('suspended'),
      },
      { name: 'resend', state: 'closed', sentLastMinute: 1 },
    ]);
  });

  it('show what waits on each lane, and for how long', async () => {
    server = await DeliveryServer.start();
    await aTestMail(server, 'ann@example.com');
    await server.ports.clock.advance(2_500);
    const waiting = await server.as().get('/v1/lanes').expect(200);
    expect(waiting.body).toEqual([
      { lane: 'critical', depth: 0, oldestAgeMs: 0, inFlight: 0, ratePerSecond: 0 },
      { lane: 'standard', depth: 1, oldestAgeMs: 2_500, inFlight: 0, ratePerSecond: 0 },
      { lane: 'bulk', depth: 0, oldestAgeMs: 0, inFlight: 0, ratePerSecond: 0 },
    ]);
    await server.deliverAll();
    const done = await server.as().get('/v1/lanes').expect(200);
    expect(done.body[1]).toMatchObject({ lane: 'standard', depth: 0, ratePerSecond: 0.1 });
  });

  it('need the right to see them', async () => {
    server = await DeliveryServer.start();
    const key = await server.issueKey(['deliveries:read']);
    for (const path of ['/v1/providers', '/v1/lanes']) {
      await server.as(key).get(path).expect(403);
      await server.anybody().get(path).expect(401);
      await server
        .as(await server.issueKey(['providers:read']))
        .get(path)
        .expect(200);
    }
  });
});
