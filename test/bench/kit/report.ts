import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, BenchOptions, BenchReport, Cell } from '../bench.js';
import { isBusy, type Machine } from './machine.js';

/** The report as a Markdown section: what is printed can be pasted into docs/benchmarks.md as it stands. */
export function asMarkdown(bench: Bench, report: BenchReport, machine: Machine): string {
  const { cpu, cores, memoryGb, node, system, loadBefore, at } = machine;
  const lines = [
    `### ${bench.name}: ${bench.title}`,
    '',
    `${cpu}, ${cores} cores, ${memoryGb} GB, Node ${node}, ${system}; load before ${loadBefore.join(' ')}; ${at}`,
    `Settings: ${settingsText(report.settings)}; median of ${report.runs}.`,
    '',
    ...table(report.columns, report.rows),
    '',
  ];
  if (report.marks.length > 0) {
    const marks = report.marks.map(({ what, value, reach, met }) => [
      what,
      round(value),
      reach,
      met ? 'yes' : '**no**',
    ]);
    lines.push(...table(['mark', 'measured', 'reach for', 'met'], marks), '');
  }
  if (isBusy(machine)) lines.push('**The machine was busy: these numbers are no measurement.**', '');
  for (const note of report.notes) lines.push(`- ${note}`);
  for (const problem of report.problems) lines.push(`- **does not add up:** ${problem}`);
  return lines.join('\n');
}

/** Writes everything that was measured to `<folder>/<bench>.json`; resolves with that path. */
export function writeJson(
  folder: string,
  bench: Bench,
  report: BenchReport,
  machine: Machine,
  { count }: BenchOptions,
): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${bench.name}.json`);
  const content = {
    bench: bench.name,
    title: bench.title,
    machine,
    busy: isBusy(machine),
    count,
    ...report,
  };
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
  return path;
}

function settingsText(settings: Readonly<Record<string, unknown>>): string {
  return Object.entries(settings)
    .map(
      ([name, value]) => `${name} ${typeof value === 'number' ? value.toLocaleString('en') : String(value)}`,
    )
    .join(', ');
}

function table(columns: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const texts = [columns, ...rows].map((row) => row.map(cellText));
  const widths = columns.map((_, i) => Math.max(3, ...texts.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[], isHead = false): string => {
    const cells = widths.map((width, i) => {
      const text = row[i] ?? '';
      return i === 0 || isHead ? text.padEnd(width) : text.padStart(width);
    });
    return `| ${cells.join(' | ')} |`;
  };
  const [head = [], ...body] = texts;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head, true), rule, ...body.map((row) => line(row))];
}

function cellText(cell: Cell): string {
  return typeof cell === 'number' ? round(cell) : cell;
}

function round(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString('en');
}
