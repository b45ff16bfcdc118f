import { type CrashPlan, planText } from './crash-points.js';
import { VictimProcess } from './victim-process.js';

/** The functions of the lanes in a process of their own, which is killed in the first of its lives and replaced. */
export class LaneProcess {
  readonly #env: Readonly<Record<string, string>>;
  readonly #deaths: readonly CrashPlan[];
  #process: VictimProcess | undefined;
  #stopping = false;
  readonly #running: Promise<void>;
  lives = 0;

  /** @param deaths in the middle of a batch, one a life; after these it lives on */
  constructor(env: Readonly<Record<string, string>>, deaths: readonly CrashPlan[]) {
    this.#env = env;
    this.#deaths = deaths;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#process?.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const crash = this.#deaths[this.lives];
      this.lives += 1;
      const dies = crash && { VICTIM_CRASH: planText(crash) };
      this.#process = await VictimProcess.start({ ...this.#env, ...dies }, 'lane-functions');
      if (this.#stopping) await this.#process?.stop();
      await this.#process?.exit;
    }
  }
}
