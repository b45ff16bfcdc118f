import type { FieldFault } from '#domain/kernel/refusal.js';
import { isAddress, parseEmailAddress } from '#domain/kernel/email-address.js';
import { FAULTS_KEPT, type Import } from '#domain/campaign/model/import.js';
import { isZone } from '#domain/campaign/model/schedule.js';
import { faultsOfAttributes, type SubscriberFacts, type SubscriberId } from '#domain/campaign/model/subscriber.js';
import type { CsvReader, CsvRecord, CsvShape } from '#ports/campaign/csv.js';
import type { ImportFault, Imports } from '#ports/campaign/imports.js';
import type { Upsert } from '#ports/campaign/subscribers.js';
import type { Blobs } from '#ports/system/blobs.js';
import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';
import type { Log } from '#ports/system/log.js';

export interface ImportTools {
  readonly imports: Imports;
  readonly blobs: Blobs;
  readonly csv: CsvReader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Columns with a meaning of their own; every other becomes an attribute of that name. */
const KNOWN = new Set(['email', 'name', 'locale', 'timezone']);
const LOOK_EVERY_MS = 5_000;
const AFTER_ERROR_MS = 2_000;

/**
 * Works off imports, one after the other. Each batch is committed together with how far the file has been read: if the
 * process dies, the next one reads on from there, and every record is counted once.
 */
export class RunImports {
  readonly #tools: ImportTools;
  #running: Promise<void> = Promise.resolve();
  #stopping = false;
  #wake: () => void = () => {};

  constructor(tools: ImportTools) {
    this.#tools = tools;
  }

  start(): void {
    this.#running = this.#loop();
  }

  /** There may be a new one. */
  look(): void {
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { imports, log, clock } = this.#tools;
    while (!this.#stopping) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      let wait = LOOK_EVERY_MS;
      try {
        const next = await imports.unfinished();
        if (next) await this.run(next);
        if (next) continue;
      } catch (error) {
        log.error('import.interrupted', { reason: String(error) });
        wait = AFTER_ERROR_MS;
      }
      if (this.#stopping) return;
      const cancel = clock.after(wait, () => this.#wake());
      await woken;
      cancel();
    }
  }

  /** From its checkpoint to the end of the file, or until `stop`. */
  async run(start: Import): Promise<Import> {
    const { blobs, csv } = this.#tools;
    const shape = await this.#shapeOf(start);
    if (!shape) return this.#fail(start, 'The file has no readable header line. The first line names the columns.');
    const columns = readHeader(shape.header);
    if (typeof columns === 'string') return this.#fail(start, columns);
    let current: Import = { ...start, status: 'running', header: shape.header, delimiter: shape.delimiter };
    if (start.header === undefined) current = { ...current, checkpoint: shape.end };
    const bytes = blobs.open(start.blob, current.checkpoint.offset);
    for await (const records of csv.records(bytes, current.checkpoint, shape)) {
      if (this.#stopping) return current;
      if (records.length > 0) current = await this.#take(current, records, columns);
    }
    return this.#finish(current);
  }

  async #shapeOf({ header, delimiter, blob, checkpoint }: Import): Promise<CsvShape | undefined> {
    if (header && delimiter) return { header, delimiter, end: checkpoint };
    return this.#tools.csv.shape(this.#tools.blobs.open(blob, 0));
  }

  async #take(before: Import, records: readonly CsvRecord[], columns: Columns): Promise<Import> {
    const rows: Upsert[] = [];
    const faults: ImportFault[] = [];
    for (const record of records) {
      const facts = record.kind === 'record' ? readRow(record.fields, columns) : record;
      if ('email' in facts) rows.push({ id: this.#tools.ids.next('sub') as SubscriberId, facts });
      else faults.push({ line: record.line, code: facts.code, detail: facts.detail });
    }
    const rejected = before.rejected + faults.length;
    const after: Import = {
      ...before,
      rows: before.rows + records.length,
      rejected,
      checkpoint: records.at(-1)?.end ?? before.checkpoint,
    };
    const kept = faults.slice(0, Math.max(0, FAULTS_KEPT - before.rejected));
    return this.#tools.imports.commit({ before, after, rows, faults: kept });
  }

  async #finish(before: Import): Promise<Import> {
    const after: Import = { ...before, status: 'finished', finishedAt: this.#tools.clock.now() };
    const finished = await this.#tools.imports.commit({ before, after, rows: [], faults: [] });
    await this.#tools.blobs.remove(before.blob);
    return finished;
  }

  async #fail(before: Import, reason: string): Promise<Import> {
    const after: Import = { ...before, status: 'failed', reason, finishedAt: this.#tools.clock.now() };
    const failed = await this.#tools.imports.commit({ before, after, rows: [], faults: [] });
    await this.#tools.blobs.remove(before.blob);
    return failed;
  }
}

interface Columns {
  readonly email: number;
  readonly name: number;
  readonly locale: number;
  readonly timezone: number;
  readonly attributes: readonly { readonly name: string; readonly at: number }[];
}

/** Which column is what, or why the header is no good. */
function readHeader(header: readonly string[]): Columns | string {
  const lower = header.map((name) => name.toLowerCase());
  const at = (name: string): number => lower.indexOf(name);
  if (at('email') === -1) return 'The header has no column called email.';
  const attributes = header.flatMap((name, i) => (KNOWN.has(lower[i] ?? '') ? [] : [{ name, at: i }]));
  const names = [...lower.filter((name) => KNOWN.has(name)), ...attributes.map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `The header names the column ${twice.slice(0, 64)} twice.`;
  const faults = faultsOfAttributes(Object.fromEntries(attributes.map(({ name }) => [name, ''])));
  // A computed key is needed for __proto__: as a plain one it would not become a key at all.
  if (header.includes('__proto__') || faults.length > 0) return faults[0]?.detail ?? 'A column cannot be called __proto__.';
  return { email: at('email'), name: at('name'), locale: at('locale'), timezone: at('timezone'), attributes };
}

/** An empty field says nothing: what is known of the person stays. */
function readRow(fields: readonly string[], columns: Columns): SubscriberFacts | FieldFault {
  const field = (at: number): string | undefined => fields[at]?.trim() || undefined;
  const email = parseEmailAddress(fields[columns.email] ?? '');
  if (!isAddress(email)) return { pointer: 'email', ...email };
  const name = field(columns.name);
  if (name !== undefined && (name.length > 320 || /[\r\n]/.test(name))) {
    return { pointer: 'name', code: 'invalid_name', detail: 'A name is one line of at most 320 characters.' };
  }
  const timezone = field(columns.timezone);
  if (timezone !== undefined && !isZone(timezone)) {
    return { pointer: 'timezone', code: 'invalid_timezone', detail: 'That is not an IANA time zone.' };
  }
  const locale = field(columns.locale);
  const attributes: Record<string, string> = {};
  for (const column of columns.attributes) {
    const value = field(column.at);
    if (value !== undefined) attributes[column.name] = value;
  }
  const [fault] = faultsOfAttributes(attributes);
  if (fault) return fault;
  return { email, attributes, ...(name && { name }), ...(timezone && { timezone }), ...(locale && { locale }) };
}
