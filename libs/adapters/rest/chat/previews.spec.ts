import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Provider } from '@nestjs/common';
import { serverConfigOf } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SharpPreviews } from '#adapters/sharp/sharp-previews.js';
import { png } from '#domain/chat/testing/files.js';
import { realPng } from '#domain/chat/testing/pictures.js';
import { ImagePreviews } from '#ports/chat/image-previews.js';

const KEY = 'owner-key-of-the-test-server';
type Json = Record<string, unknown>;

describe('Previews over REST', () => {
  let server: RunningServer;
  const previews = new SharpPreviews(new MemoryLog());
  beforeAll(async () => {
    server = await startServer({
      config: serverConfigOf({ PORT: '0', POSTHORN_API_KEY: KEY, POSTHORN_TARGET: 'test' }, {}, '/nowhere'),
      log: new MemoryLog(),
      onFatal: (error: Error) => {
        throw error;
      },
      openTarget: async (setting) => {
        const target = await openTestTarget(new DrivenClock())(setting);
        const isOurs = (one: Provider): boolean => 'useValue' in one && one.provide === ImagePreviews;
        const providers = target.providers.map((one) =>
          isOurs(one) ? { provide: ImagePreviews, useValue: previews } : one,
        );
        return { ...target, providers };
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    await previews.close();
  });

  const authorization = `Bearer ${KEY}`;
  const upload = async (file: Uint8Array): Promise<Json> => {
    const answer = await fetch(`${server.url}/v1/attachments?as=anna`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/octet-stream', 'x-file-name': 'a.png' },
      body: Buffer.from(file),
    });
    expect(answer.status).toBe(201);
    return (await answer.json()) as Json;
  };
  const preview = (id: unknown, query: string) =>
    fetch(`${server.url}/v1/attachments/${String(id)}/preview?${query}`, { headers: { authorization } });

  it('are given to who may have the file, and to be shown', async () => {
    const { id, preview: about } = await upload(realPng(640, 320));
    expect(about).toEqual({ width: 640, height: 320 });
    const [small, large] = [await preview(id, 'as=anna'), await preview(id, 'as=anna&size=1280')];
    expect(small.status).toBe(200);
    expect(Object.fromEntries(small.headers)).toMatchObject({
      'content-type': 'image/webp',
      'content-disposition': 'inline; filename="preview.webp"',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'private, max-age=31536000, immutable',
    });
    const bytes = await small.bytes();
    expect(small.headers.get('content-length')).toBe(String(bytes.byteLength));
    expect((await large.bytes()).byteLength).toBeGreaterThan(bytes.byteLength);

    const { status, headers } = await preview(id, 'as=zoe');
    expect([status, headers.get('cache-control')]).toEqual([404, 'no-store']);
  });

  it('are shown with the message that holds the image', async () => {
    const { id } = await upload(realPng(30, 20));
    const post = async (path: string, body: object): Promise<Json> => {
      const headers = { authorization, 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      return (await (await fetch(`${server.url}/v1/${path}?as=anna`, init)).json()) as Json;
    };
    const group = await post('conversations', { kind: 'direct', with: 'ben' });
    const message = await post(`conversations/${String(group['id'])}/messages`, {
      text: '',
      attachments: [id],
    });
    expect(message).toMatchObject({ attachments: [{ id, preview: { width: 30, height: 20 } }] });
    expect((await preview(id, 'as=ben')).status).toBe(200);
  });

  it('are not there of an image that is torn, which is taken all the same', async () => {
    const torn = await upload(png(30, 20));
    expect(torn).not.toHaveProperty('preview');
    expect((await preview(torn['id'], 'as=anna')).status).toBe(404);
    const file = await fetch(`${server.url}/v1/attachments/${String(torn['id'])}?as=anna`, {
      headers: { authorization },
    });
    expect(file.status).toBe(200);
  });

  it('come in two sizes, and no other', async () => {
    const { id } = await upload(realPng(30, 20));
    expect((await preview(id, 'as=anna&size=9999')).status).toBe(422);
  });
});
