/** As much of a clock as resting takes: milliseconds of monotonic time. Answers how to cancel. */
interface Alarm {
  after(ms: number, wake: () => void): () => void;
}

/** `again`: there may be more right now. A number: milliseconds to rest if nobody calls. */
export type Looked = 'again' | number;

/**
 * Looks whenever somebody calls, and after a while though nobody did: a call is a hint that may be missed. One look at a
 * time. Whoever calls while it looks is heard: what they have just stored may lie behind the place where the look is.
 */
export class LookAgain {
  readonly #alarm: Alarm;
  readonly #look: () => Promise<Looked>;
  readonly #trouble: (error: unknown) => number | Promise<number>;
  #state: 'new' | 'running' | 'stopped' = 'new';
  #busy = false;
  #looking: Promise<void> | undefined;
  #called = false;
  #cancel = (): void => {};
  #unsubscribe = (): void => {};

  /** @param trouble told of what a look has thrown; answers the milliseconds to rest. Does not throw itself. */
  constructor(
    alarm: Alarm,
    look: () => Promise<Looked>,
    trouble: (error: unknown) => number | Promise<number>,
  ) {
    this.#alarm = alarm;
    this.#look = look;
    this.#trouble = trouble;
  }

  get state(): 'new' | 'running' | 'stopped' {
    return this.#state;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  /** @param subscribe takes whom to call when there is something to see; answers how to unsubscribe */
  start(subscribe: (call: () => void) => () => void): void {
    this.#state = 'running';
    this.#unsubscribe = subscribe(() => this.call());
    this.call();
  }

  /** Finishes the look under way, and looks no more. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#unsubscribe();
    this.#cancel();
    await this.#looking;
  }

  call(): void {
    if (!this.running) return;
    this.#called = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#looking = this.#lookAround().finally(() => {
      this.#busy = false;
      // Somebody called after the last look and before this: nobody else will hear them.
      if (this.#called) this.call();
    });
  }

  async #lookAround(): Promise<void> {
    this.#cancel();
    let rest = 0;
    while (this.#called && this.running) {
      this.#called = false;
      const looked = await this.#look().catch((error: unknown) => this.#trouble(error));
      if (looked === 'again') this.#called = true;
      else rest = looked;
    }
    if (this.running) this.#cancel = this.#alarm.after(Math.max(1, rest), () => this.call());
  }
}
