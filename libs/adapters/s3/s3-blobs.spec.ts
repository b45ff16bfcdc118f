import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { describeBlobLinksContract } from '#ports/system/blob-links.contract.js';
import { describeBlobsContract } from '#ports/system/blobs.contract.js';
import { S3BlobLinks } from './s3-blob-links.js';
import { S3Blobs } from './s3-blobs.js';
import { OneBucket } from './testing/one-bucket.js';

const bucket = OneBucket.forThisFile();
const MIB = 1024 * 1024;

describeBlobsContract('S3Blobs', () => new S3Blobs(bucket.fresh()));

describeBlobLinksContract('S3BlobLinks', async () => {
  const place = bucket.fresh();
  return { links: new S3BlobLinks(place, new DrivenClock()), blobs: new S3Blobs(place) };
});

async function bytesOf(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of bytes) all.push(chunk);
  return Buffer.concat(all);
}

describe('S3Blobs', () => {
  async function* pieces(whole: Buffer, size: number, breaks = false): AsyncIterable<Uint8Array> {
    for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
    if (breaks) throw new Error('connection lost');
  }
  const whole = Buffer.alloc(12 * MIB + 7, 'Åsa, ');

  it.each([5, 6, 7])('puts together what came in parts of %i MiB', async (size) => {
    const blobs = new S3Blobs(bucket.fresh(), size * MIB);
    expect(await blobs.put('imp_1', pieces(whole, 700_001))).toEqual({ bytes: whole.length });
    expect((await bytesOf(blobs.open('imp_1', 0))).equals(whole)).toBe(true);
    expect((await bytesOf(blobs.open('imp_1', 11 * MIB))).equals(whole.subarray(11 * MIB))).toBe(true);
  });

  it('leaves no part of a stream that broke off after some', async () => {
    const place = bucket.fresh();
    const blobs = new S3Blobs(place, 5 * MIB);
    let begun: object = {};
    bucket.client.middlewareStack.add(
      (next, { commandName }) =>
        async (asked) => {
          const answered = await next(asked);
          if (commandName === 'CreateMultipartUploadCommand') begun = answered.output;
          return answered;
        },
      { step: 'initialize', name: 'watch' },
    );
    await expect(blobs.put('imp_1', pieces(whole, MIB, true))).rejects.toThrow('connection lost');
    const { UploadId } = begun as { UploadId: string };
    const another = { Bucket: place.bucket, Key: `${place.prefix}imp_1`, UploadId, PartNumber: 2, Body: 'x' };
    await expect(bucket.client.send(new UploadPartCommand(another))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
  });

  it('takes no name that is not of ours', async () => {
    const blobs = new S3Blobs(bucket.fresh());
    await expect(blobs.remove('../imp_1')).rejects.toThrow('not the name of a blob');
  });

  describe('where the connection breaks in the middle of an object', () => {
    let server: Server;
    let client: S3Client;
    const asked: (string | undefined)[] = [];
    afterEach(async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      asked.length = 0;
    });
    /** Sends ten bytes of what is asked for, and hangs up unless that is the end. */
    const start = async (replaced = false): Promise<S3Blobs> => {
      const object = Buffer.from('0123456789abcdefghijklmno');
      server = createServer((request, response) => {
        const { range } = request.headers;
        asked.push(range);
        if (replaced && request.headers['if-match']) return void response.writeHead(412).end();
        const from = Number(/\d+/.exec(range ?? '0')?.[0]);
        response.writeHead(range ? 206 : 200, { 'content-length': object.length - from, etag: '"one"' });
        if (from + 10 >= object.length) response.end(object.subarray(from));
        else response.write(object.subarray(from, from + 10), () => setImmediate(() => response.destroy()));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      client = new S3Client({
        endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      });
      return new S3Blobs({ client, bucket: 'b' });
    };

    it('goes on from there', async () => {
      const blobs = await start();
      expect((await bytesOf(blobs.open('imp_1', 0))).toString()).toBe('0123456789abcdefghijklmno');
      expect(asked).toEqual([undefined, 'bytes=10-', 'bytes=20-']);
    });

    it('does not go on with another object that has come in its place', async () => {
      const blobs = await start(true);
      await expect(bytesOf(blobs.open('imp_1', 0))).rejects.toMatchObject({
        $metadata: { httpStatusCode: 412 },
      });
    });
  });
});

describe('S3BlobLinks', () => {
  it('sign the length and the time, and no more than S3 honours', async () => {
    const clock = new DrivenClock();
    const links = new S3BlobLinks(bucket.fresh(), clock);
    const { url, expiresAt } = await links.upload('att_1', { bytes: 5, forMs: 90_500 });
    const asked = new URL(url).searchParams;
    expect(asked.get('X-Amz-Expires')).toBe('90');
    expect(expiresAt).toBe(clock.now() + 90_000);
    expect(asked.get('X-Amz-SignedHeaders')).toContain('content-length');
    // A checksum in it would be that of nothing, for the bytes are not known here.
    expect([...asked.keys()].filter((name) => name.includes('checksum'))).toEqual([]);
    const long = await links.upload('att_1', { bytes: 5, forMs: 1e12 });
    expect(new URL(long.url).searchParams.get('X-Amz-Expires')).toBe('604800');
  });
});
