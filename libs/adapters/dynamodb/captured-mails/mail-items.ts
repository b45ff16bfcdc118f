import type { WorkspaceId } from '#domain/kernel/brand.js';
import { BEGINNING, type CapturedSummary } from '#ports/delivery/captured-mails.js';
import type { PlainEmail } from '#ports/delivery/email-provider.js';
import { type Item, key, type Key } from '../engine/keys.js';

/** An item holds 400 KB, a mail may be larger. */
const PART_BYTES = 300_000;

/** A call whose mails are kept. `from` moves on as the oldest of them go, up to `end`. */
export interface CallItem extends Key {
  readonly key: string;
  readonly workspaceId?: WorkspaceId;
  /** The number of its first mail, kept or not. */
  readonly first: number;
  readonly from: number;
  /** One behind its last. */
  readonly end: number;
}

/** How many mails of a workspace are kept. */
export interface OwnerItem extends Key {
  readonly kept: number;
}

export type SummaryItem = Key & Omit<CapturedSummary, 'id'> & { readonly parts: number };

export interface PartItem extends Key {
  readonly part: Uint8Array;
}

/** The last number that was given away. */
export const LAST: Key = { pk: key('CAPN'), sk: 'LAST' };

export function callKey(call: string): Key {
  return { pk: key('CAPCALL', call), sk: 'CALL' };
}

/** Everybody's calls, and a workspace's own (or nobody's), by number. */
export function listsOf(workspaceId: WorkspaceId | undefined): readonly [all: string, theirs: string] {
  return [key('CAPALL'), key('CAPOF', workspaceId ?? '')];
}

export function ownerKey(workspaceId: WorkspaceId | undefined): Key {
  return { pk: key('CAPOWNER', workspaceId ?? ''), sk: 'OWNER' };
}

export function summaryKey({ key: call, first }: CallItem, number: number): Key {
  return { pk: key('CAPMAIL', call), sk: key(number - first, 'S') };
}

export function partKey({ key: call, first }: CallItem, number: number, part: number): Key {
  return { pk: key('CAPMAIL', call), sk: key(number - first, 'P', part) };
}

/** By the call and the place in it: a call that is repeated before it was kept writes the same ones. */
export function mailItems(call: string, messages: readonly PlainEmail[], at: number): Item[] {
  const place: CallItem = { ...callKey(call), key: call, first: 0, from: 0, end: 0 };
  return messages.flatMap((message, position) => {
    const bytes = Buffer.from(JSON.stringify(message));
    const parts = Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, part) => ({
      ...partKey(place, position, part),
      part: new Uint8Array(bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)),
    }));
    return [{ ...summaryKey(place, position), ...summaryOf(message), at, parts: parts.length }, ...parts];
  });
}

function summaryOf({ deliveryId, from, to, subject, text }: PlainEmail): Omit<CapturedSummary, 'id' | 'at'> {
  const beginning = subject === '' && text !== undefined ? [...text].slice(0, BEGINNING).join('') : undefined;
  return { deliveryId, from, to, subject, ...(beginning !== undefined && { beginning }) };
}

export function mailOf(parts: readonly PartItem[]): PlainEmail {
  const bytes = Buffer.concat([...parts].sort((a, b) => (a.sk < b.sk ? -1 : 1)).map(({ part }) => part));
  return JSON.parse(bytes.toString('utf8')) as PlainEmail;
}
