import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { CapturedMails } from '#ports/delivery/captured-mails.js';

const KEY = 'owner-key-of-the-test-server';
const AUDIENCE = ['ann@example.com', 'bob@example.com'];

describe('campaigns over REST', () => {
  let clock: DrivenClock;
  let server: RunningServer;
  let listId: string;
  let templateId: string;
  beforeEach(async () => {
    clock = new DrivenClock(Date.UTC(2026, 0, 1));
    server = await startServer({
      config: await readServerConfig(
        { PORT: '0', POSTHORN_API_KEY: KEY, POSTHORN_TARGET: 'test' },
        '/nowhere',
      ),
      log: new MemoryLog(),
      onFatal: (error: Error) => {
        throw error;
      },
      openTarget: openTestTarget(clock),
    });
    listId = await made('lists', { name: 'All' });
    for (const email of AUDIENCE) await made('subscribers', { email, listIds: [listId] });
    templateId = await made('templates', {
      name: 'T',
      subject: 'Hi {{name}}',
      html: '<a href="{{unsubscribeUrl}}">x</a>',
    });
  });
  afterEach(() => server.stop());

  const as = (): request.Agent => request.agent(server.url).set('authorization', `Bearer ${KEY}`);
  const post = (path: string, body: object = {}) => as().post(`/v1/${path}`).send(body);
  const made = async (kind: string, body: object): Promise<string> =>
    ((await post(kind, body).expect(201)).body as { id: string }).id;
  const draft = (change: object = {}) => ({
    name: 'C',
    from: 'news@acme.example',
    templateId,
    audience: { listIds: [listId] },
    ...change,
  });
  const listed = async (kind: string): Promise<{ id: string }[]> =>
    ((await as().get(`/v1/${kind}`).expect(200)).body as { data: { id: string }[] }).data;
  const sent = async (id: string): Promise<void> => {
    await post(`campaigns/${id}/start`).expect(202);
    for (let turns = 0; turns < 200; turns++) {
      if (((await as().get(`/v1/campaigns/${id}`)).body as { status: string }).status === 'finished') return;
      await clock.advance(100);
    }
    throw new Error('It never finished.');
  };

  describe.each([
    ['a line break', 'Hi\r\nBcc: e@x.io'],
    ['a line feed alone', 'Hi\nthere'],
    ['a carriage return alone', 'Hi\rthere'],
    ['a control character', 'Hi\u001b[31m'],
  ])('a name with %s', (_, name) => {
    it('is refused of a campaign, a list and a subscriber, and nothing is made', async () => {
      const campaign = await post('campaigns', draft({ name })).expect(422);
      expect(campaign.body).toMatchObject({ code: 'header_injection', errors: [{ pointer: '/name' }] });
      for (const [kind, body] of [
        ['lists', { name }],
        ['subscribers', { email: 'eve@example.com', name }],
      ] as const) {
        const answer = await post(kind, body).expect(422);
        expect(answer.body).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/name' }] });
      }
      const [{ id } = { id: '' }] = await listed('subscribers');
      await as().patch(`/v1/subscribers/${id}`).send({ name }).expect(422);
      expect((await listed('campaigns')).length).toBe(0);
      expect((await listed('lists')).length).toBe(1);
      expect((await listed('subscribers')).length).toBe(AUDIENCE.length);
    });
  });

  it('names the zone that a time was said in, and nothing for an instant', async () => {
    const scheduled = async (when: object) =>
      (await post('campaigns', draft(when)).expect(201)).body as Record<string, unknown>;
    expect(await scheduled({ scheduleAt: '2026-05-01T09:00', timezone: 'Europe/Berlin' })).toMatchObject({
      scheduleAt: '2026-05-01T07:00:00.000Z',
      timezone: 'Europe/Berlin',
    });
    expect((await scheduled({ scheduleAt: '2026-05-01T09:00', timezone: 'recipient' }))['timezone']).toBe(
      'recipient',
    );
    expect((await scheduled({ scheduleAt: '2026-05-01T09:00+02:00' }))['timezone']).toBeNull();
  });

  it('shows why a campaign could not start when its time came', async () => {
    const id = await made('campaigns', draft({ scheduleAt: '2026-01-01T01:00:00Z' }));
    const variables = [{ name: 'headline', required: true }];
    await as().put(`/v1/templates/${templateId}`).send({ subject: 'S', html: 'x', variables }).expect(200);
    expect((await as().get(`/v1/campaigns/${id}`)).body).toMatchObject({ startRefused: null });
    await clock.advance(3_600_000);
    const shown = async () => (await as().get(`/v1/campaigns/${id}`)).body as { status: string };
    for (let turns = 0; turns < 200 && (await shown()).status === 'scheduled'; turns++)
      await clock.advance(100);
    expect(await shown()).toMatchObject({
      status: 'draft',
      scheduleAt: null,
      startRefused: {
        code: 'missing_variable',
        detail: 'The template asks for what the campaign does not say.',
        errors: [{ pointer: '/data/headline', code: 'missing_variable' }],
      },
    });
    await post(`campaigns/${id}/schedule`, { scheduleAt: '2026-02-01T01:00:00Z' }).expect(200);
    expect(await shown()).toMatchObject({ status: 'scheduled', startRefused: null });
  });

  it('refuses a campaign that does not say what its template requires of everybody, and names it', async () => {
    const variables = [
      { name: 'headline', required: true },
      { name: 'name', required: true },
    ];
    const asking = await made('templates', { name: 'T', subject: 'S', html: '{{headline}}', variables });
    const answer = await post('campaigns', draft({ templateId: asking })).expect(422);
    expect(answer.body).toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: '/data/headline', code: 'missing_variable' }],
    });
    await made('campaigns', draft({ templateId: asking, data: { headline: 'Hello' } }));
  });

  it.each([
    ['the past', { scheduleAt: '2025-12-31T23:59:59Z' }],
    ['an hour that no clock shows', { scheduleAt: '2026-05-01T25:00', timezone: 'UTC' }],
    ['an unknown zone', { scheduleAt: '2026-05-01T09:00', timezone: 'Mars/Olympus' }],
    ['no zone', { scheduleAt: '2026-05-01T09:00' }],
    ['a time past for some recipients', { scheduleAt: '2026-01-01T13:59', timezone: 'recipient' }],
  ])('refuses %s as a schedule, and keeps the draft', async (_, schedule) => {
    const id = await made('campaigns', draft());
    expect((await post(`campaigns/${id}/schedule`, schedule).expect(422)).body.code).toBe('invalid_schedule');
    expect((await post('campaigns', draft(schedule)).expect(422)).body.code).toBe('invalid_schedule');
    expect(await listed('campaigns')).toMatchObject([{ id, status: 'draft', scheduleAt: null }]);
  });

  it('moves a time that clocks skip on by as much as they skip', async () => {
    const schedule = { scheduleAt: '2026-03-29T02:30', timezone: 'Europe/Berlin' };
    const id = await made('campaigns', draft(schedule));
    expect((await as().get(`/v1/campaigns/${id}`)).body).toMatchObject({
      status: 'scheduled',
      scheduleAt: '2026-03-29T01:30:00.000Z',
    });
  });

  it.each([
    ['start', 'running', ['start']],
    ['pause', 'draft', []],
    ['pause', 'paused', ['start', 'pause']],
    ['resume', 'running', ['start']],
    ['resume', 'cancelled', ['start', 'cancel']],
    ['schedule', 'running', ['start']],
    ['start', 'cancelled', ['cancel']],
    ['cancel', 'cancelled', ['cancel']],
  ])('refuses to %s one that is %s, and names both states', async (act, state, before) => {
    // So slow that it runs for as long as the clock stands still.
    const id = await made('campaigns', draft({ rate: 0.01 }));
    for (const one of before) expect((await post(`campaigns/${id}/${one}`)).status).toBeLessThan(300);
    const schedule = act === 'schedule' ? { scheduleAt: '2026-05-01T09:00:00Z' } : {};
    const { body } = await post(`campaigns/${id}/${act}`, schedule).expect(409);
    expect(body).toMatchObject({ code: 'invalid_transition' });
    expect((body as { detail: string }).detail).toMatch(new RegExp(` ${state} cannot become [a-z]+ `));
    expect(await listed('campaigns')).toMatchObject([{ id, status: state }]);
  });

  it('refuses to cancel one that has finished', async () => {
    const id = await made('campaigns', draft());
    await sent(id);
    const { body } = await post(`campaigns/${id}/cancel`).expect(409);
    expect((body as { detail: string }).detail).toContain('finished cannot become cancelled');
  });

  describe('the unsubscribe link of a mail', () => {
    let link: string;
    beforeEach(async () => {
      await sent(await made('campaigns', draft()));
      const mails = server.app.get<CapturedMails>(CapturedMails);
      const { data } = await mails.page({ limit: 10 });
      const mail = await mails.find(data.find(({ to }) => to === 'ann@example.com')!.id);
      link = new URL(mail!.headers['List-Unsubscribe']!.slice(1, -1)).pathname;
    });
    const leave = (path = link) =>
      request(server.url).post(path).type('form').send({ 'List-Unsubscribe': 'One-Click' });

    it('shows a page and changes nothing when it is opened, however often', async () => {
      for (let i = 0; i < 3; i++) {
        const page = await request(server.url).get(link).expect(200);
        expect(page.text).toContain('<form method="post">');
      }
      expect(await listed('suppressions')).toEqual([]);
    });

    it('works by one POST without a key, and needs the words of RFC 8058', async () => {
      await request(server.url).post(link).type('form').send({ a: 'b' }).expect(422);
      expect(await listed('suppressions')).toEqual([]);
      expect((await leave().expect(200)).text).toContain('You are unsubscribed');
      await leave().expect(200);
      expect(await listed('suppressions')).toMatchObject([
        { email: 'ann@example.com', scope: 'marketing', reason: 'unsubscribe' },
      ]);
    });

    it('works for somebody who was deleted since, and keeps them out when they are brought back', async () => {
      const [ann] = (await as().get('/v1/subscribers?email=ann@example.com')).body.data as { id: string }[];
      await as().delete(`/v1/subscribers/${ann!.id}`).expect(204);
      await made('subscribers', { email: 'ann@example.com', listIds: [listId] });
      await leave().expect(200);
      const next = await made('campaigns', draft());
      await sent(next);
      expect((await as().get(`/v1/campaigns/${next}/stats`)).body).toMatchObject({
        accepted: 1,
        suppressed: 1,
      });
    });

    it('changes nothing when a bit of it is flipped', async () => {
      const token = Buffer.from(link.slice('/u/'.length), 'base64url');
      for (let bit = 0; bit < token.length * 8; bit += 5) {
        const flipped = Buffer.from(token);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const answer = await leave(`/u/${flipped.toString('base64url')}`).expect(400);
        expect(answer.body).toMatchObject({ code: 'invalid_token' });
      }
      expect(await listed('suppressions')).toEqual([]);
    });
  });
});
