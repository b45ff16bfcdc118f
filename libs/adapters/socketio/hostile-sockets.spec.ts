import { type IncomingMessage, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InboxSocketServer } from './testing/inbox-socket-server.js';
import { RawWebSocket } from './testing/raw-websocket.js';

const APP = 'https://app.example.com';
/** RFC 6455, 5.5.1: the whole frame, as the server says goodbye. */
const CLOSE_FRAME = '\x88';
const WEBSOCKET = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

describe('a hostile client of the sockets', () => {
  let server: InboxSocketServer;
  beforeEach(async () => {
    server = await InboxSocketServer.start({ origins: [APP] });
  });
  afterEach(async () => {
    // Whatever it did, the others are served.
    const tab = await server.open('ben');
    const item = await server.put({ userId: 'ben' });
    expect(await tab.next('inbox:item')).toMatchObject({ id: item.id });
    await server.close();
  });

  const statusOf = (query: string, headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const end = (answer: IncomingMessage): void => {
        answer.socket.destroy();
        resolve(answer.statusCode);
      };
      request(`${server.url}/socket.io/?EIO=4&${query}`, { headers })
        .on('response', end)
        .on('upgrade', end)
        .on('error', reject)
        .end();
    });
  const polling = (origin: string): Promise<number | undefined> => statusOf('transport=polling', { origin });
  const websocket = (origin: string): Promise<number | undefined> =>
    statusOf('transport=websocket', { ...WEBSOCKET, origin });

  it.each([
    'https://evil.example',
    'null',
    'file://',
    '',
    'http://127.0.0.1:1',
    `${APP}.evil.example`,
    'http://app.example.com',
    'https://user@evil.example',
  ])('is refused as a page of %j, on both transports', async (origin) => {
    expect([await polling(origin), await websocket(origin)]).toEqual([403, 403]);
  });

  it('is not let in with the number of a connection that somebody else opened', async () => {
    const opened = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    const { sid } = JSON.parse((await opened.text()).slice(1)) as { sid: string };
    const origin = 'https://evil.example';
    expect(await statusOf(`transport=polling&sid=${sid}`, { origin })).toBe(403);
    expect(await statusOf(`transport=websocket&sid=${sid}`, { ...WEBSOCKET, origin })).toBe(403);
  });

  it('is none as a page of ours, or of an origin that is allowed, or as no page', async () => {
    for (const origin of [server.url, APP])
      expect([origin, await polling(origin), await websocket(origin)]).toEqual([origin, 200, 101]);
    expect(await statusOf('transport=polling', {})).toBe(200);
    expect(await statusOf('transport=websocket', WEBSOCKET)).toBe(101);
  });

  it('can read an answer only as a page of an origin that is allowed', async () => {
    const allowed = async (origin: string): Promise<string | null> =>
      (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } })).headers.get(
        'access-control-allow-origin',
      );
    expect(await allowed(APP)).toBe(APP);
    expect(await allowed('https://evil.example')).toBeNull();
  });

  it.each(['websocket', 'polling'] as const)(
    'is disconnected for a message of 129 KB by %s',
    async (transport) => {
      const tab = server.tab(await server.tokenOf('anna'), transport);
      await tab.next('inbox:state');
      tab.client.emit('inbox:read', { id: 'x'.repeat(129 * 1024) });
      expect(await tab.next('disconnect')).toMatch(/^transport (close|error)$/);
    },
  );

  it.each([
    '51000000-["x"]',
    '50-["x"]',
    '5-1-["x"]',
    '59e9-["x"]',
    '5["x"]',
    '9',
    '2',
    '2/inbox,["inbox:read"',
    '40/inbox,[]',
    '0/inbox,"token"',
  ])('is cut off for the packet %s', async (packet) => {
    const raw = new RawWebSocket(server.port);
    await raw.hear('"sid"');
    raw.send(`4${packet}`);
    await raw.hear(CLOSE_FRAME);
    // It does not follow: it is not waited for.
    await server.clock.advance(2_000);
    await raw.closed;
    expect(server.log.complaints).toEqual([]);
  });

  it('is cut off for such a packet after it showed its token too', async () => {
    const raw = new RawWebSocket(server.port);
    await raw.hear('"sid"');
    raw.send(`40/inbox,{"token":"${await server.tokenOf('anna')}"}`);
    await raw.hear('inbox:state');
    raw.send('451000000-/inbox,["x"]');
    await raw.hear(CLOSE_FRAME);
    await server.clock.advance(2_000);
    await raw.closed;
    expect(server.log.complaints).toEqual([]);
  });

  it('is dropped when it does not read, and costs the other tabs of its user nothing', async () => {
    const raw = new RawWebSocket(server.port);
    await raw.hear('"sid"');
    raw.send(`40/inbox,{"token":"${await server.tokenOf('anna')}"}`);
    await raw.hear('inbox:state');
    raw.socket.pause();
    const tab = await server.open();
    const body = 'x'.repeat(400_000);
    let put = 0;
    // The kernel holds some megabytes for it.
    while (!server.log.complaints.includes('inbox.client_does_not_read') && put < 200) {
      const { id } = await server.put({ body });
      put += 1;
      expect(await tab.next('inbox:item')).toMatchObject({ id });
    }
    expect(server.log.complaints).toEqual(['inbox.client_does_not_read']);
    expect(put).toBeGreaterThan(2);
    await server.clock.advance(2_000);
    raw.socket.resume();
    await raw.closed;
  });
});
