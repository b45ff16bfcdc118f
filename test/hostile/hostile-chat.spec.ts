import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { RawWebSocket } from '#adapters/socketio/testing/raw-websocket.js';
import type { WireAnswer } from '#ports/chat/testing/transport-conformance.js';
import { chatRows } from './corpus/chat.js';
import { chatFrames } from './corpus/chat-frames.js';
import { badTokens } from './corpus/user-tokens.js';
import { describeRows } from './describe-rows.js';
import { HostileServer } from './hostile-server.js';
import type { Json } from './known-world.js';

/** This starts processes, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

describe('hostile input about the chat', () => {
  let server: HostileServer;
  let socket: Socket | undefined;
  beforeAll(async () => {
    server = await HostileServer.start();
    socket = await connected(server.known['user.token']);
    await ask('resume');
  });
  afterAll(async () => {
    socket?.close();
    await server.stop();
  });

  const dial = (token: unknown): Socket =>
    io(`${server.url}/chat`, {
      auth: { token },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
  const connected = async (token: unknown): Promise<Socket> => {
    const made = dial(token);
    await new Promise<void>((resolve, reject) => made.on('connect', resolve).on('connect_error', reject));
    return made;
  };
  const ask = (frame: string, ...data: unknown[]): Promise<WireAnswer> =>
    socket?.emitWithAck(frame, ...data) as Promise<WireAnswer>;
  const port = (): number => Number(new URL(server.url).port);
  /** The connection is as good as before. */
  const isServed = async (): Promise<void> => {
    expect(await ask('typing', { conversationId: server.known['conversation'] })).toMatchObject({ ok: true });
    await server.isWell();
  };

  describeRows(chatRows, () => server);

  it.each([...Map.groupBy(chatFrames, ({ frame }) => frame)])('the frame %j', async (frame, rows) => {
    const { stored } = server;
    const before = stored.things();
    for (const { item, name, data, code } of rows) {
      const filled = JSON.parse(server.filled(JSON.stringify(data))) as unknown;
      const { error } = await server.playInTime(() => ask(frame, filled));
      expect({ item, name, code: error?.code }).toEqual({ item, name, code });
    }
    expect(stored.things()).toEqual(before);
    expect(({} as Json)['admin']).toBeUndefined();
    await isServed();
  });

  it.each([64, 8_000, 30_000])(
    '10. a frame of %i levels, as no library would write it: invalid_json',
    async (levels) => {
      const raw = new RawWebSocket(port());
      await raw.hear('"sid"');
      raw.send(`40/chat,{"token":"${server.known['user.token']}"}`);
      await raw.hear('40/chat');
      const deep = `{"data":${'['.repeat(levels)}${']'.repeat(levels)}}`;
      for (const [n, frame] of ['resume', 'room.broadcast', 'message.send', 'nonsense'].entries()) {
        raw.send(`42/chat,${n}["${frame}",${deep}]`);
        await raw.hear(
          `43/chat,${n}[{"ok":false,"error":{"code":"${frame === 'nonsense' ? 'not_found' : 'invalid_json'}"`,
        );
      }
      raw.socket.destroy();
      await isServed();
    },
  );

  it.each(Object.entries(badTokens))('12. a token with %s: refused, and cut off', async (_, token) => {
    const made = dial(token);
    const refused = await new Promise<Error & { data?: Json }>((resolve) =>
      made.on('connect_error', resolve),
    );
    expect(refused.data).toMatchObject({ code: 'unauthenticated' });
    await server.isWell();
    made.close();
  });

  it.each(['42/chat,["typing"', '42/chat,{}', '42/chat,["disconnect"]'])(
    '13. the packet %s after a token was shown: closed, and nobody notices',
    async (packet) => {
      const raw = new RawWebSocket(port());
      await raw.hear('"sid"');
      raw.send(`40/chat,{"token":"${server.known['user.token']}"}`);
      await raw.hear('40/chat');
      raw.send(packet);
      await raw.closed;
      await isServed();
    },
  );

  it('13. frames that nobody wants answered do what they say, and no harm', async () => {
    for (const data of [undefined, null, 'x', [], { conversationId: server.known['conversation'] }])
      for (const frame of ['typing', 'message.send', 'resume', 'nonsense']) socket?.emit(frame, data);
    await isServed();
  });

  it('13. ten thousand resumes at once: answered, or asked to wait, and others are served meanwhile', async () => {
    const codes = new Map<string, number>();
    await Promise.all(
      Array.from({ length: 10_000 }, async () => {
        const { ok, error } = await ask('resume');
        const code = ok ? 'ok' : (error?.code ?? '');
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }),
    );
    expect([...codes.keys()].toSorted()).toEqual(['ok', 'rate_limited']);
    await isServed();
  });

  it('13. a flood of messages is refused once it is one, and what was taken is there', async () => {
    const conversationId = server.known['conversation'];
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, n) =>
        ask('message.send', { conversationId, clientMessageId: `flood-${n}`, text: 'x' }),
      ),
    );
    const taken = answers.filter(({ ok }) => ok).length;
    expect(new Set(answers.map(({ error }) => error?.code))).toEqual(new Set([undefined, 'rate_limited']));
    expect(taken).toBeGreaterThanOrEqual(20);
    expect(taken).toBeLessThan(100);
    const path = `/v1/conversations/${conversationId}?as=${server.known['user']}`;
    expect((await server.owner.get('GET', path))['seq']).toBe(taken + 1);
    await isServed();
  });

  it('16. a file is handed out to be saved, and never as a page', async () => {
    const path = `/v1/attachments/${server.known['attachment']}?as=${server.known['user']}`;
    const { status, headers } = await server.owner.send('GET', path);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-disposition': expect.stringMatching(/^attachment; /),
      'content-security-policy': expect.stringContaining('sandbox'),
    });
  });

  it('21. nothing that was said, and no secret, stands in its log', () => {
    const { stdout, stderr } = server.process;
    for (const text of [stdout, stderr]) expect(/.{0,40}c[a4]nary.{0,40}/i.exec(text)?.[0]).toBeUndefined();
    expect(stdout).not.toContain(server.known['user.token']);
  });

  it('20. the process has lived through all of it, and stops in order', async () => {
    socket?.close();
    expect(await server.process.stop()).toBe(0);
    expect(server.process.stderr).toBe('');
    expect(server.complaints()).toEqual([]);
  });
});
