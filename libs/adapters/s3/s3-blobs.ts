import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Instant } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Blobs } from '#ports/system/blobs.js';
import { codeOf } from './s3-errors.js';

const NAME = /^[a-z0-9_]{1,64}$/;
/** S3 takes parts from 5 MiB, 10,000 at most: 80 GB. Held in memory while it is sent, one for each upload. */
const PART_BYTES = 8 * 1024 * 1024;
/** Reads in a row that broke off without a byte. */
const MOST_FRUITLESS = 3;

export interface S3Place {
  readonly client: S3Client;
  readonly bucket: string;
  /** Before each name: empty, or ends with `/`. */
  readonly prefix?: string;
}

/**
 * One object a blob. What has a single part is one `PutObject`; what has more is a multipart upload, of which nothing is there
 * until it is completed. Of an upload whose process died nobody hears, and its parts are swept by the bucket's own rule
 * (`AbortIncompleteMultipartUpload`), which whoever makes the bucket has to set.
 *
 * The client's retries are the only ones: each part is whole in memory and may be sent again.
 */
export class S3Blobs implements Blobs {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #partBytes: number;

  constructor({ client, bucket, prefix = '' }: S3Place, partBytes = PART_BYTES) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#partBytes = partBytes;
  }

  async put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<{ bytes: number }> {
    const place = this.#placeOf(name);
    const parts = partsOf(bytes, this.#partBytes);
    const first = await parts.next();
    const body = first.value ?? Buffer.alloc(0);
    if (first.done || body.byteLength < this.#partBytes) {
      await this.#client.send(new PutObjectCommand({ ...place, Body: body }));
      return { bytes: body.byteLength };
    }
    return this.#putInParts(place, body, parts);
  }

  /** Taken up again where it broke off, as long as it is the same object: a reader may take minutes over it. */
  async *open(name: string, offset: number): AsyncIterable<Uint8Array> {
    const place = this.#placeOf(name);
    let at = offset;
    let etag: string | undefined;
    for (let fruitless = 0; ;) {
      const opened = await this.#openAt(place, at, etag);
      if (!opened) return;
      etag = opened.etag;
      const before = at;
      try {
        for await (const chunk of opened.body) {
          at += chunk.byteLength;
          yield chunk;
        }
        return;
      } catch (error) {
        fruitless = at > before ? 0 : fruitless + 1;
        if (fruitless >= MOST_FRUITLESS) throw error;
      }
    }
  }

  async remove(name: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#placeOf(name)));
  }

  async *storedBefore(at: Instant): AsyncIterable<string> {
    let after: string | undefined;
    do {
      const page = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: this.#prefix,
          ...(after !== undefined && { ContinuationToken: after }),
        }),
      );
      for (const { Key = '', LastModified } of page.Contents ?? []) {
        const name = Key.slice(this.#prefix.length);
        if (NAME.test(name) && LastModified && LastModified.getTime() < at) yield name;
      }
      after = page.NextContinuationToken;
    } while (after !== undefined);
  }

  async #putInParts(
    place: { readonly Bucket: string; readonly Key: string },
    first: Buffer,
    others: AsyncGenerator<Buffer, undefined>,
  ): Promise<{ bytes: number }> {
    const { UploadId } = await this.#client.send(new CreateMultipartUploadCommand(place));
    const upload = { ...place, UploadId };
    try {
      const Parts: CompletedPart[] = [];
      let length = 0;
      for (let part: Buffer | undefined = first; part; part = (await others.next()).value) {
        const PartNumber = Parts.length + 1;
        const { ETag } = await this.#client.send(
          new UploadPartCommand({ ...upload, PartNumber, Body: part }),
        );
        Parts.push({ PartNumber, ETag });
        length += part.byteLength;
      }
      await this.#client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
      return { bytes: length };
    } catch (error) {
      // Nobody will be told of it. Should even this fail, the bucket's rule sweeps the parts.
      await this.#client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  }

  /** Undefined at the end of it. */
  async #openAt(
    place: { readonly Bucket: string; readonly Key: string },
    at: number,
    etag: string | undefined,
  ): Promise<{ readonly body: AsyncIterable<Uint8Array>; readonly etag: string | undefined } | undefined> {
    try {
      const { Body, ETag } = await this.#client.send(
        new GetObjectCommand({
          ...place,
          ...(at > 0 && { Range: `bytes=${at}-` }),
          ...(etag !== undefined && { IfMatch: etag }),
        }),
      );
      // In Node it is a stream.
      return Body && { body: Body as unknown as AsyncIterable<Uint8Array>, etag: ETag };
    } catch (error) {
      const code = codeOf(error);
      if (code === 'InvalidRange') return undefined;
      if (code === 'NoSuchKey' || code === 'NotFound')
        throw new Refusal('not_found', 'The stored file is gone.');
      throw error;
    }
  }

  #placeOf(name: string): { readonly Bucket: string; readonly Key: string } {
    if (!NAME.test(name)) throw new Error('That is not the name of a blob.');
    return { Bucket: this.#bucket, Key: this.#prefix + name };
  }
}

/** Each of `size` bytes but the last. */
async function* partsOf(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer, undefined> {
  let chunks: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of bytes) {
    let rest = chunk;
    while (held + rest.byteLength >= size) {
      const fitting = size - held;
      yield Buffer.concat([...chunks, rest.subarray(0, fitting)]);
      rest = rest.subarray(fitting);
      chunks = [];
      held = 0;
    }
    if (rest.byteLength === 0) continue;
    chunks.push(rest);
    held += rest.byteLength;
  }
  if (held > 0) yield Buffer.concat(chunks);
  return undefined;
}
