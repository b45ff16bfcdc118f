import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { acme } from '#ports/campaign/testing/campaign-stores.js';
import type { CampaignId } from '#domain/campaign/model/campaign.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { Process, Storage } from '../testing/campaign-under-test.js';
import { type Blow, Life, type Pace, uneven } from '../testing/mortal.js';
import {
  accepted,
  accountOf,
  addDraft,
  addPeople,
  dead,
  pass,
  sendAll,
  sendSome,
  statusOf,
} from '../testing/sending.js';

const PEOPLE = 60;
const limits = { page: 10, pagesInTurn: 2, ahead: 40 };

type Act = 'start' | 'pause' | 'resume' | 'cancel';

/** From which states each may be asked for. */
const legal: Readonly<Record<Act, readonly string[]>> = {
  start: ['draft', 'scheduled'],
  pause: ['running'],
  resume: ['paused'],
  cancel: ['draft', 'scheduled', 'running', 'paused'],
};

type TimedAct = readonly [act: Act, turns: number];

type Step =
  | { readonly do: Act | 'retry' }
  /** By several people, each a few turns of the loop after the others, while a worker sends. */
  | { readonly do: 'atOnce'; readonly acts: readonly TimedAct[] }
  | { readonly do: 'send'; readonly most: number; readonly failing: number }
  | { readonly do: 'pass'; readonly turns: number }
  | { readonly do: 'die'; readonly atCall: number; readonly how: 'before' | 'after' };

const act = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Act>('pause') },
  { weight: 3, arbitrary: fc.constant<Act>('resume') },
  { weight: 1, arbitrary: fc.constantFrom<Act>('start', 'cancel') },
);
const acts = (minLength: number): fc.Arbitrary<TimedAct[]> =>
  fc.array(fc.tuple(act, fc.nat(60)), { minLength, maxLength: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: act.map((what) => ({ do: what })) },
  { weight: 1, arbitrary: fc.constant({ do: 'retry' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('atOnce' as const),
      acts: acts(2),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      most: fc.integer({ min: 1, max: 12 }),
      failing: fc.integer({ min: 0, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), turns: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('die' as const),
      atCall: fc.integer({ min: 1, max: 30 }),
      how: fc.constantFrom('before', 'after'),
    }),
  },
);

const steps = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' });
const turns = fc.array(fc.nat(30), { minLength: 1, maxLength: 30, size: 'max' });

/** A campaign, its people, and what the world sees of it. */
class Run {
  readonly storage = new Storage();
  readonly #journal: string[] = [];
  /** How often a provider has taken a message to each. */
  readonly #taken = new Map<string, number>();
  readonly #pace: Pace;
  #process: Process;
  #id = '' as CampaignId;
  #cancelled = false;

  constructor(turns: readonly number[]) {
    this.#pace = uneven(turns);
    this.#process = this.#anotherLife();
  }

  /** Started while others have their say already. */
  async begin(others: readonly TimedAct[]): Promise<void> {
    this.#id = await addDraft(this.storage, this.#process, [await addPeople(this.storage, PEOPLE)]);
    this.#process.start();
    await this.#decideAtOnce([['start', 0], ...others]);
  }

  async do(one: Step): Promise<void> {
    switch (one.do) {
      case 'pass':
        for (let i = 0; i < one.turns; i++) await this.storage.clock.advance(300);
        return;
      case 'send':
        return this.#send(one.most, one.failing);
      case 'die':
        this.#process.life.end();
        this.#process = this.#anotherLife(one.atCall, one.how).start();
        await this.storage.clock.advance(300);
        this.#process.life.end();
        this.#process = this.#anotherLife().start();
        return;
      case 'retry':
        await this.storage.delivery.failedMessages.retry(
          acme,
          { dispatchId: this.#id as string as DispatchId },
          5,
          this.storage.clock.now(),
        );
        return;
      case 'atOnce':
        return this.#decideAtOnce(one.acts);
      default:
        return this.#decide(one.do);
    }
  }

  /** Whatever happened: the account adds up, and nobody was taken twice. */
  async check(): Promise<void> {
    await accountOf(this.storage, this.#id);
    for (const [address, times] of this.#taken) expect([address, times]).toEqual([address, 1]);
    const status = await statusOf(this.storage, this.#id);
    if (this.#cancelled) expect(status).toBe('cancelled');
  }

  /** Everything that is still to come comes, and then everybody is accounted for. */
  async end(): Promise<void> {
    if ((await statusOf(this.storage, this.#id)) === 'paused') await this.#decide('resume');
    for (let i = 0; i < 20; i++) {
      await pass(this.storage, 400);
      await sendAll(this.storage, this.#journal, (address) => this.#take(address, accepted));
    }
    await pass(this.storage, 6_000);
    await this.check();
    const account = await accountOf(this.storage, this.#id);
    expect(account.pending ?? 0).toBe(0);
    if (this.#cancelled) return;
    expect(await statusOf(this.storage, this.#id)).toBe('finished');
    expect((account.accepted ?? 0) + (account.dead ?? 0)).toBe(PEOPLE);
  }

  #anotherLife(blowAt?: number, blow?: Blow): Process {
    return new Process(this.storage, new Life(blowAt, blow, this.#pace), limits);
  }

  async #decide(what: Act): Promise<void> {
    const before = (await this.storage.campaigns.find(acme, this.#id))!;
    const obeyed = await this.#ask(what);
    // Those may finish, or be reopened by a retry, at any moment; the others wait for us.
    const moves = before.status === 'running' || before.status === 'finished';
    if (!moves) expect([what, obeyed]).toEqual([what, legal[what].includes(before.status)]);
    await this.#expectObedience();
  }

  /** Each is obeyed or refused as if they had come one after the other. */
  async #decideAtOnce(acts: readonly TimedAct[]): Promise<void> {
    const before = (await this.storage.campaigns.find(acme, this.#id))!;
    const sending = this.#send(3, 1);
    const obeyed = await Promise.all(
      acts.map(async ([what, turns]) => {
        for (let i = 0; i < turns; i++) await Promise.resolve();
        return this.#ask(what);
      }),
    );
    await sending;
    const after = (await this.storage.campaigns.find(acme, this.#id))!;
    const decisions = obeyed.filter(Boolean).length;
    expect(after.revision - before.revision).toBeGreaterThanOrEqual(decisions);
    await this.#expectObedience();
  }

  /** True if it was obeyed; what was refused was refused for the state it was in. */
  async #ask(what: Act): Promise<boolean> {
    try {
      const { status } = await this.#process.control[what](acme, this.#id);
      if (what === 'cancel') this.#cancelled = true;
      expect(legal[what]).not.toContain(status);
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      expect(error.code).toBe('invalid_transition');
      const state = /^A campaign that is (\w+) cannot become/.exec(error.message)?.[1];
      expect(state).toBeDefined();
      expect(legal[what]).not.toContain(state);
      return false;
    }
  }

  /** What has been decided is in force in delivery when the last answer is there. */
  async #expectObedience(): Promise<void> {
    const { status } = (await this.storage.campaigns.find(acme, this.#id))!;
    if (status === 'paused' || status === 'cancelled') await this.#expectSilence();
  }

  /** The decision has been answered: from now on no send starts. */
  async #expectSilence(): Promise<void> {
    const sent = this.#journal.length;
    await this.#send(5, 0);
    expect(this.#journal).toHaveLength(sent);
  }

  async #send(most: number, failing: number): Promise<void> {
    let left = failing;
    await sendSome(this.storage, this.#journal, most, (address) =>
      this.#take(address, left-- > 0 ? dead : accepted),
    );
  }

  #take(address: string, verdict: typeof accepted): typeof accepted {
    if (verdict === accepted) this.#taken.set(address, (this.#taken.get(address) ?? 0) + 1);
    return verdict;
  }
}

describe('A campaign under random hands', () => {
  it('is accounted for at every step, loses and doubles nobody, is silent when told, and stays cancelled', async () => {
    await fc.assert(
      fc.asyncProperty(acts(0), steps, turns, async (others, steps, turns) => {
        const run = new Run(turns);
        await run.begin(others);
        for (const one of steps) {
          await run.do(one);
          await run.check();
        }
        await run.end();
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});
