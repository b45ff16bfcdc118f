import { Worker } from 'node:worker_threads';
import { type FieldFault, Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import type { Inspected } from '#ports/templating/template-inspector.js';
import type { Source } from './inspect-source.js';

export interface ToInspection {
  readonly id: number;
  readonly content: Source;
}

export type FromInspection = { readonly id: number } & (
  | { readonly inspected: Inspected }
  | {
      readonly refused: {
        readonly code: RefusalCode;
        readonly detail: string;
        readonly faults: readonly FieldFault[];
      };
    }
);

/** A thread costs some 20 MB: it goes when nothing has been asked of it for so long. */
const IDLE_MS = 10_000;

interface Waiting {
  readonly resolve: (inspected: Inspected) => void;
  readonly reject: (error: Error) => void;
}

/** Inspects templates on a thread of its own, one after the other. It is started when there is something to inspect. */
export class Inspection {
  readonly #idleMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(idleMs: number = IDLE_MS) {
    this.#idleMs = idleMs;
  }

  /** Whether its thread is there. */
  get running(): boolean {
    return this.#thread !== undefined;
  }

  inspect(content: Source): Promise<Inspected> {
    clearTimeout(this.#idle);
    const thread = (this.#thread ??= this.#start());
    // While an answer is owed the thread must not let the process end.
    thread.ref();
    const id = ++this.#lastId;
    return new Promise<Inspected>((resolve, reject) => {
      thread.postMessage({ id, content } satisfies ToInspection);
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #start(): Worker {
    const thread = new Worker(new URL('./inspection-thread.js', import.meta.url));
    thread.on('message', (message: FromInspection) => this.#receive(message));
    thread.on('error', (error) => this.#lose(thread, error));
    thread.on('exit', () => this.#lose(thread, new Error('The inspection of templates has ended.')));
    return thread;
  }

  #receive(message: FromInspection): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#rest();
    if ('inspected' in message) return waiting?.resolve(message.inspected);
    const { code, detail, faults } = message.refused;
    waiting?.reject(new Refusal(code, detail, { faults }));
  }

  #rest(): void {
    this.#thread?.unref();
    this.#idle = setTimeout(() => {
      const thread = this.#thread;
      this.#thread = undefined;
      void thread?.terminate();
    }, this.#idleMs).unref();
  }

  /** The next template starts another; whoever waited for this one can only ask again. */
  #lose(thread: Worker, error: Error): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
