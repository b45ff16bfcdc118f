import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.byteLength);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

function header(width: number, height: number): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  // Eight bits of red, green and blue each.
  data.set([8, 2, 0, 0, 0], 8);
  return chunk('IHDR', data);
}

/** A picture that any reader reads: red at the top, blue at the bottom. */
export function realPng(width: number, height: number, ...more: readonly Buffer[]): Buffer {
  const row = (rgb: readonly number[]): Buffer =>
    Buffer.from([0, ...Array.from({ length: width }, () => rgb).flat()]);
  const [red, blue] = [row([255, 0, 0]), row([0, 0, 255])];
  const rows = Array.from({ length: height }, (_, y) => (y < height / 2 ? red : blue));
  const pixels = deflateSync(Buffer.concat(rows));
  return Buffer.concat([
    SIGNATURE,
    header(width, height),
    ...more,
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A small file that says it is large. */
export function bombPng(width: number, height: number): Buffer {
  const pixels = deflateSync(Buffer.alloc(1_000_000));
  return Buffer.concat([
    SIGNATURE,
    header(width, height),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** What a PNG may hold beside its pixels: words that are to go no further. */
export const wordsChunk = (words: string): Buffer =>
  chunk('tEXt', Buffer.from(`Comment\0${words}`, 'latin1'));
