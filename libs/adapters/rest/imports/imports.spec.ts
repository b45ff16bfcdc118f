import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Provider } from '@nestjs/common';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryBlobs } from '#adapters/memory/system/memory-blobs.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { Imports } from '#ports/campaign/imports.js';
import { Blobs } from '#ports/system/blobs.js';

const KEY = 'owner-key-of-the-test-server';
const PATIENCE_MS = 10_000;
type Json = Record<string, unknown>;

/** Takes so many bytes and no more, and tells what it is taking. */
class SmallDisk extends MemoryBlobs {
  room = Infinity;
  readonly under = new Set<string>();

  override async put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ bytes: number }> {
    this.under.add(name);
    return super.put(name, this.#fitting(bytes)).finally(() => this.under.delete(name));
  }

  async *#fitting(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    let taken = 0;
    for await (const chunk of bytes) {
      taken += chunk.byteLength;
      if (taken > this.room) throw new Refusal('storage_full', 'There is no room for the file.');
      yield chunk;
    }
  }
}

describe('Imports over REST', () => {
  let server: RunningServer;
  let clock: DrivenClock;
  let disk: SmallDisk;
  beforeEach(async () => {
    clock = new DrivenClock();
    disk = new SmallDisk(clock);
    server = await startServer({
      config: await readServerConfig(
        { PORT: '0', POSTHORN_API_KEY: KEY, POSTHORN_TARGET: 'test' },
        '/nowhere',
      ),
      log: new MemoryLog(),
      onFatal: (error: Error) => {
        throw error;
      },
      openTarget: async (setting) => {
        const target = await openTestTarget(clock)(setting);
        return {
          ...target,
          providers: target.providers.map((one) => (isBlobs(one) ? { ...one, useValue: disk } : one)),
        };
      },
    });
  });
  afterEach(() => server.stop());

  const ask = async (
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; body: Json; headers: Headers }> => {
    const headers = { authorization: `Bearer ${KEY}`, ...(init.headers as Record<string, string>) };
    const answer = await fetch(server.url + path, { ...init, headers });
    return { status: answer.status, body: (await answer.json()) as Json, headers: answer.headers };
  };
  const upload = (file: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, query = '') =>
    ask(`/v1/subscribers/import${query}`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', ...headers },
      body: file,
    });
  const settled = async (path: string): Promise<Json> => {
    for (;;) {
      const { body } = await ask(path);
      if (body['status'] === 'finished' || body['status'] === 'failed') return body;
      await clock.advance(1000);
    }
  };
  const newList = async (): Promise<string> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"All"}' };
    return String((await ask('/v1/lists', init)).body['id']);
  };
  const filesLeft = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const name of disk.storedBefore(Infinity)) names.push(name);
    return names;
  };
  const nothingIsLeft = async (): Promise<void> => {
    expect(await filesLeft()).toEqual([]);
    expect(await server.app.get<Imports>(Imports).unfinished()).toBeUndefined();
  };

  it('take a file, say where to ask for it, and tell in the end what became of every row', async () => {
    const listId = await newList();
    const { status, body, headers } = await upload(
      'email,name\nann@example.com,"Ann, ""A"""\nnobody,x\nbob@example.com,Bób\nANN@example.com,\n',
      {},
      `?listId=${listId}`,
    );
    expect(status).toBe(202);
    const path = `/v1/imports/${String(body['id'])}`;
    expect(headers.get('location')).toBe(path);
    expect(await settled(path)).toMatchObject({
      status: 'finished',
      rows: 4,
      created: 2,
      updated: 1,
      rejected: 1,
      progress: 1,
      reason: null,
      errorsUrl: `${path}/errors`,
    });
    const errors = await fetch(`${server.url}${path}/errors`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(errors.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(await errors.text()).toBe(
      'line,code,detail\r\n3,invalid_address,"An address is written local-part@domain."\r\n',
    );
    expect((await ask(`/v1/subscribers?listId=${listId}`)).body['data']).toMatchObject([
      { email: 'ann@example.com', name: 'Ann, "A"' },
      { email: 'bob@example.com', name: 'Bób' },
    ]);
  });

  it('take a file that is gzipped on its way', async () => {
    const { body } = await upload(gzipSync('email\nann@example.com\n'), { 'content-encoding': 'gzip' });
    expect(await settled(`/v1/imports/${String(body['id'])}`)).toMatchObject({
      status: 'finished',
      created: 1,
    });
  });

  it('say of a file that is no CSV of people why', async () => {
    const { body } = await upload('name\nAnn\n');
    expect(await settled(`/v1/imports/${String(body['id'])}`)).toMatchObject({
      status: 'failed',
      reason: 'The header has no column called email.',
    });
  });

  it.each([
    ['an empty file', '', 'text/csv', '', 422, 'validation_failed'],
    ['another type', '{}', 'application/json', '', 415, 'unsupported_media_type'],
    [
      'a list that is not there',
      'email\n',
      'text/csv',
      '?listId=lst_01m7y8vtsc9t55ew144p5043tn',
      404,
      'not_found',
    ],
    ['an unknown parameter', 'email\n', 'text/csv', '?list=1', 422, 'validation_failed'],
  ])('refuse %s, and keep nothing of it', async (_, file, type, query, status, code) => {
    expect(await upload(file, { 'content-type': type }, query)).toMatchObject({ status, body: { code } });
    await nothingIsLeft();
  });

  describe('on a full disk', () => {
    const large = `email\n${'ann@example.com\n'.repeat(500_000)}`;

    it('answer 503 storage_full while the file is still coming, and keep nothing of it', async () => {
      disk.room = 1_000_000;
      const { status, body, headers } = await upload(large);
      expect([status, body['code']]).toEqual([503, 'storage_full']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      await nothingIsLeft();
    });

    it('take the same request when there is room again', async () => {
      const once = { 'idempotency-key': 'upload-1' };
      disk.room = 10;
      expect(await upload('email\nann@example.com\n', once)).toMatchObject({ status: 503 });
      disk.room = Infinity;
      const { status, body } = await upload('email\nann@example.com\n', once);
      expect(status).toBe(202);
      expect(await settled(`/v1/imports/${String(body['id'])}`)).toMatchObject({
        status: 'finished',
        created: 1,
      });
    });
  });

  describe('whose upload breaks off in the middle', () => {
    const plain = Buffer.from(`email\n${'ann@example.com\n'.repeat(10_000)}`);
    const whole = { plain, gzip: gzipSync(plain) };

    it.each([
      ['of a known length', 'plain', 'content-length'],
      ['in chunks', 'plain', 'transfer-encoding'],
      ['gzipped', 'gzip', 'content-length'],
    ] as const)('%s are not made, and are made when the request comes again', async (_, coding, framing) => {
      const file = whole[coding];
      const socket = await request(coding, framing);
      socket.write(inFrame(framing, file.subarray(0, -10)));
      await until(() => disk.under.size > 0);
      socket.destroy();
      await until(() => disk.under.size === 0);
      await nothingIsLeft();

      const again = await request(coding, framing);
      again.write(inFrame(framing, file));
      if (framing === 'transfer-encoding') again.write('0\r\n\r\n');
      const [answer] = (await once(again, 'data')) as [Buffer];
      again.destroy();
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 202 /);
      expect(await filesLeft()).toHaveLength(1);
    });

    /** The headers of a whole file. */
    async function request(coding: keyof typeof whole, framing: string): Promise<Socket> {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      await once(socket, 'connect');
      const lines = [
        'POST /v1/subscribers/import HTTP/1.1',
        'host: posthorn',
        `authorization: Bearer ${KEY}`,
        'content-type: text/csv',
        'idempotency-key: broken-1',
        ...(coding === 'gzip' ? ['content-encoding: gzip'] : []),
        framing === 'transfer-encoding'
          ? 'transfer-encoding: chunked'
          : `content-length: ${whole[coding].length}`,
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      return socket;
    }

    function inFrame(framing: string, bytes: Buffer): Buffer {
      if (framing !== 'transfer-encoding') return bytes;
      return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
    }
  });

  it('answer 404 to an id that is nobody’s, or another workspace’s: it is the same question', async () => {
    const id = 'imp_01m7y8vtsc9t55ew144p5043tn';
    expect(await ask(`/v1/imports/${id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await ask(`/v1/imports/${id}/errors`)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

function isBlobs(provider: Provider): provider is { provide: symbol; useValue: Blobs } {
  return 'useValue' in provider && provider.provide === Blobs;
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('It never came to that.');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
