/** What may be attached. Whatever else a file is, it is refused: what a browser would run, above all. */
export type MediaType =
  | `image/${'png' | 'jpeg' | 'gif' | 'webp'}`
  | `video/${'mp4' | 'webm'}`
  | `audio/${'mp4' | 'mpeg' | 'ogg' | 'wav'}`
  | 'application/pdf'
  | 'application/zip'
  | `application/vnd.openxmlformats-officedocument.${'wordprocessingml.document' | 'spreadsheetml.sheet' | 'presentationml.presentation'}`
  | `application/vnd.oasis.opendocument.${'text' | 'spreadsheet' | 'presentation'}`
  | 'text/plain';

const OOXML = 'application/vnd.openxmlformats-officedocument.';
const ODF = 'application/vnd.oasis.opendocument.';

/** Bytes of a file's beginning that its type is told from. */
export const TELLING_BYTES = 4096;

/** What the bytes of a file's beginning say it is. Undefined if it is nothing that may be attached. */
export function mediaTypeOf(beginning: Uint8Array): MediaType | undefined {
  const head = Buffer.from(
    beginning.buffer,
    beginning.byteOffset,
    Math.min(beginning.byteLength, TELLING_BYTES),
  );
  // One letter for each byte: what stands where is compared as text.
  const letters = head.toString('latin1');
  return (
    imageIn(letters) ??
    soundOrFilmIn(letters) ??
    documentIn(letters) ??
    (isPlainText(head) ? 'text/plain' : undefined)
  );
}

function imageIn(letters: string): MediaType | undefined {
  if (letters.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (letters.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(letters)) return 'image/gif';
  if (letters.startsWith('RIFF') && letters.startsWith('WEBP', 8)) return 'image/webp';
  return undefined;
}

function soundOrFilmIn(letters: string): MediaType | undefined {
  if (letters.startsWith('RIFF') && letters.startsWith('WAVE', 8)) return 'audio/wav';
  if (letters.startsWith('OggS\0')) return 'audio/ogg';
  if (letters.startsWith('ID3') || /^\xff[\xfb\xfa\xf3\xf2]/.test(letters)) return 'audio/mpeg';
  if (letters.startsWith('\x1aE\xdf\xa3'))
    return letters.slice(0, 64).includes('\x42\x82\x84webm') ? 'video/webm' : undefined;
  const [, brand = ''] = /^[^]{4}ftyp([^]{4})/.exec(letters) ?? [];
  if (/^(isom|iso[2-9]|mp4[12]|avc1|M4V |MSNV|dash|mmp4|3gp\d|qt {2})$/.test(brand)) return 'video/mp4';
  return brand === 'M4A ' ? 'audio/mp4' : undefined;
}

function documentIn(letters: string): MediaType | undefined {
  if (letters.startsWith('%PDF-')) return 'application/pdf';
  if (!/^PK(\x03\x04|\x05\x06)/.test(letters)) return undefined;
  const [, kind] =
    /^mimetypeapplication\/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)/.exec(
      letters.slice(30),
    ) ?? [];
  if (kind === 'text' || kind === 'spreadsheet' || kind === 'presentation') return `${ODF}${kind}`;
  if (!letters.startsWith('[Content_Types].xml', 30) && !letters.startsWith('_rels/.rels', 30))
    return 'application/zip';
  if (letters.includes('word/')) return `${OOXML}wordprocessingml.document`;
  if (letters.includes('xl/')) return `${OOXML}spreadsheetml.sheet`;
  return letters.includes('ppt/') ? `${OOXML}presentationml.presentation` : 'application/zip';
}

/** What a browser would take for a page or a picture with scripts in it, https://mimesniff.spec.whatwg.org/#rules-for-identifying-an-unknown-mime-type */
const MARKUP = /^(\ufeff)?\s*<(!doctype|\?xml|!--|\/?[a-z][a-z0-9-]*[\s/>])/i;

function isPlainText(head: Buffer): boolean {
  try {
    // A letter may go on behind what is looked at.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, {
      stream: head.length === TELLING_BYTES,
    });

    return !/[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(text) && !MARKUP.test(text);
  } catch {
    return false;
  }
}

/** What a name promises, where it promises anything: not to be one thing by its name and another by its bytes. */
const PROMISES: Readonly<Record<string, RegExp>> = {
  png: /^image\/png$/,
  jpg: /^image\/jpeg$/,
  jpeg: /^image\/jpeg$/,
  gif: /^image\/gif$/,
  webp: /^image\/webp$/,
  pdf: /^application\/pdf$/,
  mp4: /^(video|audio)\/mp4$/,
  m4a: /^(video|audio)\/mp4$/,
  mov: /^video\/mp4$/,
  webm: /^video\/webm$/,
  mp3: /^audio\/mpeg$/,
  ogg: /^audio\/ogg$/,
  wav: /^audio\/wav$/,
  txt: /^text\/plain$/,
  zip: /^application\//,
  docx: /wordprocessingml/,
  xlsx: /spreadsheetml/,
  pptx: /presentationml/,
};
/** What a computer runs, or a browser shows as a page, when somebody opens it. */
const RUN_WHEN_OPENED =
  /^(html?|xhtml|svgz?|xml|xsl|m?js|cjs|hta|exe|com|scr|pif|bat|cmd|ps1|vbs?|wsf|msi|lnk|url|jar|apk|app|command|desktop|sh|docm|xlsm|pptm)$/;

/** Whether a file of that name may be of that type. */
export function isHonest(name: string, mediaType: MediaType): boolean {
  const [, ending = ''] = /\.([a-z0-9]+)$/.exec(name.toLowerCase()) ?? [];
  if (RUN_WHEN_OPENED.test(ending)) return false;
  const promise = Object.hasOwn(PROMISES, ending) ? PROMISES[ending] : undefined;
  return promise?.test(mediaType) ?? true;
}
