/**
 * What survives a reload: how far each conversation has been told, and what is not sent yet. It belongs to one client: two
 * tabs that share one would each take what the other was told for their own.
 *
 * Guarantees: what was `set` when its promise resolved is in the next `load`, until it is set again or removed. Calls take
 * effect in the order in which they are made.
 */
export interface Store {
  load(): Promise<ReadonlyMap<string, string>>;
  set(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Forgets with the process. */
export class MemoryStore implements Store {
  readonly #entries = new Map<string, string>();

  async load(): Promise<ReadonlyMap<string, string>> {
    return new Map(this.#entries);
  }

  async set(key: string, value: string): Promise<void> {
    this.#entries.set(key, value);
  }

  async remove(key: string): Promise<void> {
    this.#entries.delete(key);
  }
}

/** The part of the browser's `Storage` that is used. */
export interface WebStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** In `localStorage` (or `sessionStorage`, of a tab), under keys that begin with a name. */
export class WebStore implements Store {
  readonly #storage: WebStorage;
  readonly #prefix: string;

  constructor(storage: WebStorage, name = 'posthorn') {
    this.#storage = storage;
    this.#prefix = `${name}/`;
  }

  async load(): Promise<ReadonlyMap<string, string>> {
    const entries = new Map<string, string>();
    for (let index = 0; index < this.#storage.length; index++) {
      const key = this.#storage.key(index);
      if (!key?.startsWith(this.#prefix)) continue;
      entries.set(key.slice(this.#prefix.length), this.#storage.getItem(key) ?? '');
    }
    return entries;
  }

  /** @throws what the browser throws when its quota is used up */
  async set(key: string, value: string): Promise<void> {
    this.#storage.setItem(this.#prefix + key, value);
  }

  async remove(key: string): Promise<void> {
    this.#storage.removeItem(this.#prefix + key);
  }
}
