import type { Instant } from '#domain/kernel/brand.js';
import type { Share } from '#domain/delivery/model/rate-share.js';
import type { Fellow, FellowWorkers } from '#ports/delivery/fellow-workers.js';
import type { Clock } from '#ports/system/clock.js';
import type { Shares } from './company.js';

export interface FellowshipSettings {
  /**
   * For how long a worker that says nothing may still be acting. A newcomer waits so long before it acts, and so long
   * after a crash (or twice) the dead one's share is nobody's.
   */
  readonly leaseMs: number;
  /**
   * The register forgets nothing: who is not in a view does not act. Then whoever comes and finds nobody else acts at once, and
   * whoever has not been heard for a lease acts no more.
   */
  readonly remembers?: boolean;
  /** The register has been lost sight of, or found again. */
  readonly onContact?: (inContact: boolean, error?: unknown) => void;
}

export const defaultLeaseMs = 10_000;

/** Each lease is renewed so often in its time; an answer is waited for as long as that is apart. */
const BEATS_A_LEASE = 5;
/** Of a lease: an answer of a register that remembers is waited for so long, less than makes a process count as frozen. */
const PATIENCE = 0.4;

interface Known {
  readonly since: Instant;
  /** Monotonic: when the register last showed it. */
  readonly seenAt: number;
}

/**
 * This worker among all that act.
 *
 * The promise: everybody who acts is in the view of everybody who acts, at every moment. So shares add up to no more than the
 * whole while workers come, go and die, and while the register is away or has lost everything. It rests on one rule:
 * - whoever acts has heard the register within the last lease, and so of everyone who came before that;
 * - a newcomer acts only by a view taken a whole lease after it came; until then it has no share;
 * - nobody is struck off but by a view taken a whole lease after they were last seen, in one stretch of contact: a register
 *   that comes back empty or late gives everybody that long to enter themselves again.
 *
 * Who can't reach the register goes on by the last it knew, for as long as that takes: while the register is away for all,
 * nobody comes or is struck off. Only if some reach it and others don't, for longer than a lease, may more act than are
 * counted. A process that was frozen can't know what it has missed: it comes anew.
 *
 * Over a register that remembers nobody acts beyond their lease, so whoever comes and sees no lease but their own has it all. Of
 * two who come at once the second to enter sees the first.
 */
export class Fellowship implements Shares {
  readonly #fellows: FellowWorkers;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #settings: FellowshipSettings;
  readonly #known = new Map<string, Known>();
  readonly #wakes = new Set<() => void>();
  #since: Instant | undefined;
  #running = false;
  #asking: Promise<void> | undefined;
  #acting = false;
  #share: Share | undefined;
  /** Monotonic: the last try to reach the register, whatever came of it. */
  #triedAt = 0;
  /** Monotonic: when what the register last answered was asked. */
  #heardAt: number | undefined;
  #inContact: boolean | undefined;
  /** Monotonic, while not acting: since when everyone can see us. */
  #visibleSince = 0;
  #cancelBeat = (): void => {};
  #placed = (): void => {};
  #heard = (): void => {};

  /** @param name this process', never used again by another */
  constructor(fellows: FellowWorkers, clock: Clock, name: string, settings: FellowshipSettings) {
    this.#fellows = fellows;
    this.#clock = clock;
    this.#name = name;
    this.#settings = settings;
  }

  /**
   * Comes. Resolves with the first share, or without one when the register can't be reached for so long that it is better
   * to begin with what needs none; the share comes when it can.
   */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#triedAt = this.#clock.monotonic();
    const placed = new Promise<void>((resolve) => (this.#placed = resolve));
    const cancel = this.#clock.after(this.#settings.leaseMs * 1.5, this.#placed);
    void this.#beat();
    await placed;
    cancel();
  }

  /**
   * Comes, or comes back from its rest: for processes that work when they are asked to. Resolves when the register has been heard, or
   * could not be for a lease; a share that it does not give now comes later, as after `start`.
   */
  async come(): Promise<void> {
    if (!this.#running) {
      this.#running = true;
      this.#triedAt ||= this.#clock.monotonic();
      this.#asking = new Promise<void>((resolve) => (this.#heard = resolve));
      const cancel = this.#clock.after(this.#settings.leaseMs, this.#heard);
      void this.#asking.then(cancel);
      void this.#beat();
    }
    await this.#asking;
  }

  /** Asks no more until it comes back. The lease runs on: within half of it the share is there again at once. */
  rest(): void {
    this.#running = false;
    this.#cancelBeat();
    this.#heard();
  }

  /** Leaves, when nothing is in hand any more: the others share what was ours. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#cancelBeat();
    this.#acting = false;
    this.#tell();
    this.#placed();
    // If it can't be said now, the lease runs out.
    await this.#inTime(this.#fellows.leave(this.#name)).catch(() => {});
  }

  share(): Share | undefined {
    const now = this.#clock.monotonic();
    return this.#frozen(now) || this.#lapsed(now) ? undefined : this.#share;
  }

  onChanged(wake: () => void): () => void {
    this.#wakes.add(wake);
    return () => {
      this.#wakes.delete(wake);
    };
  }

  async #beat(): Promise<void> {
    const { leaseMs } = this.#settings;
    const askedAt = this.#clock.monotonic();
    if (this.#frozen(askedAt)) this.#comeAnew();
    this.#triedAt = askedAt;
    try {
      const view = await this.#inTime(this.#fellows.hold(this.#name, this.#since, leaseMs));
      if (!this.#running) return;
      // An answer that we slept over is no news.
      if (this.#frozen(this.#clock.monotonic())) this.#comeAnew();
      else this.#hear(view, askedAt);
      this.#contact(true);
    } catch (error) {
      if (!this.#running) return;
      if (this.#frozen(this.#clock.monotonic())) this.#comeAnew();
      this.#contact(false, error);
    }
    const now = this.#clock.monotonic();
    this.#triedAt = now;
    const nextIn = Math.max(1, askedAt + leaseMs / BEATS_A_LEASE - now);
    this.#cancelBeat = this.#clock.after(nextIn, () => void this.#beat());
  }

  /** A view of the register that was taken between `askedAt` and now. */
  #hear(view: readonly Fellow[], askedAt: number): void {
    const { leaseMs, remembers = false } = this.#settings;
    const now = this.#clock.monotonic();
    if (this.#lapsed(now)) this.#comeAnew();
    if (this.#heardAt === undefined || now - this.#heardAt > leaseMs / 2) this.#newStretch(now);
    this.#heardAt = askedAt;
    this.#since = view.find(({ name }) => name === this.#name)?.since ?? this.#since ?? this.#clock.now();
    for (const { name, since } of view) this.#known.set(name, { since, seenAt: now });
    this.#known.set(this.#name, { since: this.#since, seenAt: now });
    for (const [name, { seenAt }] of this.#known) if (askedAt - seenAt >= leaseMs) this.#known.delete(name);
    const isAlone = remembers && view.every(({ name }) => name === this.#name);
    if (isAlone || askedAt - this.#visibleSince >= leaseMs) this.#acting = true;
    this.#tell();
    if (this.#acting) this.#placed();
    this.#heard();
  }

  /** After a silence the others may not have been heard by the register either: what it shows says nothing yet. */
  #newStretch(now: number): void {
    this.#visibleSince = now;
    for (const [name, { since }] of this.#known) this.#known.set(name, { since, seenAt: now });
  }

  #comeAnew(): void {
    this.#acting = false;
    this.#heardAt = undefined;
    // Whoever else acts is in the next view.
    if (this.#settings.remembers) this.#known.clear();
    this.#tell();
  }

  /** Tries follow one another well within half a lease, unless this process did not run at all. */
  #frozen(now: number): boolean {
    return now - this.#triedAt > this.#settings.leaseMs / 2;
  }

  /** Others may act by now as if this one had gone. */
  #lapsed(now: number): boolean {
    const { leaseMs, remembers = false } = this.#settings;
    return remembers && this.#heardAt !== undefined && now - this.#heardAt >= leaseMs;
  }

  #tell(): void {
    const inOrder = [...this.#known].sort(
      ([a, one], [b, other]) => one.since - other.since || (a < b ? -1 : 1),
    );
    const rank = inOrder.findIndex(([name]) => name === this.#name);
    const share = this.#acting ? { rank, of: inOrder.length } : undefined;
    if (share?.rank === this.#share?.rank && share?.of === this.#share?.of) return;
    this.#share = share;
    for (const wake of [...this.#wakes]) wake();
  }

  #contact(inContact: boolean, error?: unknown): void {
    if (inContact === this.#inContact) return;
    this.#inContact = inContact;
    this.#settings.onContact?.(inContact, error);
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const ms = this.#settings.leaseMs * (this.#settings.remembers ? PATIENCE : 1 / BEATS_A_LEASE);
    let cancel = (): void => {};
    const late = new Promise<never>((_, reject) => {
      cancel = this.#clock.after(ms, () => reject(new Error(`No answer within ${ms} ms`)));
    });
    return Promise.race([answer, late]).finally(() => cancel());
  }
}
