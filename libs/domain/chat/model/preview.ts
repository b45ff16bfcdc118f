import type { ImageSize } from './image-size.js';

/** Small pictures are made of images, each of which fits into a square of so many pixels. */
export const PREVIEW_SIZES = [320, 1280] as const;
export type PreviewSize = (typeof PREVIEW_SIZES)[number];

/** How large the largest is. None: of these bytes none can be made, now or later. */
export type PreviewFound = ImageSize | 'none';

export function mayHavePreview({ mediaType }: { readonly mediaType: string }): boolean {
  return mediaType.startsWith('image/');
}

/** The blob of one. */
export function previewName(attachmentId: string, size: PreviewSize): string {
  return `${attachmentId}_${size}`;
}

/** Every blob of an attachment, the file itself last: while that is there somebody may ask for the others. */
export function blobsOf(attachmentId: string): readonly string[] {
  return [...PREVIEW_SIZES.map((size) => previewName(attachmentId, size)), attachmentId];
}

/** Whose blob it is; undefined if it is no attachment's. */
export function attachmentOf(blob: string): string | undefined {
  return /^(att_[a-z0-9]+)(_\d+)?$/.exec(blob)?.[1];
}
