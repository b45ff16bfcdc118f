import type { MediaType } from './media-type.js';

/** Pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Bytes of an image's beginning in which its size has to stand. Before it a camera may have put a preview and colours. */
export const IMAGE_HEADER_BYTES = 512 * 1024;

/**
 * The size that an image says it has, from the bytes of its beginning: nothing is unpacked. Undefined of what is no image.
 * @returns `unreadable` if it does not say
 */
export function imageSizeOf(mediaType: MediaType, bytes: Uint8Array): ImageSize | 'unreadable' | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READERS[mediaType];
  if (!read) return undefined;
  try {
    const size = read(head);
    return size && size.width > 0 && size.height > 0 ? size : 'unreadable';
  } catch (error) {
    // It ends before it has said.
    if (BEYOND_THE_END.has((error as { code?: unknown }).code)) return 'unreadable';
    throw error;
  }
}

/** Of reading a number where there are too few bytes, https://nodejs.org/api/errors.html */
const BEYOND_THE_END: ReadonlySet<unknown> = new Set(['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS']);

type Reader = (head: Buffer) => ImageSize | undefined;
const READERS: Readonly<Partial<Record<MediaType, Reader>>> = {
  'image/png': sizeOfPng,
  'image/gif': (head) => ({ width: head.readUInt16LE(6), height: head.readUInt16LE(8) }),
  'image/webp': sizeOfWebp,
  'image/jpeg': sizeOfJpeg,
};

/** https://www.w3.org/TR/png-3/#11IHDR, the first chunk. */
function sizeOfPng(head: Buffer): ImageSize | undefined {
  if (head.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function sizeOfWebp(head: Buffer): ImageSize | undefined {
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    default:
      return undefined;
  }
}

/** Frames of any coding, but not tables: SOF0 to SOF15 without DHT, JPG and DAC (ITU T.81, table B.1). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Segment by segment, each of which says how long it is, to the frame. */
function sizeOfJpeg(head: Buffer): ImageSize | undefined {
  for (let at = 2; ;) {
    if (head.readUInt8(at) !== 0xff) return undefined;
    const marker = head.readUInt8(at + 1);
    // Bytes to fill up with may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrame(marker)) return { height: head.readUInt16BE(at + 5), width: head.readUInt16BE(at + 7) };
    const length = head.readUInt16BE(at + 2);
    if (length < 2) return undefined;
    at += 2 + length;
  }
}
