import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { acme, rival } from '#ports/delivery/testing/delivery-stores.js';
import { InboxSocketServer } from './testing/inbox-socket-server.js';

const THREE = { perSecond: 0.1, burst: 3 };
const WEBSOCKET = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

describe('connecting too often', () => {
  let server: InboxSocketServer;
  afterEach(() => server.close());

  /** Begins a connection; answers what an HTTP client sees of it. */
  const knock = (
    transport: 'websocket' | 'polling',
    headers: Readonly<Record<string, string>> = {},
    query = '',
  ): Promise<{ status: number | undefined; retryAfter: string | undefined; text: string }> =>
    new Promise((resolve, reject) => {
      const all = { ...(transport === 'websocket' && WEBSOCKET), ...headers };
      request(`${server.url}/socket.io/?EIO=4&transport=${transport}${query}`, { headers: all, agent: false })
        .on('upgrade', (_, socket) => {
          socket.destroy();
          resolve({ status: 101, retryAfter: undefined, text: '' });
        })
        .on('response', (response) => {
          let text = '';
          response.on('data', (bytes: Buffer) => (text += bytes.toString()));
          const { statusCode: status } = response;
          response.on('end', () => resolve({ status, retryAfter: response.headers['retry-after'], text }));
        })
        .on('error', reject)
        .end();
    });
  const statuses = async (addresses: readonly string[]): Promise<(number | undefined)[]> => {
    const answers: (number | undefined)[] = [];
    for (const address of addresses)
      answers.push((await knock('polling', { 'x-forwarded-for': address })).status);
    return answers;
  };

  it.each(['websocket', 'polling'] as const)(
    'from one address is refused by %s, says when to come again, and costs those who are in nothing',
    async (transport) => {
      server = await InboxSocketServer.start({ settings: { perAddress: THREE } });
      const tab = await server.open();
      await knock('websocket');
      await knock('polling');
      const refused = await knock(transport);
      expect(refused).toMatchObject({ status: 429, retryAfter: '10' });
      expect(JSON.parse(refused.text)).toEqual({
        code: 'rate_limited',
        detail: 'At most 3 connections at once and 0.1 a second for one address.',
      });
      const item = await server.put();
      expect(await tab.next('inbox:item')).toMatchObject({ id: item.id });
      await server.clock.advance(10_000);
      expect((await knock(transport)).status).toBe(transport === 'polling' ? 200 : 101);
    },
  );

  it('is not what a tab does that goes on polling, however often', async () => {
    server = await InboxSocketServer.start({ settings: { perAddress: THREE } });
    const tab = server.tab(await server.tokenOf('anna'), 'polling');
    await tab.next('inbox:state');
    for (let n = 0; n < 20; n++) {
      const item = await server.put();
      expect(await tab.next('inbox:item')).toMatchObject({ id: item.id });
    }
  });

  it('is counted for whoever stands before a trusted proxy, whatever they say themselves', async () => {
    const settings = { perAddress: THREE, trustedProxies: ['127.0.0.0/8', '10.0.0.1'] };
    server = await InboxSocketServer.start({ settings });
    const one = '192.0.2.1';
    expect(await statuses([one, `1.1.1.1, ${one}`, `${one}, 10.0.0.1`, `2.2.2.2,${one}`])).toEqual([
      200, 200, 200, 429,
    ]);
    expect(await statuses(['192.0.2.2', '2001:db8::1', 'nonsense', ''])).toEqual([200, 200, 200, 200]);
  });

  it('is counted for the address itself where no proxy is trusted', async () => {
    server = await InboxSocketServer.start({ settings: { perAddress: THREE } });
    expect(await statuses(['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4'])).toEqual([200, 200, 200, 429]);
  });

  it('for one workspace is refused in words, and costs another workspace nothing', async () => {
    server = await InboxSocketServer.start({ settings: { perWorkspace: THREE } });
    for (const user of ['anna', 'ben', 'cleo']) await server.open(user);
    const refused = server.tab(await server.tokenOf('dora', acme));
    expect(await refused.next('connect_error')).toMatchObject({
      message: 'rate_limited',
      data: {
        code: 'rate_limited',
        detail: 'At most 3 connections at once and 0.1 a second for one workspace.',
        retryAfterMs: 10_000,
      },
    });
    await server.open('anna', rival);
    // Whoever shows no good token does not use up what the others have.
    await server.clock.advance(10_000);
    await server.tab('nonsense').next('connect_error');
    await server.open('dora');
  });

  it('is nobody while nobody can count', async () => {
    const gone = (): Promise<never> => Promise.reject(new Error('The counter is gone.'));
    const limits = { take: gone, giveBack: gone };
    server = await InboxSocketServer.start({ settings: { perAddress: THREE }, limits });
    for (let n = 0; n < 5; n++) await server.open();
    expect(server.log.complaints).toContain('socket.limits_unavailable');
  });
});
