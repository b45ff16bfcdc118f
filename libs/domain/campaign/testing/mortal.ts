/**
 * What happens at a call: the life ends before the call had any effect, or behind it, its answer never heard; or the
 * call alone fails, without effect.
 */
export type Blow = 'before' | 'after' | 'fails';

/** How long a call waits before it is carried out. */
export type Pace = () => Promise<void>;

const atOnce: Pace = async () => {};

/** A turn of the event loop, as for a thread or a network: whatever has been rejected and awaited by nobody is noticed. */
export const throughTheLoop: Pace = () => new Promise((resolve) => setImmediate(resolve));

/** Uneven, so that of two calls the later may come first: so many promises' time each, over and over. */
export function uneven(turns: readonly number[]): Pace {
  let next = 0;
  return async () => {
    const wait = turns[next++ % turns.length] ?? 0;
    for (let i = 0; i < wait; i++) await Promise.resolve();
  };
}

/**
 * One life of a process. It ends by `end`, or by a blow at its nth call to a store. Whoever waits for an answer then
 * waits for ever, as nobody is left to go on.
 */
export class Life {
  readonly #blowAt: number;
  readonly #blow: Blow;
  readonly #pace: Pace;
  #calls = 0;
  #ended = false;

  constructor(blowAt = Infinity, blow: Blow = 'before', pace: Pace = atOnce) {
    this.#blowAt = blowAt;
    this.#blow = blow;
    this.#pace = pace;
  }

  get ended(): boolean {
    return this.#ended;
  }

  end(): void {
    this.#ended = true;
  }

  async call<T>(act: () => Promise<T>): Promise<T> {
    if (this.#ended) return forever();
    const blow = ++this.#calls === this.#blowAt ? this.#blow : undefined;
    if (blow === 'fails') throw new Error('The storage is out of order.');
    if (blow === 'before') this.end();
    await this.#pace();
    if (this.#ended) return forever();
    const answer = await act();
    if (blow === 'after') this.end();
    return this.#ended ? forever() : answer;
  }
}

/** Every way to die at one of the first `calls` calls. */
export function deaths(calls: number): (readonly [at: number, how: 'before' | 'after'])[] {
  return Array.from({ length: calls }, (_, i) => i + 1).flatMap((at) => [
    [at, 'before'] as const,
    [at, 'after'] as const,
  ]);
}

/** A store as one life sees it. Only what answers by a promise is a call. */
export function mortal<T extends object>(store: T, life: Life, calls: readonly (keyof T & string)[]): T {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const act = value.bind(target) as (...args: unknown[]) => unknown;
      if (!(calls as readonly (string | symbol)[]).includes(name)) return act;
      return (...args: unknown[]) => life.call(async () => act(...args));
    },
  });
}

function forever<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
