import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse/sync';
import type { ImportView } from '#adapters/rest/imports/import.view.js';
import type { CommandContext } from '../terminal/context.js';
import { table } from '../terminal/table.js';
import { count, plain } from '../terminal/words.js';

const SHOWN = 10;
/** A row is shown as far as it helps to find it. */
const LONGEST_ROW = 60;

interface Rejected {
  readonly line: number;
  readonly code: string;
  readonly detail: string;
}

/** The first rows that were not taken: where they are, why, and what stands there. */
export async function showRejected(
  { client, terminal }: CommandContext,
  done: ImportView,
  file: string,
): Promise<void> {
  if (done.errorsUrl === null) return;
  const rejected = readRejected(await client.text(done.errorsUrl));
  const first = rejected.slice(0, SHOWN);
  const texts =
    file === '-'
      ? new Map<number, string>()
      : await linesOf(
          file,
          first.map(({ line }) => line),
        );
  terminal.print();
  terminal.print(
    done.rejected > first.length
      ? `Rejected, the first ${first.length} of ${count(done.rejected)}:`
      : 'Rejected:',
  );
  const rows = first.map(({ line, code, detail }) => [
    String(line),
    code,
    plain(detail),
    shortened(texts.get(line) ?? ''),
  ]);
  const columns = [
    { title: 'LINE', align: 'right' },
    { title: 'CODE' },
    { title: 'WHY' },
    { title: 'ROW', elastic: true },
  ] as const;
  for (const line of table(terminal, columns, rows)) terminal.print(line);
  if (done.rejected > first.length) terminal.print(`All of them as CSV: GET ${client.url}${done.errorsUrl}`);
}

function readRejected(csv: string): Rejected[] {
  const rows: string[][] = parse(csv, { from_line: 2 });
  return rows.map(([line, code = '', detail = '']) => ({ line: Number(line), code, detail }));
}

async function linesOf(file: string, numbers: readonly number[]): Promise<Map<number, string>> {
  const wanted = new Set(numbers);
  const found = new Map<number, string>();
  const input = createReadStream(file);
  let number = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    number += 1;
    if (wanted.has(number)) found.set(number, text);
    if (found.size === wanted.size) break;
  }
  input.destroy();
  return found;
}

function shortened(row: string): string {
  const text = plain(row);
  return text.length > LONGEST_ROW ? `${text.slice(0, LONGEST_ROW)}…` : text;
}
