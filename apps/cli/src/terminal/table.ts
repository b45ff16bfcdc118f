import type { Terminal } from './terminal.js';
import { cut, padded, textWidth } from './text-width.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Gives way first where the screen is too narrow. */
  readonly elastic?: boolean;
}

const GAP = '  ';
const NARROWEST = 10;

/** Lines of a table. Cells must be {@link plain}; they may be coloured, except in an elastic column. */
export function table(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const widths = columns.map(({ title }, at) => widest([title, ...rows.map((row) => row[at] ?? '')]));
  const excess = widths.reduce((sum, width) => sum + width + GAP.length, 0) - GAP.length - terminal.width + 1;
  const elastic = columns.findIndex((column) => column.elastic);
  const given = widths[elastic];
  if (excess > 0 && given !== undefined) widths[elastic] = Math.max(NARROWEST, given - excess);
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align = 'left', elastic: shrinks = false }, at) => {
        const cell = cells[at] ?? '';
        return padded(shrinks ? cut(cell, widths[at] ?? 0) : cell, widths[at] ?? 0, align);
      })
      .join(GAP)
      .trimEnd();
  const head = line(columns.map(({ title }) => title));
  return [terminal.paint('dim', head), ...rows.map(line)];
}

function widest(cells: readonly string[]): number {
  return Math.max(...cells.map(textWidth));
}
