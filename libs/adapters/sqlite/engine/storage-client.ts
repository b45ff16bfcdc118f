import type { MessagePort, Worker } from 'node:worker_threads';
import { Slots } from './slots.js';
import type { ArgsOf, Procedures, ResultOf, Signal, SqliteStore } from './store.js';
import { type Ask, fromWire, type FromStorage, type ToStorage } from './wire.js';

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** The asking end of one storage thread, usable from any thread that holds a port to it. */
export class StorageClient {
  readonly #port: MessagePort | Worker;
  readonly #waiting = new Slots<Waiting>();
  readonly #listeners = new Map<Signal, Set<() => void>>();
  #unsent: Ask[] = [];
  #gone: Error | undefined;

  constructor(port: MessagePort | Worker) {
    this.#port = port;
    port.on('message', (message: FromStorage) => this.#receive(message));
    port.unref();
  }

  ask<T>(store: string, procedure: string, args: unknown, urgent: boolean): Promise<T> {
    if (this.#gone) return Promise.reject(this.#gone);
    // While an answer is owed the thread must not let the process end.
    if (this.#waiting.size === 0) this.#port.ref();
    return new Promise<T>((resolve, reject) => {
      const id = this.#waiting.put({ resolve, reject });
      this.#unsent.push({ id, store, procedure, args, urgent });
      // What else is asked in this turn of the loop travels along: waking the other thread costs more than a small request.
      if (this.#unsent.length === 1) setImmediate(() => this.#send());
    });
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    const asks = this.#unsent;
    this.#unsent = [];
    try {
      this.#port.postMessage({ asks } satisfies ToStorage);
    } catch {
      // One of them holds what cannot travel (a function): the others are not to fail with it.
      for (const ask of asks) this.#sendAlone(ask);
    }
  }

  #sendAlone(ask: Ask): void {
    try {
      this.#port.postMessage({ asks: [ask] } satisfies ToStorage);
    } catch (error) {
      this.#waiting.take(ask.id)?.reject(error as Error);
      if (this.#waiting.size === 0) this.#port.unref();
    }
  }

  on(signal: Signal, listener: () => void): () => void {
    const set = this.#listeners.get(signal) ?? new Set();
    this.#listeners.set(signal, set.add(listener));
    return () => set.delete(listener);
  }

  /** Whoever still waits, and whoever asks from now on, is told that the storage has gone. */
  fail(error: Error): void {
    this.#gone = error;
    for (const waiting of this.#waiting.takeAll()) waiting.reject(error);
  }

  #receive(message: FromStorage): void {
    if ('signals' in message) {
      for (const topic of message.signals)
        for (const listener of this.#listeners.get(topic) ?? []) listener();
      return;
    }
    if (!('answers' in message)) return;
    for (const answer of message.answers) {
      const waiting = this.#waiting.take(answer.id);
      if (answer.ok) waiting?.resolve(answer.value as never);
      else waiting?.reject(fromWire(answer.error));
    }
    if (this.#waiting.size === 0) this.#port.unref();
  }
}

/** One store's procedures, typed, as an adapter calls them. */
export interface StoreCalls<W extends Procedures, R extends Procedures> {
  write<P extends keyof W & string>(
    procedure: P,
    args: ArgsOf<W[P]>,
    how?: { urgent?: boolean },
  ): Promise<ResultOf<W[P]>>;
  read<P extends keyof R & string>(
    procedure: P,
    args: ArgsOf<R[P]>,
    how?: { urgent?: boolean },
  ): Promise<ResultOf<R[P]>>;
}

/** Both storage threads as seen from one thread. Give an adapter this, never a connection. */
export class SqliteStorage {
  readonly #writer: StorageClient;
  readonly #reader: StorageClient;

  constructor(writer: StorageClient, reader: StorageClient) {
    this.#writer = writer;
    this.#reader = reader;
  }

  calls<W extends Procedures, R extends Procedures>(store: SqliteStore<W, R>): StoreCalls<W, R> {
    return {
      write: (procedure, args, how) => this.#writer.ask(store.name, procedure, args, how?.urgent ?? false),
      read: (procedure, args, how) => this.#reader.ask(store.name, procedure, args, how?.urgent ?? false),
    };
  }

  on(signal: Signal, listener: () => void): () => void {
    return this.#writer.on(signal, listener);
  }
}
