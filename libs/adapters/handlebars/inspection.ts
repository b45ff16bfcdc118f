import { Worker } from 'node:worker_threads';
import { type FieldFault, Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import type { PlainRendered } from '#ports/templating/renderer.js';
import type { Inspected } from '#ports/templating/template-inspector.js';
import type { Source } from './inspect-source.js';
import type { Trial } from './render-trial.js';

export type Asked = { readonly content: Source } | { readonly trial: Trial };
export type ToInspection = { readonly id: number } & Asked;

export type FromInspection = { readonly id: number } & (
  | { readonly answer: unknown }
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
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Inspects templates, and renders some for trial, on a thread of its own, one after the other. It is started when there is something to do. */
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

  /** @throws Refusal what TemplateInspector says */
  async inspect(content: Source): Promise<Inspected> {
    return (await this.#ask({ content })) as Inspected;
  }

  /** @throws Refusal what TrialRenderer says */
  async render(trial: Trial): Promise<PlainRendered> {
    return (await this.#ask({ trial })) as PlainRendered;
  }

  #ask(asked: Asked): Promise<unknown> {
    clearTimeout(this.#idle);
    const thread = (this.#thread ??= this.#start());
    // While an answer is owed the thread must not let the process end.
    thread.ref();
    const id = ++this.#lastId;
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      try {
        thread.postMessage({ id, ...asked } satisfies ToInspection);
      } catch (error) {
        // What cannot be copied to another thread, a function among the data: nobody will answer.
        this.#settle(id)?.reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  #start(): Worker {
    const thread = new Worker(new URL('./inspection-thread.js', import.meta.url));
    thread.on('message', (message: FromInspection) => this.#receive(message));
    thread.on('error', (error) => this.#lose(thread, error));
    thread.on('exit', () => this.#lose(thread, new Error('The inspection of templates has ended.')));
    return thread;
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#rest();
    return waiting;
  }

  #receive(message: FromInspection): void {
    const waiting = this.#settle(message.id);
    if ('answer' in message) return waiting?.resolve(message.answer);
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
