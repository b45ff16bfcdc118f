import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** An item may have 400 KB, its keys and the names of its attributes among them. */
export const MOST_BYTES_IN_ITEM = 350_000;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** A text of any length as pieces that fit into an item each; one piece, if it can be. Small is cheap: writes are paid by the KB. */
export async function packed(text: string): Promise<Uint8Array[]> {
  const bytes = await compress(text);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += MOST_BYTES_IN_ITEM)
    pieces.push(new Uint8Array(bytes.subarray(at, at + MOST_BYTES_IN_ITEM)));
  return pieces;
}

/** @param pieces all of them, in their order */
export async function unpacked(pieces: readonly Uint8Array[]): Promise<string> {
  return (await decompress(Buffer.concat(pieces))).toString('utf8');
}
