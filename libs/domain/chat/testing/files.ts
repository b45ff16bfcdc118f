/** The beginnings of files, byte by byte as their formats have them. One letter is one byte. */
const bytes = (...parts: (string | number[] | Buffer)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );
const big = (value: number, length: number): Buffer => {
  const buffer = Buffer.alloc(length);
  buffer.writeUIntBE(value, 0, length);
  return buffer;
};
const little = (value: number, length: number): Buffer => big(value, length).reverse();

const PNG = '\x89PNG\r\n\x1a\n';

export const png = (width = 3, height = 2): Buffer =>
  bytes(PNG, big(13, 4), 'IHDR', big(width, 4), big(height, 4), [8, 6, 0, 0, 0], 'and so on');
export const gif = (width = 3, height = 2): Buffer =>
  bytes('GIF89a', little(width, 2), little(height, 2), [0, 0, 0]);
/** @param before bytes of other segments before the one that says its size */
export const jpeg = (width = 3, height = 2, before = 20): Buffer => {
  const segments: Buffer[] = [];
  for (let left = before; left > 0; left -= 60_000) {
    const length = Math.min(left, 60_000);
    segments.push(bytes([0xff, 0xe1], big(length + 2, 2), Buffer.alloc(length, 0xc0)));
  }
  const frame = bytes([0xff, 0xff, 0xc2], big(11, 2), [8], big(height, 2), big(width, 2), [1, 1, 17, 0]);
  return bytes([0xff, 0xd8], [0xff, 0xc4, 0, 4, 1, 2], ...segments, frame);
};
const riff = (kind: string, ...chunk: (string | number[] | Buffer)[]): Buffer =>
  bytes('RIFF', little(100, 4), kind, ...chunk);
export const webp = {
  extended: (width = 3, height = 2): Buffer =>
    riff('WEBP', 'VP8X', little(10, 4), [0, 0, 0, 0], little(width - 1, 3), little(height - 1, 3)),
  lossless: (width = 3, height = 2): Buffer =>
    riff('WEBP', 'VP8L', little(10, 4), [0x2f], little(width - 1 + (height - 1) * 2 ** 14, 4)),
  lossy: (width = 3, height = 2): Buffer =>
    riff('WEBP', 'VP8 ', little(10, 4), [0, 0, 0, 0x9d, 1, 0x2a], little(width, 2), little(height, 2)),
};

/** A zip whose entries have these names, and nothing in them but what the first holds. */
export const zip = (names: readonly string[], first = ''): Buffer =>
  bytes(
    ...names.map((name, i) =>
      bytes('PK\x03\x04', Buffer.alloc(22), little(name.length, 2), little(0, 2), name, i === 0 ? first : ''),
    ),
  );

export const FILES: Readonly<Record<string, Buffer>> = {
  'image/png': png(),
  'image/jpeg': jpeg(),
  'image/gif': gif(),
  'image/webp': webp.extended(),
  'application/pdf': bytes('%PDF-1.7\n%\xe2\xe3'),
  'video/mp4': bytes(big(24, 4), 'ftypisom', big(512, 4)),
  'audio/mp4': bytes(big(24, 4), 'ftypM4A ', big(0, 4)),
  'video/webm': bytes('\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01\x42\x82\x84webm'),
  'audio/mpeg': bytes('ID3\x04\0'),
  'audio/ogg': bytes('OggS\0\x02'),
  'audio/wav': riff('WAVE', 'fmt '),
  'application/zip': zip(['a.txt', 'word/b.txt']),
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': zip([
    '[Content_Types].xml',
    '_rels/.rels',
    'word/document.xml',
  ]),
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': zip([
    '[Content_Types].xml',
    'xl/workbook.xml',
  ]),
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': zip([
    '_rels/.rels',
    'ppt/slide.xml',
  ]),
  'application/vnd.oasis.opendocument.text': zip(
    ['mimetype', 'x'],
    'application/vnd.oasis.opendocument.text',
  ),
  'text/plain': Buffer.from('Grüße,\r\n\tÅsa 👍 <b>not a page</b>'),
};

export async function* inChunks(file: Uint8Array, size = 1000): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < file.byteLength; at += size) yield file.subarray(at, at + size);
}
