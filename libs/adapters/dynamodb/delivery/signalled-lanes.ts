import type { Instant } from '#domain/kernel/brand.js';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import type { Claim, Claimed, LaneDepth, Lanes, Leftover } from '#ports/delivery/lanes.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import type { DynamoLanes } from './dynamo-lanes.js';
import { type ParcelItem, parcelKey } from './items.js';
import type { LaneSignal, LaneSignals } from './lane-signals.js';

/** Received and not looked at yet, for each lane: workers that are busy leave the rest to other processes. */
const MOST_WAITING = 20;
/** What is received and not claimed is another's again after that. */
const UNLOOKED_MS = 30_000;
const AFTER_FAILURE_MS = 1_000;

export interface SignalledLanesTools {
  readonly lanes: DynamoLanes;
  readonly table: DynamoTable;
  readonly signals: LaneSignals;
  readonly clock: Clock;
  readonly log: Log;
}

export interface SignalledLanesSettings {
  /** How often a lane is looked through for what is due and was not signalled. 0: at each claim. */
  readonly sweepEveryMs: number;
}

/**
 * The lanes with a queue before them, which says where to look: a claim takes the parcels that were named, and only now and then looks
 * the lane through for those whose message was lost. The message of a claimed parcel stays with its claim: hidden as long as it, and
 * deleted when it is finished, so that it comes again should the worker die.
 */
export class SignalledLanes implements Lanes {
  readonly #tools: SignalledLanesTools;
  readonly #sweepEveryMs: number;
  readonly #waiting = new Map<Lane, LaneSignal[]>();
  readonly #held = new Map<string, LaneSignal[]>();
  readonly #sweptAt = new Map<Lane, number>();
  readonly #listeners = new Set<() => void>();
  readonly #roomFor = new Map<Lane, () => void>();
  #loops: Promise<void>[] | undefined;
  #isStopped = false;

  constructor(tools: SignalledLanesTools, settings: SignalledLanesSettings) {
    this.#tools = tools;
    this.#sweepEveryMs = settings.sweepEveryMs;
  }

  /** Receives for these lanes until it is stopped. A function that is handed its messages takes {@link heard} instead. */
  listen(to: readonly Lane[] = lanes): void {
    this.#loops ??= to.map((lane) => this.#listen(lane));
  }

  /** Resolves when the receives that are under way have ended. What is not claimed by then comes again. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const go of this.#roomFor.values()) go();
    await Promise.all(this.#loops ?? []);
  }

  heard(lane: Lane, signals: readonly LaneSignal[]): void {
    if (signals.length === 0) return;
    this.#waiting.set(lane, [...(this.#waiting.get(lane) ?? []), ...signals]);
    for (const wake of [...this.#listeners]) wake();
  }

  async claim(lane: Lane, max: number, leaseMs: number, now: Instant): Promise<Claimed> {
    const named = await this.#claimNamed(lane, max, leaseMs, now);
    const nextSweepIn = this.#nextSweepIn(lane);
    if (nextSweepIn > 0 || named.length >= max)
      return { claims: named, nextDueAt: named.length >= max ? now : now + nextSweepIn };
    this.#sweptAt.set(lane, this.#tools.clock.monotonic());
    const swept = await this.#tools.lanes.claim(lane, max - named.length, leaseMs, now);
    const next = this.#sweepEveryMs === 0 ? swept.nextDueAt : now + this.#sweepEveryMs;
    return { claims: [...named, ...swept.claims], nextDueAt: next };
  }

  async extend(claims: readonly Claim[], leaseMs: number, now: Instant): Promise<void> {
    await this.#tools.lanes.extend(claims, leaseMs, now);
    for (const [lane, ofLane] of Map.groupBy(claims, (claim) => claim.lane)) {
      const signals = ofLane.flatMap(({ parcel }) => this.#held.get(parcel) ?? []);
      await this.#hide(lane, signals, leaseMs);
    }
  }

  async finish(claim: Claim, leftovers: readonly Leftover[], now: Instant): Promise<void> {
    await this.#tools.lanes.finish(claim, leftovers, now);
    await this.#letGo(claim);
  }

  async putBack(claim: Claim, dueAt: Instant, now: Instant): Promise<void> {
    await this.#tools.lanes.putBack(claim, dueAt, now);
    // It has been signalled anew, for its new time.
    await this.#letGo(claim);
  }

  depths(now: Instant): Promise<readonly LaneDepth[]> {
    return this.#tools.lanes.depths(now);
  }

  onWork(wake: () => void): () => void {
    this.#listeners.add(wake);
    const stop = this.#tools.lanes.onWork(wake);
    return () => {
      this.#listeners.delete(wake);
      stop();
    };
  }

  async #claimNamed(lane: Lane, max: number, leaseMs: number, now: Instant): Promise<Claim[]> {
    const signals = (this.#waiting.get(lane) ?? []).splice(0, max);
    this.#roomFor.get(lane)?.();
    if (signals.length === 0) return [];
    const named = Map.groupBy(signals, ({ parcel }) => parcel);
    const items = await this.#tools.table.getAll<ParcelItem>([...named.keys()].map(parcelKey));
    const there = new Map(items.map((item) => [item.id, item]));
    // Finished since, or never there: a message that came twice, or late.
    await this.#forget(
      lane,
      signals.filter(({ parcel }) => !there.has(parcel)),
    );
    const claims = await this.#tools.lanes.claimThese(
      items.filter(({ visibleAt }) => visibleAt <= now),
      leaseMs,
      now,
    );
    for (const { parcel } of claims) this.#hold(parcel, named.get(parcel) ?? []);
    const claimed = new Set(claims.map(({ parcel }) => parcel));
    for (const [parcel, its] of named) {
      const item = there.get(parcel);
      if (!item) continue;
      const forMs = claimed.has(parcel) || item.visibleAt <= now ? leaseMs : item.visibleAt - now;
      await this.#hide(lane, its, forMs);
    }
    return claims;
  }

  #hold(parcel: string, signals: readonly LaneSignal[]): void {
    this.#held.set(parcel, [...signals]);
  }

  async #letGo({ parcel, lane }: Claim): Promise<void> {
    const signals = this.#held.get(parcel) ?? [];
    this.#held.delete(parcel);
    await this.#forget(lane, signals);
  }

  #nextSweepIn(lane: Lane): number {
    const last = this.#sweptAt.get(lane);
    return last === undefined ? 0 : Math.max(0, last + this.#sweepEveryMs - this.#tools.clock.monotonic());
  }

  async #listen(lane: Lane): Promise<void> {
    while (!this.#isStopped) {
      const room = MOST_WAITING - (this.#waiting.get(lane)?.length ?? 0);
      if (room <= 0) {
        await new Promise<void>((resolve) => this.#roomFor.set(lane, resolve));
        continue;
      }
      try {
        this.heard(lane, await this.#tools.signals.receive(lane, room, UNLOOKED_MS));
      } catch (error) {
        this.#tools.log.warn('lanes.receive_failed', { lane, error });
        await new Promise<void>((resolve) => void this.#tools.clock.after(AFTER_FAILURE_MS, resolve));
      }
    }
  }

  /** A message that could not be hidden comes again and finds that there is nothing to do; so does one that could not be deleted. */
  async #hide(lane: Lane, signals: readonly LaneSignal[], ms: number): Promise<void> {
    if (signals.length === 0) return;
    await this.#tools.signals.hide(lane, signals, ms).catch((error: unknown) => {
      this.#tools.log.warn('lanes.hide_failed', { lane, error });
    });
  }

  async #forget(lane: Lane, signals: readonly LaneSignal[]): Promise<void> {
    if (signals.length === 0) return;
    await this.#tools.signals.forget(lane, signals).catch((error: unknown) => {
      this.#tools.log.warn('lanes.forget_failed', { lane, error });
    });
  }
}
