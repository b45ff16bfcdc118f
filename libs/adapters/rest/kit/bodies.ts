import { createHash } from 'node:crypto';
import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '#domain/kernel/refusal.js';
import { parseForm } from './form-text.js';
import { parseJson } from './json-text.js';
import type { BodyKind } from './route.js';

type Done = (error: Error | null, body?: unknown) => void;

/** How much larger than it came a body of any size may get: 1,032 times is the most that gzip can do. */
const MOST_GROWTH = 100;

/**
 * How bodies come in. Fastify's own parsers are replaced by ours: what a path takes is said by `@Takes(…)`, and
 * anything else is a 415.
 *
 * `Content-Encoding: gzip` is taken everywhere, decompressed as it streams in: a bomb is refused (413) as soon as
 * what came out of it passes the limit, so it costs what an honest body of that size costs. Where a body may have any
 * size (an import) it is one that grows a hundredfold: people's names and addresses shrink to a fifth, not to a
 * hundredth. Other codings are a 415.
 */
export function takeBodies(server: FastifyInstance, { bodyTimeoutMs }: { bodyTimeoutMs: number }): void {
  server.removeAllContentTypeParsers();
  server.addHook('preParsing', (request, _reply, payload, done) => {
    try {
      if (hasBody(request) && !isStreamed(request)) breakOffAfter(bodyTimeoutMs, request);
      done(null, decoded(request, payload as Readable));
    } catch (error) {
      done(error as Error);
    }
  });
  server.addContentTypeParser('text/csv', (request: FastifyRequest, payload: unknown, done: Done) => {
    if (kindOf(request) === 'csv') done(null, payload);
    else done(wrongType(request));
  });
  server.addContentTypeParser(
    'application/octet-stream',
    (request: FastifyRequest, payload: unknown, done: Done) => {
      if (kindOf(request) === 'file') return done(null, payload);
      if (kindOf(request) !== 'raw') return done(wrongType(request));
      collect(payload as Readable, request.routeOptions.bodyLimit).then(
        (bytes) => done(null, taken(request, bytes, 'raw')),
        (error: unknown) => done(error as Error),
      );
    },
  );
  const buffered: readonly (readonly [string, BodyKind])[] = [
    ['application/json', 'json'],
    ['application/x-www-form-urlencoded', 'form'],
    ['multipart/form-data', 'form'],
    ['*', 'raw'],
  ];
  for (const [type, kind] of buffered) {
    server.addContentTypeParser(
      type,
      { parseAs: 'buffer' },
      (request: FastifyRequest, bytes: Buffer, done: Done) => done(null, taken(request, bytes, kind)),
    );
  }
}

function kindOf(request: FastifyRequest): BodyKind {
  return request.routeOptions.config.takes ?? 'json';
}

function isStreamed(request: FastifyRequest): boolean {
  return kindOf(request) === 'csv' || kindOf(request) === 'file';
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** The body as the path takes it. @throws Refusal `unsupported_media_type` where it takes another kind */
function taken(request: FastifyRequest, bytes: Buffer, kind: BodyKind): unknown {
  const wanted = kindOf(request);
  if (request.headers['idempotency-key'] !== undefined) {
    request.bodyHash = createHash('sha256').update(bytes).digest();
  }
  if (wanted === 'raw') return bytes;
  if (wanted !== kind) throw wrongType(request);
  const contentType = request.headers['content-type'] ?? '';
  return kind === 'json' ? parseJson(bytes) : parseForm(bytes, contentType);
}

async function collect(payload: Readable, limit: number): Promise<Buffer> {
  const bounded = pipeline(payload, new BoundedBytes(() => limit), () => {});
  return Buffer.concat(await bounded.toArray());
}

function wrongType(request: FastifyRequest): Refusal {
  const types = {
    json: 'application/json',
    csv: 'text/csv',
    file: 'application/octet-stream',
    form: 'application/x-www-form-urlencoded',
    raw: 'any',
  };
  return new Refusal('unsupported_media_type', `This path takes a body of type ${types[kindOf(request)]}.`);
}

function decoded(request: FastifyRequest, payload: Readable): Readable {
  const coding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (coding === 'identity') return payload;
  if (coding !== 'gzip')
    throw new Refusal('unsupported_media_type', 'Content-Encoding may be gzip or identity.');
  const encoded = new BoundedBytes(() => Infinity);
  const { bodyLimit } = request.routeOptions;
  const limit = (): number =>
    isStreamed(request) ? Math.max(bodyLimit, encoded.count * MOST_GROWTH) : bodyLimit;
  const plain = new BoundedBytes(limit);
  // Fastify compares Content-Length with this, not with what came out.
  Object.defineProperty(plain, 'receivedEncodedLength', { get: () => encoded.count });
  // Whoever reads `plain` is told of errors anywhere in the chain; there is nobody else to tell.
  pipeline(payload, encoded, createGunzip(), plain, () => {});
  return plain;
}

/** Counts what passes and fails beyond its limit, which stops the decompression behind it. */
class BoundedBytes extends Transform {
  count = 0;
  readonly #limit: () => number;

  constructor(limit: () => number) {
    super();
    this.#limit = limit;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.count += chunk.length;
    if (this.count > this.#limit())
      done(new Refusal('body_too_large', 'The body is larger than this server accepts.'));
    else done(null, chunk);
  }
}

/** A body that is read into memory must be there in time, or somebody could hold a thousand of them half sent. */
function breakOffAfter(ms: number, { raw }: FastifyRequest): void {
  const timer = setTimeout(() => raw.destroy(), ms).unref();
  const stop = (): void => clearTimeout(timer);
  raw.once('end', stop).once('close', stop);
}
