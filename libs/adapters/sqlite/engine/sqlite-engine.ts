import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { Refusal } from '#domain/kernel/refusal.js';
import { lockDataFolder } from './data-folder-lock.js';
import { SqliteStorage, StorageClient } from './storage-client.js';
import type { StorageThreadOptions } from './storage-thread.js';
import { fromWire, type FromStorage, type ToStorage } from './wire.js';

/** The two ports that let another thread reach the same storage. Transfer both. */
export interface StoragePorts {
  readonly writer: MessagePort;
  readonly reader: MessagePort;
}

/** The embedded database: a writer thread that groups commits and a reader thread, over one locked data folder. */
export class SqliteEngine {
  readonly storage: SqliteStorage;
  readonly #threads: readonly [Worker, Worker];
  readonly #clients: readonly [StorageClient, StorageClient];
  readonly #unlock: () => void;
  readonly #ended = new Set<Worker>();
  #closing = false;

  private constructor(
    threads: readonly [Worker, Worker],
    unlock: () => void,
    onFatal: (error: Error) => void,
  ) {
    this.#threads = threads;
    this.#unlock = unlock;
    this.#clients = [new StorageClient(threads[0]), new StorageClient(threads[1])];
    this.storage = new SqliteStorage(this.#clients[0], this.#clients[1]);
    threads.forEach((thread, index) => {
      let cause: unknown;
      thread.on('error', (error) => (cause = error));
      thread.on('exit', () => {
        this.#ended.add(thread);
        if (this.#closing) return;
        // Whoever waits is told what they can do, which is to ask again later; what it died of is the operator's to know.
        this.#clients[index]?.fail(new Refusal('storage_unavailable', 'The storage has gone.'));
        onFatal(new Error('A storage thread has ended.', { cause }));
      });
    });
  }

  /**
   * Creates the folder if need be, locks it, migrates, and starts both threads.
   * @param onFatal told when a storage thread dies later: the process can only stop then
   * @throws Error with words for an operator: folder in use, not writable, not a database, newer schema
   */
  static async open(
    dataDir: string,
    onFatal: (error: Error) => void = () => {},
    migrations?: URL,
  ): Promise<SqliteEngine> {
    makeFolder(dataDir);
    const unlock = lockDataFolder(dataDir);
    const file = join(dataDir, 'posthorn.db');
    const folder = (migrations ?? new URL('../migrations/', import.meta.url)).href;
    try {
      const threads = [makeThread(file, 'writer', folder), makeThread(file, 'reader', folder)] as const;
      try {
        // One after the other: there is nothing to read before the writer has migrated.
        for (const thread of threads) await opened(thread);
      } catch (error) {
        await Promise.all(threads.map((thread) => thread.terminate()));
        throw error;
      }
      return new SqliteEngine(threads, unlock, onFatal);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** A fresh pair of ports for a further thread. */
  connect(): StoragePorts {
    const [writer, reader] = this.#threads.map((thread) => {
      const { port1, port2 } = new MessageChannel();
      thread.postMessage({ connect: port1 }, [port1]);
      return port2;
    });
    if (!writer || !reader) throw new Error('unreachable');
    return { writer, reader };
  }

  /** Commits what was asked before, then closes. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const [writer, reader] = this.#threads;
    // The reader first: the writer's last checkpoint can then empty the write-ahead log.
    for (const thread of [reader, writer]) {
      // One that has died has nothing left to commit, and would never answer.
      if (this.#ended.has(thread)) continue;
      const closed = new Promise<void>((resolve) => {
        thread.on('message', (message: FromStorage) => 'closed' in message && resolve());
        thread.once('exit', () => resolve());
      });
      thread.ref();
      thread.postMessage({ close: true });
      await closed;
      await thread.terminate();
    }
    this.#unlock();
  }
}

export function storageOver(ports: StoragePorts): SqliteStorage {
  return new SqliteStorage(new StorageClient(ports.writer), new StorageClient(ports.reader));
}

function makeThread(file: string, mode: StorageThreadOptions['mode'], migrations: string): Worker {
  return new Worker(new URL('./storage-thread.js', import.meta.url), {
    workerData: { file, mode, migrations } satisfies StorageThreadOptions,
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  });
}

function opened(thread: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (message: FromStorage): void => {
      thread.off('message', settle);
      if ('fatal' in message) reject(fromWire(message.fatal));
      else resolve();
    };
    thread.on('message', settle);
    thread.on('error', reject);
    thread.postMessage({ open: true } satisfies ToStorage);
  });
}

/** One folder after the other: where none can be made (`/proc/x`) Node's own `recursive` tries for ever. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  mkdirSync(path, { recursive: false });
}
