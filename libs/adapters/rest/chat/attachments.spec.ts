import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Provider } from '@nestjs/common';
import { serverConfigOf } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryBlobs } from '#adapters/memory/system/memory-blobs.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { FILES, png } from '#domain/chat/testing/files.js';
import { Blobs } from '#ports/system/blobs.js';

const KEY = 'owner-key-of-the-test-server';
const LARGEST = 600_000;
const HOUR = 3_600_000;
const PATIENCE_MS = 10_000;
type Json = Record<string, unknown>;

/** Tells what it is taking. */
class WatchedBlobs extends MemoryBlobs {
  readonly under = new Set<string>();

  override put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ bytes: number }> {
    this.under.add(name);
    return super.put(name, bytes).finally(() => this.under.delete(name));
  }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('It never came to that.');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('Attachments over REST', () => {
  let server: RunningServer;
  let clock: DrivenClock;
  let blobs: WatchedBlobs;
  beforeEach(async () => {
    clock = new DrivenClock();
    blobs = new WatchedBlobs(clock);
    const env = { PORT: '0', POSTHORN_API_KEY: KEY, POSTHORN_TARGET: 'test' };
    server = await startServer({
      config: serverConfigOf(env, { chat: { attachments: { largestBytes: LARGEST } } }, '/nowhere'),
      log: new MemoryLog(),
      onFatal: (error: Error) => {
        throw error;
      },
      openTarget: async (setting) => {
        const target = await openTestTarget(clock)(setting);
        const isBlobs = (one: Provider): boolean => 'useValue' in one && one.provide === Blobs;
        const providers = target.providers.map((one) =>
          isBlobs(one) ? { provide: Blobs, useValue: blobs } : one,
        );
        return { ...target, providers };
      },
    });
  });
  afterEach(() => server.stop());

  const authorization = `Bearer ${KEY}`;
  const post = async (path: string, body: object): Promise<Json> => {
    const headers = { authorization, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(`${server.url}/v1/${path}?as=anna`, init);
    expect(answer.status).toBeLessThan(300);
    return (await answer.json()) as Json;
  };
  const upload = async (file: Uint8Array, name = 'a.png', headers: Record<string, string> = {}) => {
    const answer = await fetch(`${server.url}/v1/attachments?as=anna`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/octet-stream', 'x-file-name': name, ...headers },
      body: Buffer.from(file),
    });
    const { status } = answer;
    return { status, location: answer.headers.get('location'), body: (await answer.json()) as Json };
  };
  const download = (id: unknown, as = 'anna') =>
    fetch(`${server.url}/v1/attachments/${String(id)}?as=${as}`, { headers: { authorization } });
  const stored = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const name of blobs.storedBefore(Infinity)) names.push(name);
    return names;
  };

  it('are taken, held by a message, and given to its members only', async () => {
    const { status, location, body } = await upload(
      png(30, 20),
      encodeURIComponent('Plan "1" für ’s Büro.png'),
    );
    expect({ status, location }).toEqual({ status: 201, location: `/v1/attachments/${String(body['id'])}` });
    const name = 'Plan _1_ für ’s Büro.png';
    const about = {
      id: body['id'],
      name,
      mediaType: 'image/png',
      bytes: png().byteLength,
      width: 30,
      height: 20,
    };
    expect(body).toEqual(about);
    expect((await download(body['id'], 'ben')).status).toBe(404);

    const { id } = await post('conversations', { kind: 'group', title: 'Talk', members: ['ben'] });
    const said = { text: '', clientMessageId: 'c1', attachments: [body['id']] };
    expect(await post(`conversations/${String(id)}/messages`, said)).toMatchObject({ attachments: [about] });
    const file = await download(body['id'], 'ben');
    expect(Buffer.from(await file.arrayBuffer())).toEqual(png(30, 20));
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(png().byteLength),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      'content-disposition':
        `attachment; filename="Plan _1_ f_r _s B_ro.png"; ` +
        `filename*=UTF-8''Plan%20_1_%20f%C3%BCr%20%E2%80%99s%20B%C3%BCro.png`,
      'cache-control': 'no-store',
    });
    const { instance: _one, ...hidden } = (await (await download(body['id'], 'zoe')).json()) as Json;
    const { instance: _other, ...missing } = (await (await download('att_nowhere')).json()) as Json;
    expect(hidden).toEqual(missing);
    expect(hidden).toMatchObject({ status: 404, code: 'not_found' });
  });

  it.each([
    ['a picture that is a page', Buffer.from('<!doctype html><script>x()</script>'), 'a.png', 415],
    ['a picture that is SVG', Buffer.from('<svg xmlns="x" onload="x()"/>'), 'a.png', 415],
    ['a picture by name only', Buffer.from('hello'), 'a.png', 415],
    ['a page by name', Buffer.from('hello'), 'a.html', 415],
    ['nothing', Buffer.alloc(0), 'a.txt', 422],
    ['an image bomb', png(20_000, 20_000), 'a.png', 422],
    ['a name of two lines', FILES['text/plain']!, '..%2Fx%0D%0AA%3A%201', 422],
    ['half an escape in its name', FILES['text/plain']!, 'a%', 422],
    ['what is too large', Buffer.alloc(LARGEST + 1, 'x'), 'a.txt', 413],
  ])('are refused as %s, and nothing of them is kept', async (_, file, name, status) => {
    expect((await upload(file, name)).status).toBe(status);
    expect(await stored()).toEqual([]);
  });

  it('are taken as application/octet-stream, and up to what is allowed', async () => {
    expect(await upload(png(), 'a.png', { 'content-type': 'image/png' })).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
    expect((await upload(Buffer.alloc(LARGEST, 'x'), 'a.txt')).status).toBe(201);
  });

  it('are one however often the same request comes', async () => {
    const first = await upload(png(), 'a.png', { 'idempotency-key': 'k1' });
    expect(await upload(png(), 'a.png', { 'idempotency-key': 'k1' })).toEqual(first);
    expect(await stored()).toEqual([first.body['id']]);
  });

  it('that break off in the middle leave nothing', async () => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1').resume();
    await once(socket, 'connect');
    const head = ['POST /v1/attachments?as=anna HTTP/1.1', 'host: x', `authorization: ${authorization}`];
    head.push('content-type: application/octet-stream', 'content-length: 600000');
    // More than is looked at before the rest is stored.
    socket.write(`${head.join('\r\n')}\r\n\r\n${'x'.repeat(590_000)}`);
    await until(() => blobs.under.size > 0);
    socket.destroy();
    await until(() => blobs.under.size === 0);
    expect(await stored()).toEqual([]);
    const { status, body } = await upload(png());
    expect(status).toBe(201);
    expect(await stored()).toEqual([body['id']]);
  });

  it('that no message holds are gone after a day', async () => {
    const { body } = await upload(png());
    await clock.advance(25 * HOUR);
    expect(await stored()).toEqual([]);
    expect((await download(body['id'])).status).toBe(404);
  });
});
