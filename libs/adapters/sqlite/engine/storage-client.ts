import type { MessagePort, Worker } from 'node:worker_threads';
import { Slots } from './slots.js';
import type { ArgsOf, Procedures, ResultOf, Signal, SqliteStore } from './store.js';
import { type Answer, type Ask, fromWire, type FromStorage, type ToStorage } from './wire.js';

/**
 * Answers given before everything else gets its turn: a commit may carry hundreds, and what follows from each of them takes a
 * tenth of a millisecond and more.
 */
const GIVEN_AT_ONCE = 32;

type Come = Answer | { readonly signals: readonly Signal[] };

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
  /** In their order: what was not given yet. */
  readonly #come: Come[] = [];
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
    // These have their answer.
    this.#give(Infinity);
    for (const waiting of this.#waiting.takeAll()) waiting.reject(error);
  }

  #receive(message: FromStorage): void {
    const isGiving = this.#come.length > 0;
    if ('answers' in message) this.#come.push(...message.answers);
    else if ('signals' in message) this.#come.push(message);
    if (!isGiving) this.#give(GIVEN_AT_ONCE);
  }

  #give(atMost: number): void {
    for (const one of this.#come.splice(0, atMost)) {
      if ('signals' in one) this.#tell(one.signals);
      else this.#answer(one);
    }
    if (this.#come.length > 0) setImmediate(() => this.#give(GIVEN_AT_ONCE));
    else if (this.#waiting.size === 0) this.#port.unref();
  }

  #answer(answer: Answer): void {
    const waiting = this.#waiting.take(answer.id);
    if (answer.ok) waiting?.resolve(answer.value as never);
    else waiting?.reject(fromWire(answer.error));
  }

  #tell(signals: readonly Signal[]): void {
    for (const topic of signals) for (const listener of this.#listeners.get(topic) ?? []) listener();
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
