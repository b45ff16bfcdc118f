import { type Looked, LookAgain } from '#domain/kernel/look-again.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { searchStore } from './search-store.js';

/** Milliseconds in which messages gather whose words are then written down together. */
export const GATHER_MS = 100;
const LOOK_AGAIN_MS = 60_000;
/** After something went wrong: a disk that is full does not get emptier by being asked. */
const TRY_AGAIN_MS = 5_000;

/**
 * Writes down the words of what was said, for those who look for them, beside the traffic: a portion at a time, between which
 * everything else gets its turn at the writer.
 */
export class WriteWords {
  readonly #storage: SqliteStorage;
  readonly #clock: Clock;
  readonly #calls;
  readonly #looker: LookAgain;
  #isDue = false;
  #cancel = (): void => {};

  constructor(storage: SqliteStorage, clock: Clock, log: Log) {
    this.#storage = storage;
    this.#clock = clock;
    this.#calls = storage.calls(searchStore);
    this.#looker = new LookAgain(
      clock,
      () => this.#look(),
      (error) => {
        log.error('chat.words_unwritten', { error });
        return TRY_AGAIN_MS;
      },
    );
  }

  start(): void {
    this.#looker.start((call) => this.#storage.on('chat', () => this.#gather(call)));
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#looker.stop();
  }

  #gather(call: () => void): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#cancel = this.#clock.after(GATHER_MS, () => {
      this.#isDue = false;
      call();
    });
  }

  async #look(): Promise<Looked> {
    const { upto, last, isUntidy } = await this.#calls.write('writeWords', {});
    return upto < last || isUntidy ? 'again' : LOOK_AGAIN_MS;
  }
}
