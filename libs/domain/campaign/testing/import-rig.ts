import { CsvParseReader } from '#adapters/csv/csv-parse-reader.js';
import { MemoryImports } from '#adapters/memory/campaign/memory-imports.js';
import { MemoryLists } from '#adapters/memory/campaign/memory-lists.js';
import { MemoryPeople } from '#adapters/memory/campaign/memory-people.js';
import { MemorySubscribers } from '#adapters/memory/campaign/memory-subscribers.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryBlobs } from '#adapters/memory/system/memory-blobs.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { acme, aList, anImport, START } from '#ports/campaign/testing/campaign-stores.js';
import type { Imports } from '#ports/campaign/imports.js';
import type { Blobs } from '#ports/system/blobs.js';
import { IMPORT_LIMITS, type ImportLimits } from '../application/import-window.js';
import { RunImports } from '../application/run-imports.js';
import type { ListId } from '../model/campaign.js';
import type { Import } from '../model/import.js';
import type { Subscriber } from '../model/subscriber.js';
import { Life, mortal } from './mortal.js';

export interface LifeOf {
  readonly life?: Life;
  readonly limits?: Partial<ImportLimits>;
  /** The stores as this process sees them. */
  readonly imports?: Imports;
  readonly blobs?: Blobs;
}

/** Small enough for windows, batches and what is on the way to begin and end everywhere in a small file. */
export const tiny: Partial<ImportLimits> = { records: 7, faults: 3, batch: 2, inFlight: 3 };

/** People, each of their own, in no order. */
export function rows(count: number, from = 0): string {
  const lines = Array.from({ length: count }, (_, i) => `p${(from + i) * 7919}@example.com,P${from + i}\n`);
  return lines.join('');
}

/** The stores of imports in memory, which outlive every process that works on them. */
export class ImportRig {
  readonly clock = new DrivenClock(START);
  readonly log = new MemoryLog();
  readonly blobs = new MemoryBlobs(this.clock);
  readonly #people = new MemoryPeople();
  readonly lists = new MemoryLists(this.#people);
  readonly subscribers = new MemorySubscribers(this.#people);
  readonly imports = new MemoryImports(this.#people, this.clock);
  readonly #ids = new CountingIds();

  /** A file that has arrived, for a list of its own. */
  async upload(file: string | Uint8Array, change: Partial<Import> = {}): Promise<Import> {
    const bytes = Buffer.from(file);
    const list = aList();
    await this.lists.insert(list);
    const one = anImport({ bytes: bytes.length, listIds: [list.id], createdAt: this.clock.now(), ...change });
    await this.blobs.put(one.blob, only(bytes));
    await this.imports.insert(one);
    return one;
  }

  /** One process over the stores, that has not begun to work. */
  process({
    life = new Life(),
    limits = {},
    imports = this.imports,
    blobs = this.blobs,
  }: LifeOf = {}): RunImports {
    const { clock, log } = this;
    const timeOfLife = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms: number, wake: () => void) => clock.after(ms, () => (life.ended ? undefined : wake())),
    };
    return new RunImports(
      {
        imports: mortal(imports, life, ['unfinished', 'isUnfinished', 'commit']),
        blobs: mortal(blobs, life, ['remove']),
        csv: new CsvParseReader(),
        clock: timeOfLife,
        ids: this.#ids,
        log,
      },
      { ...IMPORT_LIMITS, ...limits },
    );
  }

  /** The import as a process leaves it that works as long as there is something to do. */
  async ran(one: Import, process = this.process()): Promise<Import> {
    process.start();
    await this.clock.advance(0);
    await process.stop();
    return this.find(one);
  }

  async find({ id }: Import): Promise<Import> {
    const one = await this.imports.find(acme, id);
    if (!one) throw new Error('The import has vanished.');
    return one;
  }

  /** `3 invalid_address`, in order of line. */
  async faultsOf({ id }: Import): Promise<string[]> {
    return (await this.imports.faults(id, 0, 1000)).map(({ line, code }) => `${line} ${code}`);
  }

  /** Everybody on a list, in order of address, as they are and not when they became so. */
  async peopleOn(listId: ListId | undefined): Promise<Omit<Subscriber, 'id' | 'createdAt' | 'updatedAt'>[]> {
    const { data } = await this.subscribers.page(acme, listId, { limit: 10_000 });
    return data.map(({ workspaceId, email, name, attributes, locale, timezone }) => ({
      workspaceId,
      email,
      attributes,
      ...(name !== undefined && { name }),
      ...(locale !== undefined && { locale }),
      ...(timezone !== undefined && { timezone }),
    }));
  }

  async filesLeft(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of this.blobs.storedBefore(Infinity)) names.push(name);
    return names.sort();
  }
}

async function* only(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** A store with one of its methods done otherwise. */
export function around<T extends object, M extends keyof T>(store: T, method: M, act: T[M]): T {
  return new Proxy(store, {
    get(target, name) {
      if (name === method) return act;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
