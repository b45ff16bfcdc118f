import type { Instant } from '#domain/kernel/brand.js';

export interface UploadLink {
  readonly url: string;
  /** To be sent as they are with a `PUT` of exactly the announced number of bytes. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Instant;
}

/**
 * Ways to a blob that lead past us: a function may take and answer 6 MB, and files are larger.
 *
 * Guarantees: whoever has the address has the right, until it expires, to that one name and that one thing, and to no other.
 * `download` is answered as a file to be saved under `fileName`, never as a page; it looks nothing up, and leads nowhere if
 * nothing has the name. `upload` lets `bytes` bytes be put under a name, again too while it holds: whoever takes them over reads
 * them from `Blobs` and judges them there, as of any upload, and looks how many they are.
 * `origin` is where all of them lead: what a page of ours has to allow its scripts to ask.
 */
export interface BlobLinks {
  origin(): Promise<string>;
  download(
    name: string,
    as: { readonly fileName: string; readonly mediaType: string; readonly forMs: number },
  ): Promise<string>;
  upload(name: string, of: { readonly bytes: number; readonly forMs: number }): Promise<UploadLink>;
}
export const BlobLinks = Symbol('BlobLinks');
