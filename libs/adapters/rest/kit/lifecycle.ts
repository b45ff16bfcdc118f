import { Injectable } from '@nestjs/common';

/** Where the server is in its life: `starting`, `serving`, `draining`. It never goes back. */
@Injectable()
export class Lifecycle {
  readonly #draining = new AbortController();
  #open: () => void = () => {};
  #serving = false;

  /** Resolves once requests may be carried out. */
  readonly started: Promise<void> = new Promise((resolve) => {
    this.#open = resolve;
  });

  /** Aborted when the server begins to stop: streams that would otherwise never end, end themselves. */
  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  get state(): 'starting' | 'serving' | 'draining' {
    if (this.#draining.signal.aborted) return 'draining';
    return this.#serving ? 'serving' : 'starting';
  }

  serve(): void {
    this.#serving = true;
    this.#open();
  }

  drain(): void {
    this.#draining.abort();
    this.#open();
  }
}
