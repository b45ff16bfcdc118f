import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import type { Mail } from '#test/fakes/kit/mails.js';
import type { Driver } from './driver.js';
import { callbackOf, type Told, type ToldKind, type VendorKeys } from './vendor-calls.js';

/** What vendors may tell of a message, in any order. The shares add up to one. */
const FATES: readonly (readonly [share: number, kinds: readonly ToldKind[]])[] = [
  [0.25, []],
  [0.3, ['delivered']],
  [0.15, ['sent', 'delivered']],
  [0.05, ['sent']],
  [0.05, ['soft bounce']],
  [0.05, ['soft bounce', 'delivered']],
  [0.06, ['hard bounce']],
  [0.04, ['delivered', 'hard bounce']],
  [0.05, ['sent', 'delivered', 'complained']],
];
/** So many of a campaign's messages are told of: of all of them there would be nothing new. */
const OF_A_CAMPAIGN = 60;
const LOOK_EVERY_MS = 40;

export interface VendorsOptions {
  readonly seed: number;
  readonly audience: number;
  /** Whether what they tell of a campaign may suppress somebody. */
  readonly suppressing: boolean;
  readonly keys: VendorKeys;
}

interface Telling {
  readonly mail: Mail;
  readonly kind: ToldKind;
}

/** Calls back about what the fakes took, as often as it takes to be heard, and some of it once more. */
export class Vendors {
  readonly told: Told[] = [];
  readonly #driver: Driver;
  readonly #fakes: readonly Fake[];
  readonly #options: VendorsOptions;
  readonly #seen = new Map<Fake, number>();
  readonly #queue: Telling[] = [];
  #busy = 0;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();
  #trouble: unknown;

  constructor(driver: Driver, fakes: readonly Fake[], options: VendorsOptions) {
    this.#driver = driver;
    this.#fakes = fakes;
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      this.#trouble = error;
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  /** What is still to be told, in words. @throws whatever ended them */
  get left(): string | undefined {
    if (this.#trouble !== undefined) throw this.#trouble as Error;
    const unseen = this.#fakes.some((fake) => (fake.mails().at(-1)?.n ?? 0) > (this.#seen.get(fake) ?? 0));
    const untold = this.#queue.length + this.#busy;
    return unseen || untold > 0 ? `${untold} events to be told by vendors` : undefined;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#look();
      const tellers = Array.from({ length: 3 }, () => this.#tellAll());
      await Promise.all(tellers);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  #look(): void {
    for (const fake of this.#fakes) {
      const seen = this.#seen.get(fake) ?? 0;
      const mails = fake.mails().filter(({ n }) => n > seen);
      for (const mail of mails) this.#queue.push(...this.#tellingsOf(mail));
      this.#seen.set(fake, mails.at(-1)?.n ?? seen);
    }
  }

  #tellingsOf(mail: Mail): Telling[] {
    const { seed, audience, suppressing } = this.#options;
    const random = new SeededRandomness(seed ^ hashOf(`${mail.provider} ${mail.to.join()}`));
    const [share, place] = [random.unit(), random.unit()];
    const ofCampaign = /cmp.{7}$/.test(mail.deliveryId ?? '');
    if (ofCampaign && share * audience > OF_A_CAMPAIGN) return [];
    let upTo = 0;
    const [, kinds = []] = FATES.find(([part]) => (upTo += part) > place) ?? [];
    const fit = kinds.filter(
      (kind) =>
        (suppressing || !ofCampaign || !isSuppressing(kind)) &&
        (mail.provider !== 'twilio' || kind !== 'complained'),
    );
    const twice = fit.flatMap((kind) => (random.unit() < 0.3 ? [kind, kind] : [kind]));
    return shuffled(twice, random).map((kind) => ({ mail, kind }));
  }

  async #tellAll(): Promise<void> {
    for (let one = this.#queue.shift(); one && !this.#stopping; one = this.#queue.shift()) {
      this.#busy += 1;
      await this.#tell(one);
      this.#busy -= 1;
    }
  }

  async #tell({ mail, kind }: Telling): Promise<void> {
    for (;;) {
      if (this.#stopping) return;
      const status = await this.#driver.tell((publicUrl) =>
        callbackOf(mail, kind, { ...this.#options.keys, publicUrl }),
      );
      if (status !== undefined && status < 300) break;
      if (status !== undefined && status < 500 && status !== 429)
        throw new Error(`${mail.provider} telling ${kind} was answered ${status}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    const { provider, deliveryId = '', to } = mail;
    this.told.push({ provider, deliveryId, to: to.join(), kind, answeredAt: Date.now() });
  }
}

function isSuppressing(kind: ToldKind): boolean {
  return kind === 'hard bounce' || kind === 'complained';
}

function shuffled<T>(items: readonly T[], random: SeededRandomness): T[] {
  return items
    .map((item): [number, T] => [random.unit(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
