import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RESEND_KEY, startFakeResend } from '../resend/fake-resend.js';
import { DrivenClock } from './clock.js';
import type { Fake } from './fake.js';
import type { FaultEffect, FaultMatch } from './fault-rules.js';
import { RemoteFake } from './remote.js';

/** Each effect over a real socket. Resend's wire is the vehicle; what is shown here is the kit's and every vendor's. */
describe('scripted faults over HTTP', () => {
  let clock: DrivenClock;
  let fake: Fake;

  beforeEach(async () => {
    clock = new DrivenClock();
    fake = await startFakeResend({ requestsPerSecond: 'off', clock });
  });

  afterEach(() => fake.close());

  function send(to = 'ann@example.com', signal?: AbortSignal): Promise<Response> {
    return fetch(`${fake.url}/emails`, {
      method: 'POST',
      headers: { authorization: `Bearer ${RESEND_KEY}` },
      body: JSON.stringify({ from: 'us@example.com', to, subject: 'Hi', text: 'Hello' }),
      ...(signal && { signal }),
    });
  }

  const script = (effect: FaultEffect, match: FaultMatch = {}) =>
    fake.setFaults([{ name: 'script', match, effect }]);
  const kinds = () => fake.journal().flatMap(({ kind }) => (kind === 'faults' ? [] : [kind]));
  /** Resolves when the journal has a line of this kind: the request has got that far. */
  async function reached(kind: string): Promise<void> {
    while (!kinds().some((one) => one === kind)) await new Promise((resolve) => setImmediate(resolve));
  }

  it('answers, and has the acceptance in the journal, when nothing is scripted', async () => {
    expect((await send()).status).toBe(200);
    expect(kinds()).toEqual(['request', 'accepted', 'answered']);
  });

  it('gives a status with Retry-After and headers, and accepts nothing', async () => {
    script({ kind: 'status', status: 429, retryAfter: 7, headers: { 'x-extra': 'yes' } });
    const response = await send();
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('x-extra')).toBe('yes');
    expect(await response.json()).toMatchObject({ statusCode: 429, name: 'rate_limit_exceeded' });
    expect(kinds()).toEqual(['request', 'refused', 'answered']);
    expect(fake.journal().at(-1)).toMatchObject({
      status: 429,
      fault: 'script',
      error: 'rate_limit_exceeded',
    });
  });

  it.each([
    ['a text', 'upstream connect error', 'upstream connect error'],
    ['an object', { odd: true }, '{"odd":true}'],
  ])('gives %s as the whole body', async (_, body, expected) => {
    script({ kind: 'status', status: 400, body });
    expect(await (await send()).text()).toBe(expected);
  });

  it('sends the mail and then says that it failed', async () => {
    script({ kind: 'status', status: 502, accepted: true });
    const response = await send();
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(kinds()).toEqual(['request', 'accepted', 'answered']);
  });

  it('is slow, and then answers', async () => {
    script({ kind: 'slow', ms: 30_000 });
    const response = send();
    await clock.waiting(1);
    expect(kinds()).toEqual(['request']);
    clock.advance(30_000);
    expect((await response).status).toBe(200);
  });

  it('accepts after a slowness that the caller did not sit out', async () => {
    script({ kind: 'slow', ms: 30_000 });
    const caller = new AbortController();
    const response = send('ann@example.com', caller.signal);
    await clock.waiting(1);
    caller.abort();
    await expect(response).rejects.toThrow();
    clock.advance(30_000);
    await reached('accepted');
    expect(fake.stats().accepted).toBe(1);
  });

  it('hangs until released, and then answers', async () => {
    script({ kind: 'hang' });
    const response = send();
    await reached('hung');
    expect(kinds()).toEqual(['request', 'hung']);
    expect(fake.release()).toBe(1);
    expect((await response).status).toBe(200);
    expect(fake.release()).toBe(0);
  });

  it('accepts nothing from a hanging call whose caller has left', async () => {
    script({ kind: 'hang' });
    const caller = new AbortController();
    const response = send('ann@example.com', caller.signal);
    await reached('hung');
    caller.abort();
    await expect(response).rejects.toThrow();
    while (fake.stats().inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
    fake.release();
    await reached('dropped');
    expect(fake.stats().accepted).toBe(0);
  });

  it('accepts and then hangs', async () => {
    script({ kind: 'hang', accepted: true });
    const response = send();
    await reached('hung');
    expect(kinds()).toEqual(['request', 'accepted', 'hung']);
    fake.release();
    expect((await response).status).toBe(200);
  });

  it('accepts and then cuts the connection', async () => {
    script({ kind: 'acceptThenDrop' });
    await expect(send()).rejects.toThrow('fetch failed');
    expect(kinds()).toEqual(['request', 'accepted', 'dropped']);
  });

  it('resets the connection before it reads', async () => {
    script({ kind: 'dropBeforeRead' });
    await expect(send()).rejects.toThrow('fetch failed');
    expect(kinds()).toEqual(['dropped']);
    expect(fake.stats()).toMatchObject({ requests: 1, accepted: 0, dropped: 1, byFault: { script: 1 } });
  });

  it('resets the connection for certain recipients only', async () => {
    script({ kind: 'dropBeforeRead' }, { recipient: '@gone\\.example$' });
    await expect(send('bob@gone.example')).rejects.toThrow('fetch failed');
    expect((await send()).status).toBe(200);
  });

  it('goes through an outage and recovers', async () => {
    script({
      kind: 'phases',
      steps: [
        { forMs: 2000, effect: { kind: 'healthy' } },
        { forMs: 2000, effect: { kind: 'status', status: 429 } },
        { forMs: 2000, effect: { kind: 'status', status: 503 } },
        { effect: { kind: 'healthy' } },
      ],
    });
    const seen: number[] = [];
    for (let second = 0; second < 8; second += 2) {
      seen.push((await send()).status);
      clock.advance(2000);
    }
    expect(seen).toEqual([200, 429, 503, 200]);
  });

  it('refuses a body that is too large, without cutting off the caller', async () => {
    const response = await send(`${'a'.repeat(56 * 1024 * 1024)}@example.com`);
    expect(response.status).toBe(413);
    expect(kinds()).toEqual(['refused', 'answered']);
  });

  it('closes while calls hang', async () => {
    script({ kind: 'hang' });
    const response = send();
    const failed = expect(response).rejects.toThrow('fetch failed');
    await reached('hung');
    await fake.close();
    await failed;
    fake = await startFakeResend();
  });

  describe('at the admin endpoints', () => {
    let remote: RemoteFake;

    beforeEach(() => {
      remote = new RemoteFake(fake.adminUrl);
    });

    it('changes the rules at run time and refuses what is no rule', async () => {
      await remote.setFaults([{ effect: { kind: 'status', status: 503 } }]);
      expect((await send()).status).toBe(503);
      await expect(remote.setFaults([{ effect: { kind: 'explode' } } as never])).rejects.toThrow(
        'unknown effect',
      );
      await remote.setFaults([]);
      expect((await send()).status).toBe(200);
    });

    it('shows the journal from where one left off', async () => {
      await send();
      const { next } = await remote.journal();
      await send('bob@example.com');
      const { entries } = await remote.journal(next);
      expect(entries.map(({ kind }) => kind)).toEqual(['request', 'accepted', 'answered']);
      expect(entries[1]).toMatchObject({ to: 'bob@example.com', status: 200 });
    });

    it('shows the mails, and forgets them when asked', async () => {
      await send('ann@example.com');
      await send('Bob <bob@example.com>');
      expect(await remote.mails('BOB@example.com')).toMatchObject([
        { n: 2, to: ['bob@example.com'], subject: 'Hi' },
      ]);
      expect(await remote.mail(1)).toMatchObject({
        to: ['ann@example.com'],
        text: 'Hello',
        provider: 'resend',
      });
      await remote.clearMails();
      expect(await remote.mails()).toEqual([]);
      await expect(remote.mail(1)).rejects.toThrow('no such mail');
    });

    it('counts', async () => {
      await send();
      expect(await remote.stats()).toMatchObject({
        requests: 1,
        accepted: 1,
        byStatus: { 200: 1 },
        provider: 'resend',
      });
      await remote.resetStats();
      expect(await remote.stats()).toMatchObject({
        requests: 0,
        accepted: 0,
        byStatus: {},
        firstAcceptedAt: 0,
      });
    });

    it('releases what hangs', async () => {
      await remote.setFaults([{ effect: { kind: 'hang' } }]);
      const response = send();
      await reached('hung');
      expect(await remote.release()).toBe(1);
      expect((await response).status).toBe(200);
    });
  });

  it('keeps only as many mails as it was told to, the last ones', async () => {
    await fake.close();
    fake = await startFakeResend({ requestsPerSecond: 'off', keepMails: 2 });
    for (const to of ['a', 'b', 'c', 'd', 'e']) await send(`${to}@example.com`);
    expect(fake.mails().map(({ n, to }) => [n, ...to])).toEqual([
      [4, 'd@example.com'],
      [5, 'e@example.com'],
    ]);
  });

  describe('in bench mode', () => {
    beforeEach(async () => {
      await fake.close();
      fake = await startFakeResend({ requestsPerSecond: 'off', journal: 'count' });
    });

    it('counts without keeping anything', async () => {
      expect(await (await send()).json()).toEqual({ id: expect.any(String) });
      expect(fake.stats()).toMatchObject({ requests: 1, accepted: 1 });
      expect([fake.mails(), fake.journal()]).toEqual([[], []]);
    });

    it('still plays faults, also those that look at recipients', async () => {
      fake.setFaults([
        { match: { recipient: '^bad@' }, effect: { kind: 'rejectRecipients' } },
        { match: { calls: [3, 3] }, effect: { kind: 'status', status: 503 } },
      ]);
      const statuses = [];
      for (const to of ['ann@x.io', 'bad@x.io', 'ann@x.io']) statuses.push((await send(to)).status);
      expect(statuses).toEqual([200, 422, 503]);
      expect(fake.stats()).toMatchObject({ accepted: 1, rejected: 1 });
    });
  });
});
