import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import {
  deliveryId,
  type DeliveryStatus,
  deliveryStatuses,
  parseDeliveryId,
} from '#domain/delivery/model/delivery.js';
import type { Claim } from '../lanes.js';
import {
  aDispatch,
  allDeliveries,
  aSuppression,
  type DeliveryStores,
  HOUR,
  type OpenDeliveryStores,
  recipients,
  SECOND,
  START,
  toldOf,
} from './delivery-stores.js';
import { type ExpectedDispatch, ExpectedLedger } from './expected-ledger.js';
import { ADDRESSES, step, type Step } from './random-steps.js';
import { drain } from './draining.js';
import { aKey, asMembers, ordinalsOf, tryIntent } from './worker.js';

const FIRST_REVISION = 10;
const WHOLE = 1000;

/**
 * Random sequences of everything that can be done, by workers that live, die and come back late. After each step the
 * stores must agree with {@link ExpectedLedger} row by row, and every counter with its rows; at the end a diligent
 * worker must find every message that is still to be sent.
 */
export function describeRandomOperations(open: OpenDeliveryStores, runs: number): void {
  describe('under random operations', () => {
    it('is right after every step, and loses nothing', async () => {
      const steps = fc.array(step, { minLength: 20, maxLength: 60, size: 'max' });
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const stores = await open();
          try {
            const run = await Run.begin(stores);
            for (const [index, one] of sequence.entries()) {
              await run.do(one);
              await run.check(deliveryStatuses[index % deliveryStatuses.length] ?? 'pending');
            }
            await run.end();
          } finally {
            await stores.close();
          }
        }),
        // Whatever was found by then is reported, shrunk or not, with the seed that finds it again.
        { numRuns: runs, interruptAfterTimeLimit: 60_000 },
      );
    }, 90_000);
  });
}

class Run {
  readonly #its: DeliveryStores;
  readonly #expected = new ExpectedLedger();
  /** Every claim that was ever given out: those who died may come back. */
  readonly #claims: Claim[] = [];
  readonly #calls: { readonly claim: Claim; readonly key: string; readonly ordinals: readonly number[] }[] =
    [];
  #now = START;

  private constructor(stores: DeliveryStores) {
    this.#its = stores;
  }

  static async begin(stores: DeliveryStores): Promise<Run> {
    const run = new Run(stores);
    const dispatches = [
      aDispatch().build(),
      aDispatch().onLane('standard').transactional().build(),
      aDispatch()
        .expiringAt(START + 90 * SECOND)
        .build(),
    ];
    for (const dispatch of dispatches) {
      await stores.dispatches.open(dispatch);
      await stores.dispatches.control(dispatch.id, 'open', FIRST_REVISION);
      run.#expected.open(dispatch, FIRST_REVISION);
    }
    return run;
  }

  async do(one: Step): Promise<void> {
    switch (one.kind) {
      case 'accept':
        return this.#accept(one);
      case 'claim':
        return this.#claim(one);
      case 'extend':
        return this.#extend(one);
      case 'openIntent':
        return this.#openIntent(one);
      case 'settle':
        return this.#settle(one);
      case 'finish':
        return this.#finish(one);
      case 'discard':
        return this.#discard(one);
      case 'control':
        return this.#control(one);
      case 'suppress':
        return this.#suppress(one);
      case 'retry':
        return this.#retry(one);
      case 'retryOne':
      case 'resolve':
        return this.#decide(one);
      case 'seal':
        this.#expected.seal(this.#dispatchAt(one.at));
        return this.#its.dispatches.seal(this.#dispatchAt(one.at).dispatch.id);
      case 'pass':
        this.#now += one.ms;
    }
  }

  /** @param sample the status whose list is compared as well */
  async check(sample: DeliveryStatus): Promise<void> {
    for (const { dispatch, rows, told, control, sealed } of this.#expected.dispatches.values()) {
      const listed = await allDeliveries(this.#its, { dispatchId: dispatch.id });
      const found = new Map(
        listed.map(({ id, address, status, attempts }) => [
          parseDeliveryId(id)?.ordinal,
          { address, status, attempts },
        ]),
      );
      const wanted = new Map(
        [...rows].map(([ordinal, { address, status, attempts }]) => [ordinal, { address, status, attempts }]),
      );
      expect(found).toEqual(wanted);

      const counts = Object.fromEntries(deliveryStatuses.map((status) => [status, 0])) as Record<
        DeliveryStatus,
        number
      >;
      for (const { status } of listed) counts[status] += 1;
      const stats = await this.#its.dispatches.stats(dispatch.id);
      expect(stats).toMatchObject({ candidates: rows.size, counts, control, sealed });
      expect(Object.values(stats?.counts ?? {}).reduce((sum, count) => sum + count, 0)).toBe(
        stats?.candidates,
      );

      const sampled = await allDeliveries(this.#its, { dispatchId: dispatch.id, status: sample });
      expect([sample, sampled.length]).toEqual([sample, counts[sample]]);
      expect(await toldOf(this.#its, dispatch)).toEqual(told);
    }
  }

  async end(): Promise<void> {
    const dispatches = [...this.#expected.dispatches.values()];
    for (const [index, { dispatch, control, revision }] of dispatches.entries()) {
      if (control === 'halted') await this.#its.dispatches.control(dispatch.id, 'open', revision + 1);
      // Some are complete by their last message, some by the sealing.
      if (index > 0) await this.#its.dispatches.seal(dispatch.id);
    }
    await drain(this.#its, this.#now + HOUR);
    await this.#its.dispatches.seal(dispatches[0]!.dispatch.id);
    for (const { dispatch, rows } of dispatches) {
      const stats = await this.#its.dispatches.stats(dispatch.id);
      expect(stats).toMatchObject({ candidates: rows.size, counts: { pending: 0, submitting: 0 } });
      expect((await toldOf(this.#its, dispatch)).at(-1)).toBe('dispatch.completed');
    }
  }

  async #accept({ at, from, count, dueIn }: Extract<Step, { kind: 'accept' }>): Promise<void> {
    const to = this.#dispatchAt(at);
    // After the sealing only what has come before may come again.
    if (to.sealed) return;
    const page = recipients(Math.min(count, ADDRESSES - from), { from, dueAt: this.#now + dueIn });
    const known = new Set([...to.rows.values()].map(({ address }) => address));
    const fresh = to.control === 'cancelled' ? [] : page.filter(({ address }) => !known.has(address));
    expect(await this.#its.ledger.accept(to.dispatch.id, page, this.#now)).toEqual({ added: fresh.length });
    for (const { id, address } of await allDeliveries(this.#its, { dispatchId: to.dispatch.id })) {
      const ordinal = parseDeliveryId(id)?.ordinal ?? -1;
      if (fresh.some((one) => one.address === address))
        to.rows.set(ordinal, { ordinal, address, status: 'pending', attempts: 0 });
    }
  }

  async #claim({ lane, max, leaseMs }: Extract<Step, { kind: 'claim' }>): Promise<void> {
    const { claims } = await this.#its.lanes.claim(lane, max, leaseMs, this.#now);
    expect(claims.length).toBeLessThanOrEqual(max);
    for (const claim of claims) {
      const before = this.#expected.parcels.get(claim.parcel);
      if (before) {
        expect(before.finished).toBe(false);
        expect(before.leasedUntil).toBeLessThanOrEqual(this.#now);
        expect(claim.fence).toBeGreaterThan(before.claim.fence);
        expect(claim.receives).toBe(before.claim.receives + 1);
        expect(claim.members).toEqual(before.claim.members);
      }
      this.#expected.claimed(claim, this.#now + leaseMs);
      this.#claims.push(claim);
      const parcel = await this.#its.ledger.load(claim);
      expect(parcel?.members.map(({ ordinal }) => ordinal)).toEqual(this.#expected.pendingIn(claim));
      const orphans = parcel?.orphans.map(
        ({ key, members }) => [key, members.map(({ ordinal }) => ordinal)] as const,
      );
      expect(new Map(orphans)).toEqual(this.#expected.parcelOf(claim).intents);
    }
  }

  async #extend({ at, leaseMs }: Extract<Step, { kind: 'extend' }>): Promise<void> {
    const claim = around(this.#claims, at);
    if (!claim) return;
    await this.#its.lanes.extend([claim], leaseMs, this.#now);
    if (this.#expected.holds(claim)) this.#expected.parcelOf(claim).leasedUntil = this.#now + leaseMs;
  }

  async #openIntent({ at, from, count, unsendable }: Extract<Step, { kind: 'openIntent' }>): Promise<void> {
    const claim = around(this.#claims, at);
    if (!claim) return;
    const members = ordinalsOf(claim).filter((ordinal) => this.#expected.of(claim).rows.has(ordinal));
    const ordinals = members.slice(from, from + count);
    // What becomes of those that don't render is left open when nothing may be sent anyway.
    const expired = this.#now >= (this.#expected.of(claim).dispatch.expiresAt ?? Infinity);
    const broken = expired ? [] : members.slice(from + count, from + count + unsendable);
    const key = aKey();
    const answer = await tryIntent(this.#its, claim, ordinals, {
      key,
      now: this.#now,
      unsendable: broken.map((ordinal) => ({ ordinal, reason: 'missing_variable' })),
    });
    const expected = this.#expected.openIntent(claim, key, ordinals, broken, this.#now);
    const sorted =
      answer.kind === 'opened' ? { ...answer, refused: [...answer.refused].sort((a, b) => a - b) } : answer;
    expect(sorted).toEqual(expected);
    const sent = this.#expected.parcelOf(claim).intents.get(key);
    if (sent) this.#calls.push({ claim, key, ordinals: sent });
  }

  async #settle({ at, bySuccessor, verdicts }: Extract<Step, { kind: 'settle' }>): Promise<void> {
    const call = around(this.#calls, at);
    if (!call) return;
    const claim = bySuccessor ? this.#expected.parcelOf(call.claim).claim : call.claim;
    const verdictOf = (ordinal: number) => around(verdicts, ordinal)!;
    const answer = await this.#its.ledger.settle({
      claim,
      key: call.key,
      provider: 'ses',
      verdicts: call.ordinals.map((ordinal) => ({ ordinal, verdict: verdictOf(ordinal) })),
      now: this.#now,
    });
    expect(answer).toBe(this.#expected.settle(claim, call.key, verdictOf));
  }

  /** As a worker must: everything under way is settled, everything pending is put back. */
  async #finish({ at, dueIn, parts }: Extract<Step, { kind: 'finish' }>): Promise<void> {
    const claim = around(this.#claims, at);
    if (!claim || (this.#expected.holds(claim) && this.#expected.parcelOf(claim).intents.size > 0)) return;
    const left = this.#expected.pendingIn(claim);
    const leftovers = Array.from({ length: parts }, (_, part) => ({
      members: asMembers(left.filter((_one, index) => index % parts === part)),
      dueAt: this.#now + dueIn,
    })).filter(({ members }) => members.length > 0);
    await this.#its.lanes.finish(claim, leftovers, this.#now);
    if (this.#expected.holds(claim)) this.#expected.parcelOf(claim).finished = true;
  }

  async #discard({ at, count, to }: Extract<Step, { kind: 'discard' }>): Promise<void> {
    const claim = around(this.#claims, at);
    if (!claim) return;
    const ordinals = ordinalsOf(claim).slice(0, count);
    await this.#its.ledger.discard(claim, ordinals, to, 'discarded', this.#now);
    this.#expected.discard(claim, ordinals, to);
  }

  async #control({ at, control, newer }: Extract<Step, { kind: 'control' }>): Promise<void> {
    const to = this.#dispatchAt(at);
    const revision = to.revision + newer;
    await this.#its.dispatches.control(to.dispatch.id, control, revision);
    this.#expected.control(to, control, revision);
  }

  async #suppress({ who, scope }: Extract<Step, { kind: 'suppress' }>): Promise<void> {
    const suppression = aSuppression(`r${who}@example.com`, { scope });
    await this.#its.suppressions.add(suppression);
    this.#expected.suppress(suppression.workspaceId, suppression.address, scope);
  }

  async #retry({ at }: Extract<Step, { kind: 'retry' }>): Promise<void> {
    const { dispatch, rows } = this.#dispatchAt(at);
    const query = { dispatchId: dispatch.id };
    const answer = await this.#its.failedMessages.retry(dispatch.workspaceId, query, WHOLE, this.#now);
    expect(answer).toEqual({ retried: this.#expected.retry(this.#dispatchAt(at), [...rows.keys()]) });
  }

  async #decide({ kind, at, row: which }: Extract<Step, { kind: 'retryOne' | 'resolve' }>): Promise<void> {
    const to = this.#dispatchAt(at);
    const rows = [...to.rows.values()];
    const deadRows = rows.filter(({ status }) => status === 'dead');
    // Mostly one that can be retried; now and then one that can't.
    const row = around(which % 4 > 0 && deadRows.length > 0 ? deadRows : rows, which);
    if (!row) return;
    const { dispatch } = to;
    const id = deliveryId(dispatch.id, row.ordinal);
    if (kind === 'resolve') {
      const answer = await this.#its.failedMessages.resolve(dispatch.workspaceId, id, 'resolved', this.#now);
      expect(answer).toBe(row.status === 'dead' ? 'resolved' : 'not_dead');
      if (row.status === 'dead') row.status = 'failed';
    } else {
      const answer = await this.#its.failedMessages.retryOne(dispatch.workspaceId, id, this.#now);
      expect(answer === 'retried').toBe(this.#expected.retry(to, [row.ordinal]) === 1);
    }
  }

  #dispatchAt(at: number): ExpectedDispatch {
    return around([...this.#expected.dispatches.values()], at)!;
  }
}

function around<T>(all: readonly T[], at: number): T | undefined {
  return all[at % all.length];
}
