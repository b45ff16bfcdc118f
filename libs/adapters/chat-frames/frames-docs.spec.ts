import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { closingOf, PUSHES } from '#client/frames.js';
import type { RefusalCode } from '#domain/kernel/refusal.js';
import { EXPIRY_GRACE_MS, MOST_ASKED } from './chat-session.js';
import { CLOSE_CODES, type Closing, isTerminal } from './close-codes.js';
import { LARGEST_FRAME } from './frame-data.js';
import { FRAMES } from './frames.js';

/** What those pushes are that belong to another namespace. */
const ELSEWHERE = ['inbox.created'];
/** What a frame may be refused with: of the codes that REST has too, those that a chat can meet. */
const CODES = [
  'validation_failed',
  'invalid_json',
  'message_too_large',
  'invalid_cursor',
  'not_found',
  'forbidden',
  'invalid_transition',
  'rate_limited',
  'unauthenticated',
  'storage_full',
  'storage_unavailable',
  'shutting_down',
  'internal_error',
] as const satisfies readonly (RefusalCode | 'internal_error')[];
/** Said over socket.io only. */
const FAREWELL = 'closing';

describe('the page about the chat', () => {
  let page: string;
  beforeAll(() => {
    page = readFileSync(join(process.cwd(), 'docs', 'chat.md'), 'utf8');
  });

  /** The cells of the table under a heading, row by row. */
  const table = (heading: string): string[][] => {
    const [, rest = ''] = page.split(`\n### ${heading}\n`);
    const [section = ''] = rest.split(/\n##/);
    const rows = section.split('\n').filter((line) => line.startsWith('|'));
    return rows.slice(2).map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  };
  const names = (heading: string, column = 0): string[] =>
    table(heading).map((row) => /^`(.+)`$/.exec(row[column] ?? '')?.[1] ?? `no name: ${row.join()}`);

  it('names every frame that a client may send, and no other', () => {
    expect(names('From the client').toSorted()).toEqual([...FRAMES.keys()].toSorted());
  });

  it('names every event that a client may hear, and no other', () => {
    const pushed = PUSHES.filter((name) => !ELSEWHERE.includes(name));
    expect(names('From the server').toSorted()).toEqual([...pushed, FAREWELL].toSorted());
  });

  it('names the codes of errors', () => {
    expect(names('Codes of errors')).toEqual(CODES);
  });

  it('gives every close code its number and what follows, as server and client take them', () => {
    const documented = table('Close codes').map(([number, code, then]) => [
      code?.replaceAll('`', ''),
      Number(number),
      then,
    ]);
    expect(documented.map(([code, number]) => [code, number])).toEqual(Object.entries(CLOSE_CODES));
    for (const [code, number, then] of documented) {
      const { kind } = closingOf(Number(number));
      expect([code, kind]).toEqual([code, code === 'unauthenticated' ? 'unauthenticated' : 'reconnect']);
      expect([code, isTerminal(code as Closing)]).toEqual([code, false]);
      expect(then).toMatch(/^comes again/);
    }
  });

  it('says the ranges of close codes as the client takes them', () => {
    expect(page).toContain('From 4000 to 4099 a client comes again');
    expect(page).toContain('From 4400 to 4499 coming again with the same is of no use');
    const kinds = (...codes: number[]): string[] => codes.map((code) => closingOf(code).kind);
    expect(new Set(kinds(4000, 4001, 4050, 4099, 1000, 1006, 1013, 4399, 4500))).toEqual(
      new Set(['reconnect']),
    );
    expect(new Set(kinds(4400, 4402, 4403, 4450, 4499))).toEqual(new Set(['terminal']));
    expect(kinds(4401)).toEqual(['unauthenticated']);
  });

  it('says the bounds as they are', () => {
    const words = (count: number): string => count.toLocaleString('en-US');
    expect(page).toContain(`A frame has ${words(LARGEST_FRAME)} bytes at most`);
    expect(page).toContain(`A connection may wait for ${MOST_ASKED} answers at once.`);
    expect(page).toContain(`${EXPIRY_GRACE_MS / 1000} s after its token has expired`);
  });
});
