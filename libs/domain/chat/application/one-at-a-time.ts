/** Does something once for all who ask while nothing is under way, and once more for all who ask meanwhile. */
export class OneAtATime<T> {
  readonly #run: () => Promise<T>;
  #running: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(run: () => Promise<T>) {
    this.#run = run;
  }

  /** The answer of a run that began after this was asked. */
  ask(): Promise<T> {
    if (!this.#running) return this.#start();
    const again = (): Promise<T> => {
      this.#next = undefined;
      return this.#start();
    };
    this.#next ??= this.#running.then(again, again);
    return this.#next;
  }

  #start(): Promise<T> {
    const running = this.#run().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
