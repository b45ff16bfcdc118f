import type { ImageSize } from '#domain/chat/model/image-size.js';

export interface Preview extends ImageSize {
  /** Into a square of how many pixels it was to fit. */
  readonly size: number;
  /** WebP. */
  readonly bytes: Uint8Array;
}

export type Previewed =
  | { readonly kind: 'made'; readonly previews: readonly Preview[] }
  /** Nor will there ever be any of these bytes. */
  | { readonly kind: 'none'; readonly reason: 'unreadable' | 'too_large' | 'too_slow' }
  /** Nothing was found out about these bytes. */
  | { readonly kind: 'unavailable'; readonly reason: 'busy' | 'not_installed' | 'stopping' };

/**
 * Small pictures of images that strangers have sent.
 *
 * Guarantees
 * - `make` answers one WebP for each of the sizes, in their order: upright, of the first frame, in its proportions, never larger
 *   than the image, and without anything else that the file held (places, cameras, texts).
 * - Whatever the bytes are it answers, within a bounded time and a bounded amount of memory, and does not end the process: what is
 *   no PNG, JPEG, GIF or WebP, is torn, or would unpack to too much is `none`. It throws only what reading the bytes throws.
 * - One at a time; beyond a bounded number that wait it is `unavailable`, and then the bytes are not read.
 */
export interface ImagePreviews {
  make(bytes: AsyncIterable<Uint8Array>, sizes: readonly number[]): Promise<Previewed>;
}
export const ImagePreviews = Symbol('ImagePreviews');
