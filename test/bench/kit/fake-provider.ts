import type { Arrival } from '#test/fakes/kit/arrivals.js';
import type { FaultRule } from '#test/fakes/kit/fault-rules.js';
import { RemoteFake } from '#test/fakes/kit/remote.js';
import type { FakeStats } from '#test/fakes/kit/stats.js';
import { spawnFakes, type SpawnedFakes } from '#test/fakes/spawn.js';
import { pause } from './pause.js';
import { ProcessMeter } from './process-meter.js';

const LOOK_EVERY_MS = 100;

/** Resend as all contestants meet it: a process of its own that counts what it accepts and keeps nothing. */
export class FakeProvider {
  readonly url: string;
  readonly apiKey: string;
  readonly meter: ProcessMeter;
  readonly #spawned: SpawnedFakes;
  readonly #remote: RemoteFake;

  private constructor(spawned: SpawnedFakes, resend: NonNullable<SpawnedFakes['fakes']['resend']>) {
    this.#spawned = spawned;
    this.url = resend.url;
    this.apiKey = resend.credentials['apiKey'] ?? '';
    this.meter = new ProcessMeter(spawned.pid);
    this.#remote = new RemoteFake(resend.adminUrl);
  }

  /** @param note notes when names that begin with this come in */
  static async start({ note }: { readonly note?: string } = {}): Promise<FakeProvider> {
    const noting = note === undefined ? [] : ['--note', note];
    const spawned = await spawnFakes(['--resend', '--mode', 'count', '--resend-rate', 'off', ...noting]);
    const { resend } = spawned.fakes;
    if (!resend) throw new Error('the fakes came without Resend');
    return new FakeProvider(spawned, resend);
  }

  stats(): Promise<FakeStats> {
    return this.#remote.stats();
  }

  arrivals(): Promise<Arrival[]> {
    return this.#remote.arrivals();
  }

  async reset(): Promise<void> {
    await this.#remote.setFaults([]);
    await this.#remote.resetStats();
  }

  setFaults(rules: readonly FaultRule[]): Promise<void> {
    return this.#remote.setFaults(rules);
  }

  release(): Promise<number> {
    return this.#remote.release();
  }

  /** Resolves with the counters once they satisfy. @throws Error when nothing was accepted for `patienceMs` */
  async until(satisfied: (stats: FakeStats) => boolean, patienceMs = 30_000): Promise<FakeStats> {
    let last = -1;
    let since = performance.now();
    for (;;) {
      const stats = await this.stats();
      if (satisfied(stats)) return stats;
      if (stats.requests !== last) {
        last = stats.requests;
        since = performance.now();
      } else if (performance.now() - since > patienceMs) {
        throw new Error(`the provider has heard nothing for ${patienceMs} ms: ${JSON.stringify(stats)}`);
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  async stop(): Promise<void> {
    await this.#spawned.stop();
  }
}
