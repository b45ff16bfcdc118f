import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Store } from './store.js';

/**
 * In one JSON file, for Node. Each write replaces the whole file: who dies in the middle finds the one before. Calls made
 * while a write is under way share the next one.
 */
export class FileStore implements Store {
  readonly #path: string;
  #entries = new Map<string, string>();
  /** The write that is under way, and the one that waits for it. */
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws if the file is there and cannot be read: what waits in it to be sent must not be written over */
  async load(): Promise<ReadonlyMap<string, string>> {
    this.#entries = new Map(Object.entries(await this.#read()));
    return new Map(this.#entries);
  }

  set(key: string, value: string): Promise<void> {
    this.#entries.set(key, value);
    return this.#write();
  }

  remove(key: string): Promise<void> {
    this.#entries.delete(key);
    return this.#write();
  }

  async #read(): Promise<Record<string, string>> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as Record<string, string>;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return {};
      throw error;
    }
  }

  #write(): Promise<void> {
    this.#next ??= this.#writing
      .catch(() => {}) // told to whoever asked for it
      .then(() => {
        this.#next = undefined;
        this.#writing = this.#replace(JSON.stringify(Object.fromEntries(this.#entries)));
        return this.#writing;
      });
    return this.#next;
  }

  async #replace(content: string): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const file = await open(`${this.#path}.new`, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${this.#path}.new`, this.#path);
  }
}
