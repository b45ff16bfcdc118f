import { expect, it } from '@jest/globals';
import type { HostileServer } from './hostile-server.js';
import type { HttpAnswer } from './http-client.js';
import type { Json } from './known-world.js';
import type { HostileRow } from './rows.js';

/** Every row has its answer in time, changes nothing that it may not, and leaves the server well. */
export function describeRows(rows: readonly HostileRow[], server: () => HostileServer): void {
  it.each(rows)('$item. $name: $status $code', async (row) => {
    const { stored } = server();
    const before = { messages: stored.messages(), things: stored.things() };
    answers(row, await server().playInTime(() => server().play(row)));
    expect(stored.messages()).toEqual(before.messages);
    if (row.code !== undefined) expect(stored.things()).toEqual(before.things);
    await server().isWell();
    expect(({} as Json)['admin']).toBeUndefined();
  });

  const ofTheirs = rows.filter(({ request }) => JSON.stringify(request).includes('{their.'));
  if (ofTheirs.length === 0) return;
  it.each(ofTheirs)('11. $name: the same answer as for what never was', async (row) => {
    const missing = (text: string): string => server().filled(text.replaceAll('{their.', '{missing.'));
    const [theirs, nobodys] = [await server().play(row), await server().play(row, missing)];
    expect(theirs.status).toBe(nobodys.status);
    expect(problemIn(theirs)).toEqual(problemIn(nobodys));
  });
}

function answers(row: HostileRow, { status, headers, text }: HttpAnswer): void {
  const problem = text.startsWith('{') ? (JSON.parse(text) as Json) : {};
  expect({ status, code: problem['code'] }).toEqual({ status: row.status, code: row.code });
  for (const words of row.says) expect(text).toMatch(words);
  if (row.code === undefined) return;
  expect(headers['content-type']).toBe('application/problem+json');
  if (row.pointer === undefined) return;
  const faults = problem['errors'] as { pointer: string }[];
  expect(faults.map(({ pointer }) => pointer)).toContain(row.pointer);
}

function problemIn({ text }: HttpAnswer): Json {
  return { ...(JSON.parse(text) as Json), instance: '' };
}
