import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { imageSizeOf } from './image-size.js';
import { isHonest, type MediaType, mediaTypeOf } from './media-type.js';
import type { Attachment } from './message.js';

/** A file that somebody has uploaded, whether a message holds it yet or not. Its bytes are the blob of the same name. */
export interface Upload extends Attachment {
  readonly workspaceId: WorkspaceId;
  readonly uploaderId: string;
  readonly uploadedAt: Instant;
  /** No preview can be made of it. */
  readonly hasNoPreview?: true;
}

export interface UploadLimits {
  /** Bytes of one file. */
  readonly largest: number;
  /** Pixels of one image: unpacked it takes four bytes for each, whatever it takes as a file. */
  readonly mostPixels: number;
}
export const UploadLimits = Symbol('UploadLimits');
export const DEFAULT_UPLOAD_LIMITS: UploadLimits = { largest: 25 * 2 ** 20, mostPixels: 50_000_000 };

/** For so long a file waits for a message that holds it, milliseconds. */
export const UNHELD_FOR_MS = 24 * 3_600_000;

const LONGEST_NAME = 200;

/** What text is written in is known: what is not UTF-8 is not taken for a text. */
export function contentTypeOf({ mediaType }: Pick<Upload, 'mediaType'>): string {
  return mediaType === 'text/plain' ? `${mediaType}; charset=utf-8` : mediaType;
}

/**
 * A name as it may be shown, and be given to a file: without folders, without what turns the direction of writing.
 * @throws Refusal `validation_failed`
 */
export function fileName(asked: string): string {
  const name = asked.toWellFormed().normalize('NFC');

  if (/[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(name))
    throw new Refusal('validation_failed', 'The name of a file holds no line breaks or control characters.');
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  return clean === '' ? 'file' : shortened(clean);
}

function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  return name.slice(0, LONGEST_NAME - ending.length).toWellFormed() + ending;
}

/**
 * What a file is by the bytes of its beginning.
 * @throws Refusal `unsupported_media_type` for what may not be attached, or is not what its name says;
 *   `validation_failed` for an image that is too large unpacked
 */
export function judge(
  name: string,
  beginning: Uint8Array,
  { mostPixels }: UploadLimits,
): { readonly mediaType: MediaType; readonly width?: number; readonly height?: number } {
  const mediaType = mediaTypeOf(beginning);
  if (mediaType === undefined)
    throw new Refusal('unsupported_media_type', 'A file of this kind cannot be attached.');
  if (!isHonest(name, mediaType))
    throw new Refusal(
      'unsupported_media_type',
      `The file is not what its name says: by its bytes it is ${mediaType}.`,
    );
  const size = imageSizeOf(mediaType, beginning);
  if (size === 'unreadable')
    throw new Refusal('unsupported_media_type', 'The image does not say how large it is.');
  if (size && size.width * size.height > mostPixels)
    throw new Refusal('validation_failed', `An image has at most ${mostPixels} pixels.`);
  return { mediaType, ...size };
}
