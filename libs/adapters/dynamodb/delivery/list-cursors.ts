import { Refusal } from '#domain/kernel/refusal.js';

/** A place in a list: parts of the key of its last row, so that it stays one whatever becomes of the rows. */
export function cursorAt(list: string, ...parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...parts])).toString('base64url');
}

/** @throws Refusal `invalid_cursor` */
export function partsOf(list: string, cursor: string, types: readonly ('string' | 'number')[]): unknown[] {
  const [first, ...parts] = parsed(cursor);
  const isOurs =
    first === list &&
    parts.length === types.length &&
    parts.every((part, at) => typeof part === types[at] && part !== '');
  if (!isOurs) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return parts;
}

function parsed(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
