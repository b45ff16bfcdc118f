import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { noPreferences, type Preferences } from '#domain/communication/model/profile.js';
import { Profiles } from '#ports/communication/profiles.js';
import { CapturedMails } from '#ports/delivery/captured-mails.js';
import { type PreferenceClaim, PreferenceTokens } from '#ports/delivery/preference-tokens.js';
import { Suppressions } from '#ports/delivery/suppressions.js';
import { aSuppression } from '#ports/delivery/testing/delivery-stores.js';
import { Workspaces } from '#ports/workspace/workspaces.js';
import { aPreferenceForm, type PreferenceForm } from './testing/preference-form.js';

const KEY = 'owner-key-of-the-test-server';
const NOW = Date.UTC(2026, 0, 31, 13);
/** As a browser asks when somebody follows a link. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const TEXT = 'Hello {{name}}. Choose: {{preferencesUrl}}';

describe('The page of preferences', () => {
  let clock: DrivenClock;
  let server: RunningServer;
  let workspaceId: WorkspaceId;
  beforeEach(async () => {
    clock = new DrivenClock(NOW);
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
    workspaceId = (await server.app.get<Workspaces>(Workspaces).first())?.id as WorkspaceId;
  });
  afterEach(() => server.stop());

  const as = (): request.Agent => request.agent(server.url).set('authorization', `Bearer ${KEY}`);
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await as().post(`/v1/${path}`).send(body).expect(/./);
    expect([answer.status, answer.body]).toEqual([expect.any(Number), expect.objectContaining({})]);
    expect(answer.status).toBeLessThan(300);
    return (answer.body as { id: string }).id;
  };
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) await clock.advance(Math.min(100, left));
  };
  const opened = (link: string, accept = BROWSER) => request(server.url).get(link).set('accept', accept);
  const posted = (link: string, fields: object, accept = BROWSER) =>
    request(server.url).post(link).set('accept', accept).type('form').send(fields);
  const formAt = async (link: string): Promise<PreferenceForm> =>
    aPreferenceForm((await opened(link).expect(200)).text);
  /** What a browser sends after these ticks were changed, and what the page then shows. */
  const saved = async (link: string, form: PreferenceForm, pressed: object = {}): Promise<PreferenceForm> => {
    const { text } = await posted(link, { ...form.fields(), ...pressed }).expect(200);
    expect(text).toContain('<p class="saved" role="status">');
    return aPreferenceForm(text);
  };
  const linkOf = (claim: PreferenceClaim): string =>
    `/p/${server.app.get<PreferenceTokens>(PreferenceTokens).sign(claim)}`;
  /** The link in the last message that went to the address. */
  const linkSentTo = async (address: string): Promise<string> => {
    const { data } = await server.app.get<CapturedMails>(CapturedMails).page({ limit: 100 });
    const found = data.find(({ to }) => to === address);
    const mail = found && (await server.app.get<CapturedMails>(CapturedMails).find(found.id));
    const [, path] = /Choose: https?:\/\/[^/]+(\/p\/[A-Za-z0-9_-]+)/.exec(mail?.text ?? '') ?? [];
    if (path === undefined) throw new Error(`No link was sent to ${address}.`);
    return path;
  };

  const aType = async (type: string, about: object = {}): Promise<void> => {
    const text = await made('templates', { name: type, channel: 'sms', text: TEXT });
    const mail = await made('templates', { name: type, subject: 'News', text: TEXT });
    const templates = { sms: text, email: mail };
    const draft = { type, lane: 'standard', channels: ['email', 'sms'], templates, requiredData: [] };
    await as()
      .post('/v1/notification-types')
      .send({ ...draft, ...about })
      .expect(201);
  };
  const aUser = (about: object = { email: 'ada@example.com', phone: '+44 7911 123456' }) =>
    as().put('/v1/users/ada').send(about).expect(201);
  const preferences = async (): Promise<Preferences | undefined> =>
    (await server.app.get<Profiles>(Profiles).find(workspaceId, 'ada'))?.preferences;
  const ofAda = (): string => linkOf({ kind: 'user', workspaceId, userId: 'ada' });

  describe('of a campaign', () => {
    let news: string;
    let offers: string;
    let template: string;
    beforeEach(async () => {
      news = await made('lists', { name: 'News <b>&' });
      offers = await made('lists', { name: 'Offers' });
      await made('lists', { name: 'Of no concern' });
      for (const email of ['ada@example.com', 'ben@example.com'])
        await made('subscribers', { email, name: 'Ada', listIds: [news, offers] });
      template = await made('templates', { name: 'News', subject: 'News', text: TEXT });
    });
    const sent = async (listIds = [news]): Promise<string[]> => {
      const id = await made('campaigns', {
        name: 'News',
        from: 'News <news@acme.example>',
        templateId: template,
        audience: { listIds },
      });
      await as().post(`/v1/campaigns/${id}/start`).expect(/./);
      await pass(6_000);
      const { data } = await server.app.get<CapturedMails>(CapturedMails).page({ limit: 100 });
      return data.flatMap((mail) => (JSON.stringify(mail).includes(id.slice(4)) ? [mail.to] : [])).sort();
    };

    it('leads from the mail to the lists that the reader is on, and to no others', async () => {
      expect(await sent()).toEqual(['ada@example.com', 'ben@example.com']);
      const link = await linkSentTo('ada@example.com');
      expect(link).not.toBe(await linkSentTo('ben@example.com'));
      const { text } = await opened(link).expect(200);
      expect(aPreferenceForm(text).ticks).toEqual({
        mailings: true,
        [`list:${news}`]: true,
        [`list:${offers}`]: true,
      });
      expect(text).toContain('News &lt;b&gt;&amp;');
      expect(text).not.toContain('Of no concern');
      expect(text).not.toContain('ada@example.com');
      expect(text).toContain('ad…@example.com');
    });

    it('lets them leave one list and stay on the other, whatever is imported later', async () => {
      await sent();
      const link = await linkSentTo('ada@example.com');
      const after = await saved(link, (await formAt(link)).untick(`list:${news}`));
      expect(after.ticks).toMatchObject({
        mailings: true,
        [`list:${news}`]: false,
        [`list:${offers}`]: true,
      });
      await made('subscribers', { email: 'ada@example.com', listIds: [news] });
      expect(await sent([news])).toEqual(['ben@example.com']);
      expect(await sent([offers])).toEqual(['ada@example.com', 'ben@example.com']);
      await saved(link, (await formAt(link)).tick(`list:${news}`));
      expect(await sent([news])).toEqual(['ada@example.com', 'ben@example.com']);
    });

    it('lets them leave all of it, which is an unsubscribe, and come back', async () => {
      await sent();
      const link = await linkSentTo('ada@example.com');
      await saved(link, (await formAt(link)).untick('mailings'));
      const { body } = await as().get('/v1/suppressions?email=ada@example.com').expect(200);
      expect(body).toMatchObject({ data: [{ scope: 'marketing', reason: 'unsubscribe' }] });
      const campaigns = (await as().get('/v1/campaigns')).body as { data: { id: string }[] };
      const stats = await as().get(`/v1/campaigns/${campaigns.data[0]?.id}/stats`).expect(200);
      expect(stats.body).toMatchObject({ unsubscribes: 1 });
      expect(await sent()).toEqual(['ben@example.com']);
      const form = await formAt(link);
      expect(form.ticks['mailings']).toBe(false);
      await saved(link, form.tick('mailings'));
      expect(await sent()).toEqual(['ada@example.com', 'ben@example.com']);
    });

    it.each(['hard_bounce', 'complaint', 'manual'] as const)(
      'does not let them lift what is not theirs to lift: %s',
      async (reason) => {
        await sent();
        const link = await linkSentTo('ada@example.com');
        const entry = { ...aSuppression('ada@example.com', { reason, scope: 'all' }), workspaceId };
        await server.app.get<Suppressions>(Suppressions).add(entry);
        const form = await formAt(link);
        expect(form.fixed).toEqual(['mailings', `list:${news}`, `list:${offers}`]);
        await posted(link, { was: '', mailings: 'on' }).expect(200);
        expect(await sent()).toEqual(['ben@example.com']);
      },
    );

    it('still opens when the person has been removed, and takes their wish', async () => {
      await sent();
      const link = await linkSentTo('ada@example.com');
      const { body } = await as().get('/v1/subscribers');
      const ada = (body as { data: { id: string; email: string }[] }).data.find(
        ({ email }) => email === 'ada@example.com',
      );
      await as().delete(`/v1/subscribers/${ada?.id}`).expect(204);
      await saved(link, (await formAt(link)).untick('mailings'));
      await made('subscribers', { email: 'ada@example.com', listIds: [news] });
      expect(await sent()).toEqual(['ben@example.com']);
    });
  });

  describe('of a notification', () => {
    beforeEach(async () => {
      await aType('order_shipped', { category: 'orders', description: 'When it is "on its way"' });
      await aType('invoice', { category: 'orders' });
      await aType('mfa_login', { category: 'security', mandatory: true });
    });
    const notified = async (type: string, to: object = { userId: 'ada' }): Promise<string> => {
      const id = await made('notifications', { type, to, data: { name: 'Ada' } });
      await pass(1_000);
      return id;
    };
    const legsOf = async (id: string): Promise<string[]> => {
      const { body } = await as().get(`/v1/notifications/${id}`).expect(200);
      return (body as { legs: { channel: string }[] }).legs.map(({ channel }) => channel);
    };

    it('leads a user to a tick for each channel of each type, by which they can be reached', async () => {
      await aUser({ email: 'ada@example.com' });
      await notified('order_shipped');
      const form = await formAt(await linkSentTo('ada@example.com'));
      const ours = (name: string): boolean => /order_shipped|invoice|mfa_login/.test(name);
      expect(Object.keys(form.ticks).filter(ours)).toEqual([
        'type:invoice:email',
        'type:order_shipped:email',
        'type:mfa_login:email',
      ]);
      expect(form.text).toContain('<h2>Orders</h2>');
      expect(form.text).toContain('When it is &quot;on its way&quot;');
      expect(form.text).toContain('MFA login');
    });

    it('is the same by SMS', async () => {
      await aUser();
      await as()
        .put('/v1/users/ada/preferences')
        .send({ types: { invoice: ['sms'] } })
        .expect(200);
      await notified('invoice');
      expect(await linkSentTo('+447911123456')).toBe(ofAda());
    });

    it('keeps what is chosen, and the next notification goes by it', async () => {
      await aUser();
      const after = await saved(ofAda(), (await formAt(ofAda())).untick('type:order_shipped:email'));
      expect(after.ticks).toMatchObject({
        'type:order_shipped:email': false,
        'type:order_shipped:sms': true,
        'type:invoice:email': true,
      });
      expect(await preferences()).toEqual({ types: { order_shipped: ['sms'] }, categories: {} });
      expect(await legsOf(await notified('order_shipped'))).toEqual(['sms']);
    });

    it('turns a category off with one button, and on again', async () => {
      await aUser();
      const off = await saved(ofAda(), await formAt(ofAda()), { category: 'off:orders' });
      expect(await preferences()).toEqual({ types: {}, categories: { orders: [] } });
      expect(off.buttons).toContain('on:orders');
      expect(await legsOf(await notified('invoice'))).toEqual([]);
      await saved(ofAda(), off, { category: 'on:orders' });
      expect(await preferences()).toEqual(noPreferences);
    });

    it('shows what is mandatory, and lets nobody turn it off', async () => {
      await aUser();
      const form = await formAt(ofAda());
      expect(form.fixed).toEqual(expect.arrayContaining(['type:mfa_login:email', 'type:mfa_login:sms']));
      expect(form.ticks).toMatchObject({ 'type:mfa_login:email': true });
      const forged = { was: 'type:mfa_login:email type:mfa_login:sms', category: 'off:security' };
      await posted(ofAda(), forged).expect(200);
      expect((await preferences())?.types).toEqual({});
      expect(await legsOf(await notified('mfa_login'))).toEqual(['email', 'sms']);
    });

    it('takes back nothing that was said since the page was opened', async () => {
      await aUser();
      const old = (await formAt(ofAda())).untick('type:invoice:sms');
      await as()
        .put('/v1/users/ada/preferences')
        .send({ types: { order_shipped: [] } })
        .expect(200);
      await saved(ofAda(), old);
      await saved(ofAda(), old);
      expect(await preferences()).toEqual({
        types: { order_shipped: [], invoice: ['email'] },
        categories: {},
      });
    });

    it('has the mailings to the user’s address beside the notifications', async () => {
      await aUser();
      const list = await made('lists', { name: 'News' });
      await made('subscribers', { email: 'Ada@Example.com', listIds: [list] });
      const form = await formAt(ofAda());
      expect(form.ticks).toMatchObject({ mailings: true, [`list:${list}`]: true });
      const after = await saved(ofAda(), form.untick(`list:${list}`).untick('type:invoice:sms'));
      expect(after.ticks).toMatchObject({
        [`list:${list}`]: false,
        'type:invoice:sms': false,
        mailings: true,
      });
    });

    it('leads somebody of whom there is nothing but an address to the mailings', async () => {
      await notified('invoice', { email: 'eve@example.com' });
      const link = await linkSentTo('eve@example.com');
      await saved(link, (await formAt(link)).untick('mailings'));
      const { body } = await as().get('/v1/suppressions?email=eve@example.com').expect(200);
      expect(body).toMatchObject({ data: [{ scope: 'marketing', reason: 'unsubscribe' }] });
    });

    it('has nothing of a user who was erased, and does not bring them back', async () => {
      await aUser();
      const form = await formAt(ofAda());
      await as().delete('/v1/users/ada').expect(204);
      for (const answer of [await opened(ofAda()), await posted(ofAda(), form.untick('mailings').fields())]) {
        expect(answer.status).toBe(404);
        expect(answer.text).toContain('There is nothing to choose here');
      }
      expect(await preferences()).toBeUndefined();
      await opened(ofAda(), 'application/json')
        .expect(404)
        .expect('content-type', /problem\+json/);
    });

    it('shows nobody the page of another workspace’s user of that name', async () => {
      await aUser();
      const theirs = linkOf({ kind: 'user', workspaceId: 'wsp_rival' as WorkspaceId, userId: 'ada' });
      await opened(theirs).expect(404);
    });

    it('gives way to a page of the application’s own', async () => {
      await aUser();
      await made('notifications', {
        type: 'invoice',
        to: { userId: 'ada' },
        data: { name: 'Ada', preferencesUrl: 'https://acme.example/settings' },
      });
      await pass(1_000);
      const mails = server.app.get<CapturedMails>(CapturedMails);
      const { data } = await mails.page({ limit: 1 });
      expect((await mails.find(data[0]?.id ?? ''))?.text).toContain('Choose: https://acme.example/settings');
    });
  });

  it('changes nothing by being opened, and is kept by nobody on the way', async () => {
    await aUser();
    const before = await server.app.get<Profiles>(Profiles).find(workspaceId, 'ada');
    const { headers, text } = await opened(ofAda()).expect(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(text).not.toMatch(/<script|https?:\/\//);
    expect(await server.app.get<Profiles>(Profiles).find(workspaceId, 'ada')).toEqual(before);
  });

  it('is not to be had by a link that is forged, damaged, or that of an unsubscribe', async () => {
    await aUser();
    const link = ofAda();
    const flipped = `${link.slice(0, -3)}${link.at(-3) === 'A' ? 'B' : 'A'}${link.slice(-2)}`;
    for (const broken of [
      flipped,
      link.slice(0, -1),
      `${link}A`,
      `/p/${'A'.repeat(64)}`,
      '/p/..%2F..%2Fetc',
    ]) {
      for (const answer of [await opened(broken), await posted(broken, { was: 'mailings' })]) {
        expect([broken, answer.status]).toEqual([broken, 400]);
        expect(answer.text).toContain('<h1>This link does not work</h1>');
      }
      expect((await opened(broken, '*/*')).body).toMatchObject({ code: 'invalid_token' });
    }
    expect(await preferences()).toEqual(noPreferences);
    expect((await as().get('/v1/suppressions')).body).toMatchObject({ data: [] });
    expect((await opened('/p/preview').expect(400)).text).toContain('This was a test message');
  });

  it('keeps nothing of a form that did not arrive as a whole', async () => {
    await aUser();
    const { text } = await posted(ofAda(), { mailings: 'on' }).expect(422);
    expect(text).toContain('nothing was changed');
    await posted(ofAda(), { mailings: 'on' }, '*/*')
      .expect(422)
      .expect('content-type', /problem\+json/);
  });

  it('does not say that something is kept which is not', async () => {
    await aUser();
    const form = (await formAt(ofAda())).untick('mailings');
    const suppressions = server.app.get<Suppressions>(Suppressions);
    const add = suppressions.add.bind(suppressions);
    suppressions.add = () => Promise.reject(new Refusal('storage_full', 'The disk is full.'));
    const failed = await posted(ofAda(), form.fields()).expect(503);
    expect(failed.text).toContain('not saved yet');
    expect(Number(failed.headers['retry-after'])).toBeGreaterThan(0);
    suppressions.add = add;
    expect((await saved(ofAda(), form)).ticks['mailings']).toBe(false);
  });
});
