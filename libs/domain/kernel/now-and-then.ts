/** As much of a clock as waiting takes: milliseconds of monotonic time. Answers how to cancel. */
interface Alarm {
  after(ms: number, wake: () => void): () => void;
}

/** Work that nobody waits for, such as forgetting what nobody asks for any more: every so often, never twice at a time. */
export class NowAndThen {
  readonly #alarm: Alarm;
  readonly #everyMs: number;
  readonly #work: (goesOn: () => boolean) => Promise<void>;
  readonly #trouble: (error: unknown) => void;
  #cancel = (): void => {};
  #working: Promise<void> = Promise.resolve();
  #running = false;

  /**
   * @param everyMs between the end of one time and the beginning of the next
   * @param work asks `goesOn` between its steps whether to take the next
   * @param trouble told of what the work has thrown; the next time comes all the same
   */
  constructor(
    alarm: Alarm,
    everyMs: number,
    work: (goesOn: () => boolean) => Promise<void>,
    trouble: (error: unknown) => void,
  ) {
    this.#alarm = alarm;
    this.#everyMs = everyMs;
    this.#work = work;
    this.#trouble = trouble;
  }

  start(): void {
    this.#running = true;
    this.#cancel = this.#alarm.after(this.#everyMs, () => {
      this.#working = this.#work(() => this.#running)
        .catch(this.#trouble)
        .finally(() => {
          if (this.#running) this.start();
        });
    });
  }

  /** Finishes the step under way, and begins no other. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel();
    await this.#working;
  }
}
