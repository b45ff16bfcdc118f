import type { Notification } from '#domain/communication/model/notification.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { key, type Key } from '../engine/keys.js';
import { packed, unpacked } from '../engine/packed-text.js';

/** Bytes. The push of a user with ten thousand devices names them all: that stands in items of its own. */
const MOST_IN_THE_ITEM = 150_000;

type Progress = Pick<Notification, 'legs' | 'trace'>;

/** What has become of a notification, as it stands in its item: JSON, or the number of the pieces it is in. */
export interface StoredProgress {
  readonly progress?: string | undefined;
  readonly pieces?: number | undefined;
}

interface PieceItem extends Key {
  readonly revision: number;
  readonly at: number;
  readonly piece: Uint8Array;
}

export interface WrittenProgress {
  readonly stored: StoredProgress;
  /** Beside the item, in its transaction. */
  readonly writes: readonly Write[];
}

/** @param before whose pieces these take the place of */
export async function writeProgress(after: Notification, before?: Notification): Promise<WrittenProgress> {
  const { id } = after.order;
  const [now, then] = [await split(after), before ? await split(before) : []];
  const { revision } = after;
  const writes: Write[] = now.map((piece, at) => ({
    kind: 'put',
    item: { ...piecePlace(id, at), revision, at, piece },
  }));
  for (let at = now.length; at < then.length; at += 1)
    writes.push({ kind: 'delete', key: piecePlace(id, at) });
  const stored =
    now.length === 0
      ? { progress: jsonOf(after), pieces: undefined }
      : { progress: undefined, pieces: now.length };
  return { stored, writes };
}

/** Undefined if it has moved on since `of` was read. */
export async function readProgress(
  table: DynamoTable,
  of: StoredProgress & { readonly id: string; readonly revision: number },
): Promise<Progress | undefined> {
  if (of.progress !== undefined) return JSON.parse(of.progress) as Progress;
  const places = Array.from({ length: of.pieces ?? 0 }, (_, at) => piecePlace(of.id, at));
  const found = await table.getAll<PieceItem>(places);
  if (found.length < places.length || found.some(({ revision }) => revision !== of.revision))
    return undefined;
  const pieces = found.sort((a, b) => a.at - b.at).map(({ piece }) => piece);
  return JSON.parse(await unpacked(pieces)) as Progress;
}

async function split(notification: Notification): Promise<Uint8Array[]> {
  const json = jsonOf(notification);
  return Buffer.byteLength(json) > MOST_IN_THE_ITEM ? packed(json) : [];
}

function jsonOf({ legs, trace }: Progress): string {
  return JSON.stringify({ legs, trace });
}

function piecePlace(id: string, at: number): Key {
  return { pk: key('NTF', id), sk: key('PIECE', at) };
}
