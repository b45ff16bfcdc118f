import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DeliveryServer } from '../deliveries/testing/delivery-server.js';
import { aTemplate } from '../deliveries/testing/mails.js';

describe('the templates over REST', () => {
  let server: DeliveryServer;
  beforeEach(async () => {
    server = await DeliveryServer.start();
  });
  afterEach(() => server.close());

  it('are made, and read as they were made', async () => {
    const body = {
      name: 'Receipt',
      channel: 'email',
      subject: 'Your order {{order.number}}',
      html: '<p>Thank you, {{name}}</p>',
      text: 'Thank you, {{name}}',
      variables: [
        { name: 'name', required: true, example: 'Ann' },
        { name: 'order.number', required: false },
      ],
      locale: 'de-ch',
    };
    const made = await server.as().post('/v1/templates').send(body).expect(201);
    expect(made.headers['location']).toBe(`/v1/templates/${made.body.id}`);
    expect(made.body).toEqual({
      ...body,
      id: expect.stringMatching(/^tpl_[0-9a-z]{26}$/),
      variables: [
        { name: 'name', required: true, example: 'Ann' },
        { name: 'order.number', required: false, example: null },
      ],
      locale: 'de-CH',
      version: 1,
      origin: null,
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    });
    const read = await server.as().get(`/v1/templates/${made.body.id}`).expect(200);
    expect(read.body).toEqual(made.body);
  });

  it('are made for text messages, which have text and nothing else', async () => {
    const made = await server
      .as()
      .post('/v1/templates')
      .send({ name: 'Code', channel: 'sms', text: '{{code}} for {{shop}}' })
      .expect(201);
    expect(made.body).toMatchObject({
      channel: 'sms',
      subject: null,
      html: null,
      text: '{{code}} for {{shop}}',
    });
    const { id } = made.body;
    const seen = await server
      .as()
      .post(`/v1/templates/${id}/preview`)
      .send({ data: { code: 407316, shop: 'Tom & Ann' } });
    expect(seen.body).toEqual({ subject: null, html: null, text: '407316 for Tom & Ann' });
    // What was read can be sent back.
    const { name, channel, text, subject, html } = made.body;
    await server.as().put(`/v1/templates/${id}`).send({ name, channel, text, subject, html }).expect(200);
    await server.as().post(`/v1/templates/${id}/test-send`).send({ to: '+491701234567' }).expect(202);
  });

  it('are made once under one Idempotency-Key', async () => {
    const make = () =>
      server
        .as()
        .post('/v1/templates')
        .set('idempotency-key', 'k')
        .send({ name: 'Once', text: 'x' })
        .expect(201);
    const first = await make();
    const second = await make();
    expect(second.body).toEqual(first.body);
    expect((await server.as().get('/v1/templates').expect(200)).body.data).toHaveLength(1);
  });

  it('are listed, the newest first, without what they say', async () => {
    for (const name of ['one', 'two', 'three']) await aTemplate(server, { name });
    const first = await server.as().get('/v1/templates?limit=2').expect(200);
    expect(first.body.data).toMatchObject([{ name: 'three', version: 1 }, { name: 'two' }]);
    expect(first.body.data[0]).not.toHaveProperty('html');
    const second = await server.as().get(`/v1/templates?limit=2&after=${first.body.page.next}`).expect(200);
    expect(second.body).toMatchObject({ data: [{ name: 'one' }], page: { next: null } });
  });

  describe('saved again', () => {
    const save = (id: string, body: object, status = 200) =>
      server.as().put(`/v1/templates/${id}`).send(body).expect(status);

    it('have a next version, which says nothing that the one before said', async () => {
      const id = await aTemplate(server);
      const saved = await save(id, { name: 'Bill', channel: 'email', text: 'Pay, {{name}}' });
      expect(saved.body).toMatchObject({
        id,
        name: 'Bill',
        version: 2,
        subject: null,
        html: null,
        text: 'Pay, {{name}}',
      });
    });

    it('keep their name where none is given, and their version where nothing is new', async () => {
      const id = await aTemplate(server, { text: 'x', html: undefined, subject: undefined });
      expect((await save(id, { text: 'x' })).body).toMatchObject({ name: 'Receipt', version: 1 });
    });

    it('do not override what somebody else saved meanwhile, if told so', async () => {
      const id = await aTemplate(server);
      await save(id, { text: 'first', expectedVersion: 1 });
      expect((await save(id, { text: 'second', expectedVersion: 1 }, 409)).body.code).toBe('already_exists');
    });

    it('change nothing about a test mail that is under way', async () => {
      const id = await aTemplate(server);
      const sent = await server
        .as()
        .post(`/v1/templates/${id}/test-send`)
        .send({ to: 'ann@example.com', data: { name: 'Ann' } });
      await save(id, { subject: 'Other', text: 'other' });
      await server.deliverAll();
      const { data } = await server.ports.capturedMails.page({ limit: 5 });
      expect(data).toMatchObject([{ deliveryId: sent.body.id, subject: 'Hello Ann' }]);
    });
  });

  describe('previewed', () => {
    const preview = (id: string, body: object, status = 200) =>
      server.as().post(`/v1/templates/${id}/preview`).send(body).expect(status);

    it('come out as a message would', async () => {
      const id = await aTemplate(server, { html: '<p>{{name}} <a href="{{unsubscribeUrl}}">leave</a></p>' });
      const { body } = await preview(id, { data: { name: '<b>Ann</b>' } });
      expect(body).toEqual({
        subject: 'Hello <b>Ann</b>',
        html: '<p>&lt;b&gt;Ann&lt;/b&gt; <a href="https://mail.example/u/preview">leave</a></p>',
        text: '<b>Ann</b> leave <https://mail.example/u/preview>\n',
      });
    });

    it('need no data where the template asks for none, and have no html where it has none', async () => {
      const id = await aTemplate(server, { subject: 'Hi', html: undefined, text: 'Hi' });
      expect((await preview(id, {})).body).toEqual({ subject: 'Hi', html: null, text: 'Hi' });
    });

    it('send nothing and store nothing', async () => {
      await preview(await aTemplate(server), { data: { name: 'Ann' } });
      expect((await server.as().get('/v1/deliveries')).body.data).toEqual([]);
    });
  });

  describe('test-sent', () => {
    const send = (id: string, body: object, status = 202) =>
      server.as().post(`/v1/templates/${id}/test-send`).send(body).expect(status);

    it('arrive, and can be followed', async () => {
      const id = await aTemplate(server);
      const sent = await send(id, {
        to: 'Ann@Example.com',
        from: 'Shop <shop@example.com>',
        data: { name: 'Ann' },
      });
      expect(sent.headers['location']).toBe(`/v1/deliveries/${sent.body.id}`);
      expect(sent.body).toEqual({ id: expect.stringMatching(/^dlv_/), status: 'pending' });
      await server.deliverAll();
      expect((await server.as().get(sent.headers['location']!)).body).toMatchObject({
        status: 'accepted',
        email: 'ann@example.com',
      });
      const { data } = await server.ports.capturedMails.page({ limit: 5 });
      expect(data).toMatchObject([
        { to: 'ann@example.com', from: 'Shop <shop@example.com>', subject: 'Hello Ann' },
      ]);
    });

    it('come from whom they go to, where no sender is named', async () => {
      await send(await aTemplate(server), { to: 'ann@example.com', data: { name: 'Ann' } });
      await server.deliverAll();
      expect((await server.ports.capturedMails.page({ limit: 5 })).data).toMatchObject([
        { from: 'ann@example.com' },
      ]);
    });

    it('are sent once under one Idempotency-Key', async () => {
      const id = await aTemplate(server);
      const again = () =>
        server
          .as()
          .post(`/v1/templates/${id}/test-send`)
          .set('idempotency-key', 'k')
          .send({ to: 'a@example.com' })
          .expect(202);
      const [first, second] = [await again(), await again()];
      expect(second.headers['location']).toBe(first.headers['location']);
      await server.deliverAll();
      expect((await server.ports.capturedMails.page({ limit: 5 })).data).toHaveLength(1);
    });

    it('need the right to send', async () => {
      const id = await aTemplate(server);
      const key = await server.issueKey(['templates:write']);
      await server.as(key).post(`/v1/templates/${id}/test-send`).send({ to: 'a@example.com' }).expect(403);
    });
  });

  it('need the right to change them', async () => {
    const id = await aTemplate(server);
    const key = await server.issueKey(['templates:read']);
    await server.as(key).get(`/v1/templates/${id}`).expect(200);
    await server.as(key).post(`/v1/templates/${id}/preview`).send({}).expect(200);
    await server.as(key).put(`/v1/templates/${id}`).send({ text: 'x' }).expect(403);
    await server.as(key).post('/v1/templates').send({ name: 'x', text: 'x' }).expect(403);
  });

  it('of another workspace are as absent as those that never were', async () => {
    const id = await aTemplate(server);
    const key = await server.issueKey(['admin'], 'wsp_theirs');
    const asked = [
      ['get', '', undefined],
      ['put', '', { text: 'x' }],
      ['post', '/preview', { data: {} }],
      ['post', '/test-send', { to: 'a@example.com' }],
    ] as const;
    for (const [method, path, body] of asked) {
      const theirs = await server.as(key)[method](`/v1/templates/${id}${path}`).send(body).expect(404);
      const never = await server.as()[method](`/v1/templates/tpl_nothing${path}`).send(body).expect(404);
      const { instance: _one, ...problem } = theirs.body;
      expect(never.body).toMatchObject(problem);
    }
    expect((await server.as(key).get('/v1/templates')).body.data).toEqual([]);
    expect((await server.as().get('/v1/deliveries')).body.data).toEqual([]);
  });

  describe('of the gallery', () => {
    it('are listed', async () => {
      const { body } = await server.as().get('/v1/gallery').expect(200);
      expect(body).toEqual({
        data: [{ name: 'welcome', title: 'Welcome', description: expect.any(String), locale: 'en' }],
        page: { next: null },
      });
    });

    it('are installed once', async () => {
      const first = await server.as().post('/v1/gallery/welcome/install').expect(201);
      expect(first.body).toMatchObject({ name: 'Welcome', origin: 'gallery:welcome', version: 1 });
      expect(first.headers['location']).toBe(`/v1/templates/${first.body.id}`);
      await server.as().put(`/v1/templates/${first.body.id}`).send({ text: 'Our own words' }).expect(200);
      const second = await server.as().post('/v1/gallery/welcome/install').expect(200);
      expect(second.body).toMatchObject({ id: first.body.id, version: 2, text: 'Our own words' });
    });

    it('that there are not cannot be installed', async () => {
      for (const name of ['goodbye', '__proto__', 'constructor']) {
        await server.as().post(`/v1/gallery/${name}/install`).expect(404);
      }
    });
  });
});
