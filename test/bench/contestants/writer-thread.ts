import { once } from 'node:events';
import { isMainThread, parentPort, receiveMessageOnPort, Worker, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { commitRows, openRows, type RowStore } from './group-commits.js';

type Rows = readonly (readonly [id: string, body: string])[];

/** Commits in a thread of their own: what gathers while one is written shares the next, and the serving loop waits for none. */
export class WriterThread implements RowStore {
  readonly #worker: Worker;
  /** In the order in which they were asked, which is that of the answers. */
  readonly #waiting: (() => void)[] = [];
  #unsent: (readonly [string, string])[] = [];

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (count: number) => {
      for (const resolve of this.#waiting.splice(0, count)) resolve();
    });
  }

  static async start(file: string): Promise<WriterThread> {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { file } });
    await once(worker, 'message');
    return new WriterThread(worker);
  }

  insert(id: string, body: string): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#unsent.push([id, body]);
      if (this.#unsent.length === 1) setImmediate(() => this.#send());
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(): void {
    this.#worker.postMessage(this.#unsent satisfies Rows);
    this.#unsent = [];
  }
}

function serve(file: string): void {
  const port = parentPort;
  if (!port) throw new Error('a writer is a thread');
  const rows = openRows(file);
  port.on('message', (first: Rows) => {
    const gathered = [...first];
    for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port))
      gathered.push(...(more.message as Rows));
    commitRows(rows, gathered);
    port.postMessage(gathered.length);
  });
  port.postMessage(0);
}

if (!isMainThread && parentPort) serve((workerData as { file: string }).file);
