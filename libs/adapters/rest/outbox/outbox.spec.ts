import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { PlainEmail } from '#ports/delivery/email-provider.js';
import { aDispatch } from '#ports/delivery/testing/delivery-stores.js';
import { DeliveryServer } from '../deliveries/testing/delivery-server.js';
import { aTestMail } from '../deliveries/testing/mails.js';
import type { OutboxOpenTo } from './outbox-settings.js';

const OWNER = 'owner-key-of-the-test-server';
const HTML_WANTED = { accept: 'text/html,application/xhtml+xml' };

describe('the outbox page', () => {
  let server: DeliveryServer;
  const start = async (outboxOpenTo: OutboxOpenTo): Promise<void> => {
    await server?.close();
    server = await DeliveryServer.start({ outboxOpenTo });
  };
  beforeEach(() => start('this-machine'));
  afterEach(() => server.close());

  let calls = 0;
  const capture = async (...mails: Partial<PlainEmail>[]): Promise<readonly string[]> => {
    const messages = mails.map((mail) => ({
      deliveryId: 'dlv_none',
      from: 'The Shop <shop@example.com>',
      to: 'ann@example.com',
      subject: 'Hello',
      headers: {},
      ...mail,
    }));
    return server.ports.capturedMails.append({
      key: `k${calls++}`,
      at: server.ports.clock.now(),
      keep: 50_000,
      messages,
    });
  };
  const open = (path = '', headers: Record<string, string> = {}) =>
    server.anybody().get(`/outbox${path}`).set(headers);
  const page = async (path = ''): Promise<string> => (await open(path).expect(200)).text;
  /** The recipients in the list, from the top. */
  const listed = async (path = ''): Promise<string[]> =>
    [...(await page(path)).matchAll(/class="who">([^<]*)</g)].map(([, who = '']) => who);

  describe('shows', () => {
    it('where mails will be, before there are any', async () => {
      expect(await page()).toContain('Nothing captured yet');
    });

    it('mails, the newest first, and the newest one open', async () => {
      const [, newest] = await capture(
        { to: 'ann@example.com' },
        { to: 'bob@example.com', html: '<p>Hi</p>' },
      );
      expect(await listed()).toEqual(['bob@example.com', 'ann@example.com']);
      expect(await page()).toContain(`src="/outbox/${newest}/html"`);
    });

    it('what was sent, and through the capture provider alone', async () => {
      await aTestMail(server, 'ann@example.com', { data: { name: 'Ann' } });
      await server.deliverAll();
      expect(await listed()).toEqual(['ann@example.com']);
      expect(await page()).toContain('Hello Ann');
    });

    it('of a text message how it begins, where a mail has its subject', async () => {
      const begins = 'Your code is 482913. ';
      const [id] = await capture({
        subject: '',
        from: 'sms',
        to: '+491701234567',
        text: `${begins}\n<b>${'x'.repeat(90)}`,
      });
      const shown = `Your code is 482913. &lt;b&gt;${'x'.repeat(56)}…`;
      expect(await page()).toContain(`class="what">${shown}<`);
      expect(await page(`/${id}`)).toContain(`<h1>${shown}</h1>`);
      await capture({ subject: '', from: 'sms' });
      expect(await page()).toContain('class="what">(no subject)<');
    });

    it('the mail that is chosen, in a frame in which nothing runs', async () => {
      const [id] = await capture({ html: '<p>Hi</p>' }, { subject: 'Later' });
      const text = await page(`/${id}`);
      const [frame] = /<iframe[^>]*>/.exec(text) ?? [];
      expect(frame).toMatch(/\bsandbox=""/);
      expect(frame).toContain(`src="/outbox/${id}/html"`);
    });

    it('the text part, with its links made links', async () => {
      const [id] = await capture({
        html: '<p>x</p>',
        text: 'See <https://shop.example/?a=1&b=2>, or https://x.example/y.\n<b>',
      });
      const text = await page(`/${id}?part=text`);
      expect(text).toContain(
        '<a href="https://shop.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">',
      );
      expect(text).toContain('href="https://x.example/y"');
      expect(text).toContain('&lt;b&gt;');
      expect(text).not.toContain('<iframe');
    });

    it('the headers, one by one and raw', async () => {
      const headers = {
        'List-Unsubscribe': '<https://mail.example/u/t>',
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      };
      const [id] = await capture({
        html: '<p>x</p>',
        replyTo: 'help@example.com',
        headers,
        deliveryId: 'dlv_1',
      });
      const text = await page(`/${id}?part=headers`);
      expect(text).toContain('href="https://mail.example/u/t"');
      const raw = /<pre class="raw">([^]*?)<\/pre>/.exec(text)?.[1]?.split('\n');
      expect(raw).toEqual([
        'From: The Shop &lt;shop@example.com&gt;',
        'To: ann@example.com',
        'Reply-To: help@example.com',
        'Subject: Hello',
        'Date: Thu, 01 Jan 2026 00:00:00 +0000',
        'List-Unsubscribe: &lt;https://mail.example/u/t&gt;',
        'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
        'X-Posthorn-Delivery: dlv_1',
      ]);
    });

    it('the text part where a mail has no other', async () => {
      const [id] = await capture({ text: 'Only words' });
      const text = await page(`/${id}`);
      expect(text).toContain('<pre>Only words</pre>');
      expect(text).not.toContain('?part=html');
      await open(`/${id}/html`).expect(404);
    });

    it('whatever stands in a mail as text', async () => {
      const hostile = `"><script>alert(1)</script>'&`;
      const [id] = await capture({
        to: hostile,
        from: hostile,
        subject: hostile,
        text: hostile,
        headers: { [hostile]: hostile },
      });
      for (const path of [
        '',
        `/${id}?part=text`,
        `/${id}?part=headers`,
        `?to=${encodeURIComponent(hostile)}`,
      ]) {
        const text = await page(path);
        expect(text).toContain('&lt;script&gt;');
        expect(text).not.toContain('<script');
        expect(text).not.toContain(hostile);
      }
    });

    it('a page that says so where there is no such mail', async () => {
      for (const id of ['cap_00000000000000000000000009', 'cap_1', '..%2f..%2fetc%2fpasswd', '%00']) {
        const answer = await open(`/${id}`).expect(404);
        expect(answer.text).toContain('No such mail');
      }
    });
  });

  describe('is turned', () => {
    const many = (count: number): Promise<unknown> =>
      capture(
        ...Array.from({ length: count }, (_, n) => ({
          to: `${n % 2 === 0 ? 'even' : 'odd'}${n}@example.com`,
        })),
      );
    const next = async (path = ''): Promise<string> => {
      const [, query = ''] =
        /href="\/outbox(\?[^"]*)">(?:Older|Look further back)</.exec(await page(path)) ?? [];
      return query.replaceAll('&amp;', '&');
    };

    it('to older mails, to the last one', async () => {
      await many(70);
      const seen = await listed();
      expect(seen).toHaveLength(30);
      const second = await next();
      seen.push(...(await listed(second)));
      const third = await next(second);
      seen.push(...(await listed(third)));
      expect(seen).toEqual(
        Array.from({ length: 70 }, (_, n) => `${n % 2 === 0 ? 'odd' : 'even'}${69 - n}@example.com`),
      );
      expect(await next(third)).toBe('');
    });

    it('to the mails of one recipient, by any part of the address, in any case', async () => {
      await many(20);
      expect(await listed('?to=EVEN1')).toEqual(
        ['18', '16', '14', '12', '10'].map((n) => `even${n}@example.com`),
      );
      expect(await listed('?to=@')).toHaveLength(20);
      expect(await page('?to=nobody')).toContain('No such mail');
    });

    it('keeps the search when a mail is opened and when it is turned', async () => {
      await many(600);
      expect(await page('?to=even')).toMatch(/href="\/outbox\/cap_\d+\?to=even#open"/);
      const older = await next('?to=even');
      expect(older).toMatch(/^\?to=even&after=/);
      expect((await listed(older)).every((who) => who.startsWith('even'))).toBe(true);
    });

    it('looks no further back than is cheap, and says that there is more', async () => {
      await capture({ to: 'first@example.com' });
      await many(25_100);
      const text = await page('?to=first@');
      expect(text).toContain('Look further back');
      expect(await listed(await next('?to=first@'))).toEqual(['first@example.com']);
    });

    it('not to a page that another list named', async () => {
      await many(40);
      expect((await open('?after=nonsense').expect(400)).body.code).toBe('invalid_cursor');
      for (const query of ['part=source', 'to=a&to=b', 'limit=5', `to=${'x'.repeat(321)}`])
        await open(`?${query}`).expect(422);
    });
  });

  describe('is safe', () => {
    it('by a policy that lets in no script, and only the style sheet that is in it', async () => {
      const { headers, text } = await open().expect(200);
      const policy = headers['content-security-policy'];
      expect(policy).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      );
      const { createHash } = await import('node:crypto');
      const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? '';
      expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
      });
    });

    it('from the mails in it, in the frame and alone', async () => {
      const mail = '<script>parent.document.title="x"</script><p onclick="x">Hi</p>';
      const [id] = await capture({ html: mail });
      const { headers, text } = await open(`/${id}/html`).expect(200);
      expect(text).toBe(mail);
      expect(headers).toMatchObject({
        'content-security-policy':
          "sandbox; default-src 'none'; img-src * data:; style-src 'unsafe-inline'; frame-ancestors 'self'",
        'content-type': 'text/html; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
    });
  });

  describe('opens', () => {
    const paths = async (): Promise<string[]> => {
      const [id] = await capture({ html: '<p>secret</p>', text: 'secret' });
      return ['', `/${id}`, `/${id}/html`];
    };
    const basic = (key: string, user = ''): string =>
      `Basic ${Buffer.from(`${user}:${key}`).toString('base64')}`;

    it.each(['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'posthorn.localhost', 'LOCALHOST'])(
      'without a key on the machine itself, asked for as %s',
      async (host) => {
        for (const path of await paths()) await open(path, { host }).expect(200);
      },
    );

    it.each([
      ['another name that leads here', { host: 'rebound.example' }],
      ['a name that only begins like this machine', { host: 'localhost.evil.example' }],
      ['a number that is not this machine', { host: '192.168.1.7' }],
      ['a name that is none', { host: 'a b' }],
      ['a proxy on this machine', { 'x-forwarded-for': '203.0.113.9' }],
      ['a proxy that names itself', { via: '1.1 proxy' }],
      ['a proxy of today', { forwarded: 'for=203.0.113.9' }],
    ])('not without a key through %s', async (_what, headers) => {
      for (const path of await paths()) {
        const answer = await open(path, { host: 'localhost', ...headers }).expect(401);
        expect(answer.body.code).toBe('unauthenticated');
        expect(answer.text).not.toContain('secret');
      }
    });

    it('not without a key where it is open to nobody', async () => {
      await start('nobody');
      for (const path of await paths()) {
        expect((await open(path).expect(401)).body).toMatchObject({ code: 'unauthenticated' });
        const page = await open(path, HTML_WANTED).expect(401);
        expect(page.headers['www-authenticate']).toBe('Basic realm="Posthorn outbox", charset="UTF-8"');
        expect(page.text).toContain('The outbox is locked');
        expect(page.text).not.toContain('secret');
      }
    });

    it('to anybody who can reach it, where the operator says so', async () => {
      await start('anybody');
      for (const path of await paths())
        await open(path, { host: 'mail.example', 'x-forwarded-for': '203.0.113.9' }).expect(200);
    });

    it('to the owner of the key, as a program or a browser shows it', async () => {
      await start('nobody');
      for (const authorization of [`Bearer ${OWNER}`, basic(OWNER), basic(OWNER, 'me')]) {
        await open('', { authorization }).expect(200);
      }
      for (const authorization of [
        'Bearer x',
        basic('x'),
        basic(''),
        'Basic',
        `Basic ${'A'.repeat(5000)}`,
        `Digest ${OWNER}`,
      ]) {
        await open('', { authorization }).expect(401);
      }
    });

    it('not to a key with less than every right', async () => {
      await start('nobody');
      const key = await server.issueKey(['deliveries:read', 'templates:read']);
      const authorization = `Bearer ${key}`;
      expect((await open('', { authorization }).expect(403)).body.code).toBe('forbidden');
      await open('', { authorization, ...HTML_WANTED }).expect(401);
    });

    it('to each owner on the mails of his own workspace', async () => {
      await start('nobody');
      const theirs = await server.issueKey(['admin'], 'wsp_theirs');
      await aTestMail(server, 'ours@example.com');
      await aTestMail(server, 'theirs@example.com', { key: theirs });
      await capture({ to: 'nobodys@example.com' });
      await server.deliverAll();
      const see = async (key: string): Promise<string[]> => {
        const { text } = await open('', { authorization: `Bearer ${key}` }).expect(200);
        return [...text.matchAll(/class="who">([^<]*)</g)].map(([, who = '']) => who);
      };
      expect(await see(OWNER)).toEqual(['ours@example.com']);
      expect(await see(theirs)).toEqual(['theirs@example.com']);
      const { data } = await server.ports.capturedMails.page({ limit: 5 });
      const { id } = data.find(({ to }) => to === 'theirs@example.com')!;
      for (const path of [`/${id}`, `/${id}/html`]) {
        const [foreign, never] = await Promise.all(
          [path, path.replace(id, 'cap_00000000000000000000009999')].map((one) =>
            open(one, { authorization: `Bearer ${OWNER}` }).expect(404),
          ),
        );
        expect(foreign!.text.replace(/req_\w+/, '')).toBe(never!.text.replace(/req_\w+/, ''));
      }
    });

    it('no wider than the key that is shown, even where none is needed', async () => {
      for (const openTo of ['this-machine', 'anybody'] as const) {
        await start(openTo);
        const theirs = await server.issueKey(['admin'], 'wsp_theirs');
        const reader = await server.issueKey(['deliveries:read']);
        await aTestMail(server, 'ours@example.com');
        await server.deliverAll();
        const { data } = await server.ports.capturedMails.page({ limit: 1 });
        expect(await listed()).toEqual(['ours@example.com']);
        expect((await open('', { authorization: basic(OWNER) })).text).toContain('ours@example.com');
        const authorization = `Bearer ${theirs}`;
        expect((await open('', { authorization }).expect(200)).text).toContain('Nothing captured yet');
        await open(`/${data[0]!.id}/html`, { authorization }).expect(404);
        await open('', { authorization: `Bearer ${reader}` }).expect(403);
        await open('', { authorization: 'Bearer phk_revoked' }).expect(401);
      }
    });

    it('to an owner as if there were no other workspace, however much of theirs lies in between', async () => {
      await start('nobody');
      await server.issueKey(['admin'], 'wsp_theirs');
      const theirs = aDispatch()
        .inWorkspace('wsp_theirs' as WorkspaceId)
        .build();
      await server.ports.dispatches.open(theirs);
      await aTestMail(server, 'ours@example.com');
      await server.deliverAll();
      await capture(...Array.from({ length: 500 }, () => ({ deliveryId: deliveryId(theirs.id, 0) })));
      for (const query of ['', '?to=example']) {
        const { text } = await open(query, { authorization: `Bearer ${OWNER}` }).expect(200);
        expect(text).toContain('ours@example.com');
        expect(text).not.toContain('ann@example.com');
        expect(text).not.toMatch(/Older|Look further back/);
      }
    });

    it('not to a request that names no host at all', async () => {
      const http = server.app.getHttpServer();
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
      const { port } = http.address() as AddressInfo;
      const status = await new Promise((resolve, reject) => {
        const asking = httpRequest(
          { port, host: '127.0.0.1', path: '/outbox', setHost: false, agent: false },
          (answer) => {
            answer.resume();
            resolve(answer.statusCode);
          },
        );
        asking.on('error', reject).end();
      });
      expect(status).toBe(400);
    });
  });
});
