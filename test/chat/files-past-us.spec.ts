import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { buildApp } from 'fauxqs';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { serverConfigOf } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { FILES, png } from '#domain/chat/testing/files.js';
import { type Cloud, startCloud } from '#test/support/cloud.js';

/** This starts a whole server, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

const KEY = 'owner-key-of-the-test-server';
const LARGEST = 600_000;
type Json = Record<string, unknown>;

interface Seen {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** S3 that tells what clients asked it for. What the server itself asks is signed in a header; links are signed in themselves. */
class WatchedS3 {
  readonly #app = buildApp({ logger: false });
  readonly byLinks: Seen[] = [];
  url = '';

  async start(): Promise<void> {
    this.#app.addHook('onRequest', async ({ method, headers, query }) => {
      if ('X-Amz-Signature' in (query as Json)) this.byLinks.push({ method, headers });
    });
    // What fauxqs leaves out of a presigned request: the headers that it asks for.
    this.#app.addHook('onSend', async ({ query }, reply, payload) => {
      for (const [name, value] of Object.entries(query as Record<string, string>))
        if (name.startsWith('response-') && reply.statusCode < 300)
          reply.header(name.slice('response-'.length), value);
      return payload;
    });
    this.url = await this.#app.listen({ host: '127.0.0.1', port: 0 });
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }
}

describe('Files that go past us, on the container target', () => {
  const s3 = new WatchedS3();
  let cloud: Cloud;
  let server: RunningServer;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-files-'));
    [cloud] = await Promise.all([startCloud(), s3.start()]);
    const env = { PORT: '0', POSTHORN_API_KEY: KEY, POSTHORN_ROLES: 'api', POSTHORN_DATA_DIR: folder };
    const places = { ...cloud.env, S3_ENDPOINT: s3.url, S3_LINKS: 'true' };
    const log = new MemoryLog();
    server = await startServer({
      config: serverConfigOf(
        { ...env, ...places },
        { chat: { attachments: { largestBytes: LARGEST } } },
        folder,
      ),
      log,
      onFatal: (error) => log.error('test.fatal', { error }),
    });
  });
  beforeEach(() => void s3.byLinks.splice(0));
  afterAll(async () => {
    await server.stop();
    await Promise.all([cloud.close(), s3.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  const authorization = `Bearer ${KEY}`;
  const call = async (path: string, body: object, as = 'anna', more: Record<string, string> = {}) => {
    const answer = await fetch(`${server.url}/v1/${path}?as=${as}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', ...more },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Json };
  };
  const post = async (path: string, body: object): Promise<Json> => {
    const answer = await call(path, body);
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const uploaded = async (file: Uint8Array, name: string): Promise<Json> => {
    const answer = await fetch(`${server.url}/v1/attachments?as=anna`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/octet-stream', 'x-file-name': name },
      body: Buffer.from(file),
    });
    expect(answer.status).toBe(201);
    return (await answer.json()) as Json;
  };
  const download = (id: unknown, as = 'anna', redirect: 'follow' | 'manual' = 'follow') =>
    fetch(`${server.url}/v1/attachments/${String(id)}?as=${as}`, { headers: { authorization }, redirect });
  /** Asks for a link and puts a file there, as a client does. */
  const put = async (file: Uint8Array): Promise<string> => {
    const { id, method, url, headers } = await post('attachments/uploads', { bytes: file.byteLength });
    const init = { method: method as string, headers: headers as Record<string, string> };
    const answer = await fetch(url as string, { ...init, body: Buffer.from(file) });
    expect(answer.status).toBe(200);
    return id as string;
  };

  it('are had by following a link that holds for two minutes, as files to be saved', async () => {
    const { id } = await uploaded(FILES['text/plain']!, encodeURIComponent('Å „b“.txt'));
    const led = await download(id, 'anna', 'manual');
    expect(led.status).toBe(302);
    expect(led.headers.get('cache-control')).toBe('no-store');
    const link = new URL(led.headers.get('location')!);
    expect(link.origin).toBe(s3.url);
    expect(link.searchParams.get('X-Amz-Expires')).toBe('120');

    const file = await download(id);
    expect(Buffer.from(await file.arrayBuffer())).toEqual(Buffer.from(FILES['text/plain']!));
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': "attachment; filename*=UTF-8''%C3%85%20%E2%80%9Eb%E2%80%9C.txt",
      'cache-control': 'private, no-store',
    });
  });

  it('are asked for at the store without the key or token that they were asked for with', async () => {
    const { id } = await uploaded(png(), 'a.png');
    const { token } = await post('chat/tokens', { userId: 'anna' });
    for (const authorization of [`Bearer ${KEY}`, `Bearer ${String(token)}`]) {
      const answer = await fetch(`${server.url}/v1/attachments/${String(id)}`, {
        headers: { authorization },
      });
      expect(answer.status).toBe(authorization.endsWith(KEY) ? 422 : 200);
    }
    await download(id);
    await put(png());
    expect(s3.byLinks.map(({ method }) => method)).toEqual(['GET', 'GET', 'PUT']);
    for (const { headers } of s3.byLinks) {
      expect(headers.authorization).toBeUndefined();
      expect(JSON.stringify(headers)).not.toContain(KEY);
    }
  });

  it('lead nobody anywhere who may not have them', async () => {
    const { id } = await uploaded(png(), 'a.png');
    for (const answer of [
      await download(id, 'zoe', 'manual'),
      await download('att_nowhere', 'anna', 'manual'),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.headers.get('location')).toBeNull();
    }
    expect(s3.byLinks).toEqual([]);
  });

  it('are put into the store by their senders, and are attachments once they were judged', async () => {
    const id = await put(png(30, 20));
    expect(id).toMatch(/^upl_[0-9a-f]{32}$/);
    expect((await download(id, 'anna', 'manual')).status).toBe(404);
    const made = await post(`attachments/uploads/${id}/complete`, { name: '../Plan.png' });
    const about = {
      name: 'Plan.png',
      mediaType: 'image/png',
      bytes: png().byteLength,
      width: 30,
      height: 20,
    };
    expect(made).toMatchObject({ id: expect.stringMatching(/^att_/), ...about });
    const { id: talk } = await post('conversations', { kind: 'group', title: 'Talk', members: ['ben'] });
    const said = { text: '', clientMessageId: 'c1', attachments: [made['id']] };
    expect(await post(`conversations/${String(talk)}/messages`, said)).toMatchObject({
      attachments: [about],
    });
    const file = await download(made['id'], 'ben');
    expect(Buffer.from(await file.arrayBuffer())).toEqual(png(30, 20));
  });

  it.each([
    ['a page', Buffer.from('<!doctype html><script>x()</script>'), 'a.png', 415],
    ['an image bomb', png(20_000, 20_000), 'a.png', 422],
    ['a program by name', FILES['text/plain']!, 'a.exe', 415],
    ['a name of two lines', FILES['text/plain']!, 'a\r\nb', 422],
  ])('are refused as %s when they are to be completed', async (_, file, name, status) => {
    const id = await put(file);
    expect((await call(`attachments/uploads/${id}/complete`, { name })).status).toBe(status);
  });

  it('are no larger than what was announced and is allowed, even where the store took more', async () => {
    expect((await call('attachments/uploads', { bytes: LARGEST + 1 })).status).toBe(413);
    expect((await call('attachments/uploads', { bytes: 0 })).status).toBe(422);
    const { id, url } = await post('attachments/uploads', { bytes: 5 });
    expect(new URL(url as string).searchParams.get('X-Amz-SignedHeaders')).toContain('content-length');
    // The emulator does not look at what was signed.
    await fetch(url as string, { method: 'PUT', body: Buffer.alloc(LARGEST + 1, 'x') });
    expect((await call(`attachments/uploads/${String(id)}/complete`, { name: 'a.txt' })).status).toBe(413);
  });

  it('are not there before they have been put, nor under a name that we did not give', async () => {
    const { id } = await post('attachments/uploads', { bytes: 5 });
    const { id: attachment } = await uploaded(png(), 'a.png');
    for (const name of [id, `upl_${'0'.repeat(32)}`, attachment, 'upl_1', '..%2Fx']) {
      const answer = await call(`attachments/uploads/${String(name)}/complete`, { name: 'a.png' });
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });

  it('are what was judged, whatever is put by the same link later', async () => {
    const { id, url } = await post('attachments/uploads', { bytes: png().byteLength });
    await fetch(url as string, { method: 'PUT', body: png() });
    const made = await post(`attachments/uploads/${String(id)}/complete`, { name: 'a.png' });
    await fetch(url as string, { method: 'PUT', body: Buffer.from('<script>x()</script>') });
    const file = await download(made['id']);
    expect(Buffer.from(await file.arrayBuffer())).toEqual(png());
    expect((await call(`attachments/uploads/${String(id)}/complete`, { name: 'a.png' })).status).toBe(415);
  });

  it('are one attachment however often the same completion comes, and their link is told once', async () => {
    const key = { 'idempotency-key': 'k1' };
    const id = await put(png());
    const complete = () => call(`attachments/uploads/${id}/complete`, { name: 'a.png' }, 'anna', key);
    expect(await complete()).toEqual(await complete());
    const ask = () => call('attachments/uploads', { bytes: 5 }, 'anna', { 'idempotency-key': 'k2' });
    const first = await ask();
    expect(first.body['url']).toContain(String(first.body['id']));
    expect(await ask()).toEqual({ status: 201, body: { ...first.body, url: null } });
  });

  it('may be asked for by the page of the chat, which may ask for nothing else elsewhere', async () => {
    const { headers } = await fetch(`${server.url}/chat/`);
    expect(headers.get('content-security-policy')).toContain(`connect-src 'self' ${s3.url};`);
  });
});
