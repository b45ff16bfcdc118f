import type { ProviderView } from '#adapters/rest/providers/provider.view.js';
import type { Stats } from '../api/follow-campaign.js';
import type { CommandContext } from '../terminal/context.js';
import { count, plain, timeOfDay } from '../terminal/words.js';
import type { FakeSes, Mood } from './fake-ses.js';

interface Phase {
  readonly mood: Mood;
  readonly words: string;
  /** Milliseconds; the last one stays. */
  readonly lasts: number;
}

/** A bad quarter of an hour in a few seconds. */
const PHASES: readonly Phase[] = [
  { mood: { kind: 'status', status: 429 }, words: 'SES answers 429 Too Many Requests', lasts: 2500 },
  { mood: { kind: 'status', status: 503 }, words: 'SES answers 503 Service Unavailable', lasts: 3000 },
  { mood: { kind: 'hang' }, words: 'SES does not answer at all', lasts: 3000 },
  { mood: { kind: 'healthy' }, words: 'SES is well again', lasts: Infinity },
];
/** It begins when this share of the campaign is out. */
const BEGINS_AT = 0.2;
const LOOK_EVERY_MS = 250;

/** Lets SES fail in the middle of a campaign, and tells what Posthorn makes of it. */
export class Outage {
  readonly #context: CommandContext;
  readonly #ses: FakeSes;
  readonly #begun = Promise.withResolvers<void>();
  #over = false;
  #stats: Stats | undefined;
  #providers: readonly ProviderView[] = [];
  /** Accepted by SES when it became well again; undefined before, and when it has been told. */
  #sesBefore: number | undefined;
  #capturing = false;
  /** Whether SES took traffic again after the outage. */
  returned = false;

  constructor(context: CommandContext, ses: FakeSes) {
    this.#context = context;
    this.#ses = ses;
  }

  /** As `GET /v1/providers` last had them. */
  get providers(): readonly ProviderView[] {
    return this.#providers;
  }

  /** What the campaign has come to. */
  heard(stats: Stats): void {
    this.#stats = stats;
    const { byProvider, audience } = stats;
    if (acceptedIn(stats) >= audience * BEGINS_AT) this.#begun.resolve();
    const captured = byProvider['capture'] ?? 0;
    if (captured > 0 && !this.#capturing) {
      this.#capturing = true;
      this.#tell(`capture takes over (${count(captured)} messages so far)`);
    }
    const bySes = byProvider['ses'] ?? 0;
    if (this.#sesBefore !== undefined && bySes > this.#sesBefore && !this.returned) {
      this.returned = true;
      this.#tell('the campaign is back on SES');
    }
  }

  /** Runs until the campaign is over. */
  async run(): Promise<void> {
    const looking = this.#look();
    await this.#begun.promise;
    for (const { mood, words, lasts } of PHASES) {
      if (this.#over) break;
      await this.#ses.feel(mood);
      if (mood.kind === 'healthy') this.#sesBefore = this.#stats?.byProvider['ses'] ?? 0;
      this.#tell(this.#context.terminal.paint('bold', words));
      if (lasts !== Infinity) await this.#pause(lasts);
    }
    await looking;
  }

  end(): void {
    this.#over = true;
    this.#begun.resolve();
  }

  async #look(): Promise<void> {
    while (!this.#over) {
      const now = await this.#context.client.get<ProviderView[]>('/v1/providers');
      for (const { name, state, reason } of now) {
        const before = this.#providers.find((one) => one.name === name)?.state ?? 'closed';
        if (before !== state)
          this.#tell(`${name}: ${before} → ${state}${reason === null ? '' : ` (${plain(reason)})`}`);
      }
      this.#providers = now;
      await this.#pause(LOOK_EVERY_MS);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#context.clock.after(ms, resolve));
  }

  #tell(words: string): void {
    const { terminal, clock } = this.#context;
    terminal.print(`${terminal.paint('dim', timeOfDay(clock.now()))}  ${words}`);
  }
}

function acceptedIn({ accepted, delivered, bounced, complained }: Stats): number {
  return accepted + delivered + bounced + complained;
}
