import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { HttpClient, MAX_ANSWER_BYTES } from './http-client.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('HttpClient', () => {
  let client: HttpClient;
  let server: Server;
  let sockets: Socket[];
  /** Every request as it arrived, by connection. */
  let heard: string[];
  let onRequest: (socket: Socket) => void;

  beforeEach(async () => {
    client = new HttpClient(2);
    sockets = [];
    heard = [];
    onRequest = (socket) => socket.write(OK);
    server = createServer((socket) => {
      const at = sockets.push(socket) - 1;
      heard[at] = '';
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        heard[at] += bytes.toString('latin1');
        onRequest(socket);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => {
    client.close();
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });

  const origin = (scheme = 'http') => `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (timeoutMs = 5_000, scheme = 'http') =>
    client.send({
      method: 'POST',
      origin: origin(scheme),
      path: '/x',
      headers: {},
      body: 'hello',
      timeoutMs,
    });

  it('brings back status, headers and body', async () => {
    onRequest = (socket) => socket.write('HTTP/1.1 422 No\r\nX-A: b\r\nContent-Length: 6\r\n\r\nGrüß');
    expect(await post()).toEqual({
      kind: 'answered',
      status: 422,
      headers: { 'x-a': 'b', 'content-length': '6' },
      body: 'Grüß',
    });
  });

  it('uses a connection again, and opens no more than it may', async () => {
    await Promise.all(Array.from({ length: 10 }, () => post()));
    expect(sockets).toHaveLength(2);
  });

  it('takes an answer in pieces', async () => {
    onRequest = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n');
      setImmediate(() => socket.write('1\r\nk\r\n0\r\n\r\n'));
    };
    expect(await post()).toMatchObject({ kind: 'answered', status: 200, body: 'ok' });
  });

  it('follows no redirect', async () => {
    onRequest = (socket) =>
      socket.write(`HTTP/1.1 302 Found\r\nLocation: ${origin()}/y\r\nContent-Length: 0\r\n\r\n`);
    expect(await post()).toMatchObject({ kind: 'answered', status: 302 });
    expect(heard).toHaveLength(1);
  });

  describe('knows that nothing has left', () => {
    it('when nobody listens', async () => {
      const request = {
        method: 'POST',
        origin: 'http://127.0.0.1:1',
        path: '/',
        headers: {},
        timeoutMs: 5_000,
      } as const;
      const answer = await client.send(request);
      expect(answer).toEqual({ kind: 'not_sent', reason: 'ECONNREFUSED' });
    });

    it('when the server says something that is not TLS', async () => {
      onRequest = (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      expect(await post(5_000, 'https')).toEqual({
        kind: 'not_sent',
        reason: expect.stringMatching(/SSL|ECONNRESET|TLS/),
      });
    });

    it('when the server never answers the TLS greeting in time', async () => {
      onRequest = () => undefined;
      expect(await post(50, 'https')).toEqual({ kind: 'not_sent', reason: 'no answer within 50 ms' });
    });

    it('when no connection comes free in time, and sends nothing later either', async () => {
      const held: Socket[] = [];
      onRequest = (socket) => held.push(socket);
      const first = [post(), post()];
      expect(await post(50)).toEqual({ kind: 'not_sent', reason: 'no answer within 50 ms' });
      onRequest = (socket) => socket.write(OK);
      held.forEach((socket) => socket.write(OK));
      expect((await Promise.all(first)).map(({ kind }) => kind)).toEqual(['answered', 'answered']);
      await post();
      expect(heard.join('').split('POST /x').length - 1).toBe(3);
    });

    it('when it was closed', async () => {
      client.close();
      client.close();
      expect((await post()).kind).toBe('not_sent');
    });

    it('when a request can not even be written', async () => {
      const request = {
        method: 'POST',
        origin: origin(),
        path: '/x',
        headers: { 'x-a': 'b\r\nx-b: c' },
        timeoutMs: 5_000,
      } as const;
      expect((await client.send(request)).kind).toBe('not_sent');
      expect(heard).toEqual([]);
    });
  });

  describe('does not know what became of a request', () => {
    const endings: [string, (socket: Socket) => void][] = [
      ['the server resets the connection', (socket) => socket.resetAndDestroy()],
      ['the server hangs up', (socket) => socket.end()],
      ['the server hangs up in the middle of the answer', (socket) => socket.end(OK.slice(0, -1))],
      [
        'the server says something that is not HTTP',
        (socket) => socket.write('220 mail.example.com ESMTP\r\n'),
      ],
      ['the header never ends', (socket) => socket.write(`HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(100_000)}`)],
      [
        'the body never ends',
        (socket) =>
          socket.write(
            `HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n${'x'.repeat(MAX_ANSWER_BYTES + 1)}`,
          ),
      ],
    ];
    it.each(endings)('when %s', async (_, end) => {
      onRequest = end;
      expect((await post()).kind).toBe('lost');
    });

    const silences: [string, (socket: Socket) => void][] = [
      ['nothing', () => undefined],
      ['a status line and no more', (socket) => socket.write('HTTP/1.1 200 OK\r\n')],
      ['headers and no body', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n')],
      ['one 100 after the other', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(3))],
    ];
    it.each(silences)(
      'when the server says %s until the time is up, and cuts the connection',
      async (_, say) => {
        onRequest = say;
        const cut = new Promise((resolve) =>
          server.once('connection', (socket) => socket.once('close', resolve)),
        );
        expect(await post(100)).toMatchObject({ kind: 'lost' });
        await cut;
      },
    );

    it('and never writes it a second time', async () => {
      onRequest = (socket) => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n');
      expect((await post()).kind).toBe('lost');
      expect(heard.join('').split('POST /x').length - 1).toBe(1);
    });
  });
});
