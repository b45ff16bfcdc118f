import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RawWebSocket } from '#adapters/socketio/testing/raw-websocket.js';
import { callbackRows } from './corpus/callbacks.js';
import { notificationRows } from './corpus/notifications.js';
import { userRows } from './corpus/users.js';
import { webhookRows } from './corpus/webhooks.js';
import { describeRows } from './describe-rows.js';
import { HostileServer, MOST_LAG_MS } from './hostile-server.js';
import { ask } from './http-client.js';
import { Client, type Json, THEIR_KEY } from './known-world.js';

/** This starts processes, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);
/** An operator is to see that somebody guesses, or that a secret is wrong. */
const REFUSED_CALLBACK = /"event":"callback\.(refused|malformed)"/;

const rows = [...notificationRows, ...userRows, ...webhookRows, ...callbackRows];

describe('hostile input about notifications', () => {
  let server: HostileServer;
  beforeAll(async () => {
    server = await HostileServer.start();
  });
  afterAll(() => server.stop());

  describeRows(rows, () => server);

  it('1 and 2. nothing inside was called, whatever URL named it', () => {
    expect(server.trapped).toBe(0);
  });

  it.each(['51000000-["x"]', '50-["x"]', '5-1-["x"]', '5["x"]', '9', '2/inbox,["inbox:read"', '40/inbox,[]'])(
    '13. the packet %s on twenty sockets: closed, and nobody notices',
    async (packet) => {
      const { rss: before } = await server.process.lag();
      const sockets = Array.from({ length: 20 }, () => new RawWebSocket(Number(new URL(server.url).port)));
      for (const socket of sockets) {
        await socket.hear('"sid"');
        socket.send(`4${packet}`);
      }
      await Promise.all(sockets.map(({ closed }) => closed));
      const { rss, held } = await server.process.lag();
      expect(held).toBeLessThan(MOST_LAG_MS);
      expect(rss - before).toBeLessThan(50 * 1_048_576);
      await server.isWell();
    },
  );

  it.each(['https://evil.example', 'null', 'http://127.0.0.1:1'])(
    '13. a page of %s may not connect, by polling or by websocket',
    async (origin) => {
      const path = '/socket.io/?EIO=4&transport=';
      const get = (transport: string, headers: object) =>
        ask(server.url, { method: 'GET', path: path + transport, headers: { origin, ...headers } });
      const polling = await get('polling', {});
      expect(polling.status).toBe(403);
      expect(JSON.parse(polling.text)).toMatchObject({ code: 'forbidden' });
      const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
      const websocket = await get('websocket', {
        ...upgrade,
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      });
      expect(websocket.status).toBe(403);
    },
  );

  it('21. nobody it was asked about, and no secret, stands in its log or its metrics', async () => {
    const { stdout, stderr } = server.process;
    const pages = ['/metrics', '/openapi.json', '/v1/providers', '/v1/lanes'];
    const said = await Promise.all(pages.map(async (path) => (await server.owner.send('GET', path)).text));
    expect(stdout.match(/"event":"http\.request"/g)?.length).toBeGreaterThan(rows.length);
    for (const text of [stdout, stderr, ...said])
      expect(/.{0,40}c[a4]nary.{0,40}/i.exec(text)?.[0]).toBeUndefined();
  });

  it('20. the process has lived through all of it, and stops in order', async () => {
    expect(await server.process.stop()).toBe(0);
    expect(server.process.stderr).toBe('');
    expect(server.complaints(REFUSED_CALLBACK)).toEqual([]);
    expect(server.complaints().length).toBeGreaterThan(0);
  });
});

describe('a user with 10,000 devices', () => {
  let server: HostileServer;
  beforeAll(async () => {
    server = await HostileServer.start({ crowd: 10_000 });
  });
  afterAll(() => server.stop());

  it('has no more, is told by all of them, and slows nobody', async () => {
    const { owner, known } = server;
    const theirs = new Client(server.url, THEIR_KEY);
    const crowd = '/v1/users/crowd';
    await server.process.lag();
    const { id } = await theirs.get('POST', `${crowd}/devices`, { platform: 'web', token: 't'.repeat(64) });
    const listed = await theirs.get('GET', `${crowd}/devices`);
    expect(listed).toMatchObject({ total: 10_000 });
    expect(listed['data']).toHaveLength(1_000);
    expect((listed['data'] as Json[])[0]).toMatchObject({ id });

    const push = await theirs.make('/v1/templates', { name: 'x', channel: 'push', text: 'x' });
    const type = { type: 'crowded', lane: 'bulk', channels: ['push'], templates: { push } };
    await theirs.get('POST', '/v1/notification-types', type);
    const order = { type: 'crowded', to: { userId: 'crowd' } };
    const told = await theirs.make('/v1/notifications', order);
    // Somebody else is told meanwhile what they are told at any other time.
    const mine = {
      type: known['type'],
      to: { userId: known['user'] },
      data: { name: 'x' },
      priority: 'critical',
    };
    for (let n = 0; n < 5; n++) {
      const other = await owner.make('/v1/notifications', mine);
      await owner.until(`/v1/notifications/${other}`, ({ status }) => status === 'delivered');
    }
    await theirs.until(`/v1/notifications/${told}`, ({ status }) => status === 'sent');
    const { held } = await server.process.lag();
    expect(held).toBeLessThan(MOST_LAG_MS);
    await theirs.get('DELETE', crowd);
    expect((await theirs.send('GET', `${crowd}/devices`)).status).toBe(404);
    await server.isWell();
    expect(server.complaints()).toEqual([]);
  });
});
