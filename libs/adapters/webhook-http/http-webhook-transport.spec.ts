import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { KEPT_ANSWER_BYTES } from '#domain/webhooks/model/post-outcome.js';
import type { WebhookMessageId } from '#domain/webhooks/model/webhook-message.js';
import { describeWebhookTransportContract } from '#ports/webhooks/webhook-transport.contract.js';
import type { WebhookPost } from '#ports/webhooks/webhook-transport.js';
import { HttpWebhookTransport } from './http-webhook-transport.js';
import { byNameServers, type Resolve } from './resolve-names.js';
import { AddressServer } from './testing/address-server.js';
import { LoopbackReceiver } from './testing/loopback-receiver.js';

const KEY = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const FORMER_KEY = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

describeWebhookTransportContract('HttpWebhookTransport', async () => {
  const receiver = await LoopbackReceiver.start();
  const transport = new HttpWebhookTransport({ allowPrivate: true });
  return {
    transport,
    url: receiver.url(),
    answer: ({ status, body, headers }) => {
      receiver.respond = (response) => response.writeHead(status, headers).end(body);
    },
    get received() {
      return receiver.received.map(({ headers, body }) => ({
        id: String(headers['webhook-id']),
        at: Number(headers['webhook-timestamp']) * 1000,
        body,
      }));
    },
    close: async () => {
      await transport.close();
      await receiver.close();
    },
  };
});

describe('posting webhooks over HTTP', () => {
  let receiver: LoopbackReceiver;
  let transport: HttpWebhookTransport;
  beforeEach(async () => {
    receiver = await LoopbackReceiver.start();
    transport = new HttpWebhookTransport({ allowPrivate: true });
  });
  afterEach(async () => {
    await transport.close();
    await receiver.close();
  });

  const aPost = (more: Partial<WebhookPost> = {}): WebhookPost => ({
    url: receiver.url(),
    id: 'evt_1' as WebhookMessageId,
    at: Date.now(),
    body: '{"type":"message.delivered","data":{"name":"Grüße"}}',
    keys: [KEY],
    timeoutMs: 5_000,
    ...more,
  });

  describe('signing', () => {
    it('is verified by the published library, with either secret while they are rotated', async () => {
      const post = aPost({ keys: [KEY, FORMER_KEY] });
      await transport.post(post);
      const { headers, body } = receiver.received[0]!;
      for (const key of [KEY, FORMER_KEY])
        expect(new Webhook(key).verify(body, headers as Record<string, string>)).toEqual(
          JSON.parse(post.body),
        );
      expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
    });

    it('does not hold for another body, id or secret', async () => {
      await transport.post(aPost());
      const { headers, body } = receiver.received[0]!;
      const given = headers as Record<string, string>;
      const verifying = (key: string, text: string, more = {}) =>
        expect(() => new Webhook(key).verify(text, { ...given, ...more })).toThrow();
      verifying(KEY, body.replace('Gr', 'gr'));
      verifying(KEY, body, { 'webhook-id': 'evt_2' });
      verifying(FORMER_KEY, body);
    });

    it('agrees with the signature that the specification shows', async () => {
      await transport.post(
        aPost({
          id: 'msg_p5jXN8AQM9LWM0D4loKWxJek' as WebhookMessageId,
          at: 1_614_265_330_000,
          body: '{"test": 2432232314}',
        }),
      );
      expect(receiver.received[0]?.headers['webhook-signature']).toBe(
        'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      );
    });
  });

  it('says what it sends, and where to', async () => {
    await transport.post(aPost({ url: `${receiver.url()}?a=b#c` }));
    expect(receiver.received[0]).toMatchObject({
      path: '/hooks?a=b',
      headers: { 'content-type': 'application/json', host: `127.0.0.1:${receiver.port}` },
    });
  });

  it('does not follow a redirect, to loopback or anywhere', async () => {
    const other = await LoopbackReceiver.start();
    receiver.respond = (response) => response.writeHead(302, { location: other.url() }).end();
    expect(await transport.post(aPost())).toMatchObject({ kind: 'answered', status: 302 });
    expect(other.connections).toBe(0);
    await other.close();
  });

  it('gives up on an endpoint that does not answer in time', async () => {
    receiver.respond = () => {};
    expect(await transport.post(aPost({ timeoutMs: 50 }))).toEqual({
      kind: 'unanswered',
      reason: 'no answer within 50 ms',
      sent: true,
    });
  });

  it('takes a status for the answer, though the body never ends', async () => {
    receiver.respond = (response) => response.writeHead(200).write('so far');
    expect(await transport.post(aPost({ timeoutMs: 200 }))).toEqual({
      kind: 'answered',
      status: 200,
      body: 'so far',
    });
  });

  it('reads little of an answer that is huge, and closes its connection', async () => {
    let written = 0;
    const closed = new Promise<void>((resolve) => {
      receiver.respond = (response) => {
        response.writeHead(200).on('close', resolve);
        const chunk = Buffer.alloc(65_536, 'x');
        const pour = (): void => {
          while (!response.destroyed && written < 1e9 && response.write(chunk)) written += chunk.length;
          response.once('drain', pour);
        };
        pour();
      };
    });
    const outcome = await transport.post(aPost());
    await closed;
    expect(outcome).toEqual({ kind: 'answered', status: 200, body: 'x'.repeat(KEPT_ANSWER_BYTES) });
    expect(written).toBeLessThan(1e8);
  });

  it('does not cut a character in two', async () => {
    receiver.respond = (response) => response.end('ü'.repeat(1000) + 'x');
    const outcome = await transport.post(aPost());
    expect(outcome).toMatchObject({ body: 'ü'.repeat(KEPT_ANSWER_BYTES / 2) });
    receiver.respond = (response) => response.end(`x${'ü'.repeat(1000)}`);
    expect(await transport.post(aPost())).toMatchObject({
      body: `x${'ü'.repeat(KEPT_ANSWER_BYTES / 2 - 1)}`,
    });
  });

  it('tells a reset from an answer', async () => {
    receiver.respond = (_response, request) => request.socket.resetAndDestroy();
    expect(await transport.post(aPost())).toMatchObject({ kind: 'unanswered', sent: true });
  });

  it('tells that nobody listens', async () => {
    const post = aPost();
    await receiver.close();
    expect(await transport.post(post)).toEqual({
      kind: 'unanswered',
      reason: 'ECONNREFUSED',
      sent: false,
    });
    receiver = await LoopbackReceiver.start();
  });

  it('refuses headers without end', async () => {
    receiver.respond = (response) => response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end();
    expect(await transport.post(aPost())).toMatchObject({ kind: 'unanswered', sent: true });
  });

  describe('where private addresses are forbidden', () => {
    const asked: string[] = [];
    let names: Record<string, readonly string[]>;
    const resolve: Resolve = (hostname) => {
      asked.push(hostname);
      const addresses = names[hostname] ?? [];
      return Promise.resolve(
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    let strict: HttpWebhookTransport;
    beforeEach(() => {
      names = {};
      asked.length = 0;
      strict = new HttpWebhookTransport({ allowPrivate: false }, resolve);
    });
    afterEach(() => strict.close());
    const https = (host: string): WebhookPost => aPost({ url: `https://${host}:${receiver.port}/hooks` });

    it.each([
      ['127.0.0.1'],
      ['169.254.169.254'],
      ['::ffff:127.0.0.1'],
      ['::1'],
      ['fd00::1'],
      ['64:ff9b::7f00:1'],
      ['2002:7f00:1::'],
    ])('does not dial a name that leads to %s', async (address) => {
      names = { 'inside.example': [address] };
      expect(await strict.post(https('inside.example'))).toMatchObject({ kind: 'forbidden' });
      expect(asked).toEqual(['inside.example']);
      expect(receiver.connections).toBe(0);
    });

    it('does not dial a name of which one address is inside', async () => {
      names = { 'mixed.example': ['93.184.215.14', '127.0.0.1'] };
      expect(await strict.post(https('mixed.example'))).toMatchObject({ kind: 'forbidden' });
      expect(receiver.connections).toBe(0);
    });

    it('asks for every connection anew, and finds a name that has moved inside', async () => {
      names = { 'rebinding.example': [] };
      expect(await strict.post(https('rebinding.example'))).toMatchObject({
        kind: 'unanswered',
        reason: 'ENOTFOUND',
      });
      names = { 'rebinding.example': ['127.0.0.1'] };
      expect(await strict.post(https('rebinding.example'))).toMatchObject({ kind: 'forbidden' });
      expect(asked).toEqual(['rebinding.example', 'rebinding.example']);
      expect(receiver.connections).toBe(0);
    });

    it.each([
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '[::ffff:127.0.0.1]',
      'localhost',
      'a.localhost',
      '127.0.0.1.',
    ])('does not dial %s, and asks nobody about it', async (host) => {
      expect(await strict.post(https(host))).toMatchObject({ kind: 'forbidden' });
      expect(asked).toEqual([]);
      expect(receiver.connections).toBe(0);
    });

    it('does not post in the clear', async () => {
      names = { 'plain.example': ['93.184.215.14'] };
      expect(await strict.post(aPost({ url: 'http://plain.example/' }))).toMatchObject({ kind: 'forbidden' });
      expect(asked).toEqual([]);
    });
  });

  describe('asking name servers', () => {
    let names: AddressServer;
    beforeEach(async () => {
      names = await AddressServer.start();
    });
    afterEach(() => names.close());

    it('takes every address of a name', async () => {
      names.names = { 'customer.example': ['93.184.215.14', '93.184.215.15'] };
      expect(await byNameServers([names.address])('customer.example')).toEqual([
        { address: '93.184.215.14', family: 4 },
        { address: '93.184.215.15', family: 4 },
      ]);
    });

    it('says that there is no such name', async () => {
      const post = new HttpWebhookTransport({ allowPrivate: false }, byNameServers([names.address]));
      const outcome = await post.post(aPost({ url: 'https://nobody.example/' }));
      expect(outcome).toEqual({ kind: 'unanswered', reason: 'ENOTFOUND', sent: false });
      await post.close();
    });

    it('asks again for every post, and refuses whatever place inside the answer leads to', async () => {
      names.names = { 'rebinding.example': ['192.0.2.1'] };
      const open = new HttpWebhookTransport({ allowPrivate: false }, byNameServers([names.address]));
      const url = `https://rebinding.example:${receiver.port}/`;
      expect(await open.post(aPost({ url }))).toMatchObject({
        kind: 'forbidden',
        reason: expect.stringContaining('documentation'),
      });
      names.names = { 'rebinding.example': ['127.0.0.1'] };
      expect(await open.post(aPost({ url }))).toMatchObject({
        kind: 'forbidden',
        reason: expect.stringContaining('loopback'),
      });
      expect(names.asked).toEqual(['rebinding.example', 'rebinding.example']);
      expect(receiver.connections).toBe(0);
      await open.close();
    });

    it('dials what the name server said, by its own name', async () => {
      names.names = { 'customer.example': ['127.0.0.1'] };
      const open = new HttpWebhookTransport({ allowPrivate: true }, byNameServers([names.address]));
      const outcome = await open.post(aPost({ url: receiver.url('customer.example') }));
      expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
      await open.close();
    });
  });

  it('connects to the address that it was given for the name, and to no other', async () => {
    const byName = new HttpWebhookTransport({ allowPrivate: true }, () =>
      Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    );
    const outcome = await byName.post(aPost({ url: receiver.url('customer.example') }));
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
    expect(receiver.received[0]?.headers.host).toBe(`customer.example:${receiver.port}`);
    await byName.close();
  });
});
