import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { BlobLinks, UploadLink } from '#ports/system/blob-links.js';
import type { Clock } from '#ports/system/clock.js';
import type { S3Place } from './s3-blobs.js';

/** The longest that S3 honours a signature. */
const LONGEST_SECONDS = 7 * 24 * 3600;

/**
 * Presigned requests. They are signed here, S3 is not asked; they end sooner than said when the credentials that signed them do,
 * which for a function's role is some hours.
 */
export class S3BlobLinks implements BlobLinks {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #clock: Pick<Clock, 'now'>;

  constructor({ client, bucket, prefix = '' }: S3Place, clock: Pick<Clock, 'now'>) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#clock = clock;
  }

  /** The bucket's own host, or that of the endpoint: as the client addresses it. */
  async origin(): Promise<string> {
    const command = new GetObjectCommand(this.#placeOf('origin'));
    return new URL(await getSignedUrl(this.#client, command, { expiresIn: 1 })).origin;
  }

  download(
    name: string,
    { fileName, mediaType, forMs }: { fileName: string; mediaType: string; forMs: number },
  ): Promise<string> {
    const command = new GetObjectCommand({
      ...this.#placeOf(name),
      ResponseContentType: mediaType,
      ResponseContentDisposition: `attachment; filename*=UTF-8''${encoded(fileName)}`,
      ResponseCacheControl: 'private, no-store',
    });
    return getSignedUrl(this.#client, command, { expiresIn: secondsOf(forMs) });
  }

  /** The length is signed: S3 refuses any other. */
  async upload(
    name: string,
    { bytes, forMs }: { readonly bytes: number; readonly forMs: number },
  ): Promise<UploadLink> {
    const expiresIn = secondsOf(forMs);
    const expiresAt = this.#clock.now() + expiresIn * 1000;
    const command = new PutObjectCommand({ ...this.#placeOf(name), ContentLength: bytes });
    // The SDK would sign the checksum of the body that it is given, which is none: S3 then refuses every other.
    command.middlewareStack.add(
      (next) => (asked) => {
        dropChecksums(asked.request as { headers: Record<string, string> });
        return next(asked);
      },
      { step: 'build', priority: 'low', name: 'withoutChecksums' },
    );
    const url = await getSignedUrl(this.#client, command, {
      expiresIn,
      signableHeaders: new Set(['host', 'content-length']),
    });
    return { url, headers: {}, expiresAt };
  }

  #placeOf(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + name };
  }
}

function dropChecksums({ headers }: { readonly headers: Record<string, string> }): void {
  for (const name of Object.keys(headers)) if (/^x-amz-(sdk-)?checksum-/.test(name)) delete headers[name];
}

function secondsOf(ms: number): number {
  return Math.min(LONGEST_SECONDS, Math.max(1, Math.floor(ms / 1000)));
}

/** As RFC 8187 wants it: what `encodeURIComponent` leaves and a header may not hold. */
function encoded(fileName: string): string {
  return encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
