import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Arrivals } from './arrivals.js';
import { wallClock, type FakeClock } from './clock.js';
import { parseFaultRules, type FaultRule } from './fault-rules.js';
import { FaultPlan } from './faults.js';
import { Journal, type JournalEntry, type JournalKind, type Provider } from './journal.js';
import { Mailbag, type MailContent } from './mails.js';
import { emptyStats, type FakeStats } from './stats.js';

export interface FakeOptions {
  /**
   * The journal's file, appended to if it exists. Left out: a temporary file, removed by `close`. The word `count`:
   * no journal and no mails, only counters, for benches (see `FakeState.counting`).
   */
  journal?: string;
  /** Also sync the journal to the disk before each answer. */
  durable?: boolean;
  faults?: FaultRule[];
  /** While only counting: note when names that begin with this come in (see `Arrivals`). */
  note?: string;
  /** How many of the last accepted mails to keep. Default 1,000. */
  keepMails?: number;
  /** Default 0: a free one. */
  port?: number;
  clock?: FakeClock;
}

/** A mail the vendor takes responsibility for, with everyone it goes to. */
export interface Acceptance {
  to: readonly string[];
  messageId: string;
  deliveryId?: string | undefined;
  idempotencyKey?: string | undefined;
  status: number;
  mail: MailContent | undefined;
  /** Why no mail comes of it after all. */
  unrendered?: string | undefined;
}

/** What the kit remembers of a call while it is under way. */
export interface CallRef {
  id: string;
  fault?: string | undefined;
}

/** What every fake has: journal, fault plan, mails, counters, and the calls left hanging. */
export class FakeState {
  readonly provider: Provider;
  readonly clock: FakeClock;
  readonly plan: FaultPlan;
  readonly mails: Mailbag;
  readonly journalPath: string;
  /** Bench mode: nothing is written or kept, and bodies are only looked at as far as counting needs. */
  readonly counting: boolean;
  readonly arrivals: Arrivals | undefined;
  #stats: FakeStats;
  readonly #journal: Journal | undefined;
  readonly #temporary: boolean;
  readonly #run: string;
  #calls = 0;
  #closed = false;
  #hanging = new Set<() => void>();

  constructor(provider: Provider, options: FakeOptions) {
    this.provider = provider;
    this.clock = options.clock ?? wallClock;
    this.counting = options.journal === 'count';
    this.#temporary = options.journal === undefined;
    const temporary = () => join(mkdtempSync(join(tmpdir(), 'fake-')), `${provider}.jsonl`);
    this.journalPath = this.counting ? '' : (options.journal ?? temporary());
    this.#journal = this.counting ? undefined : new Journal(this.journalPath, options.durable);
    this.arrivals = options.note === undefined ? undefined : new Arrivals(options.note, this.clock);
    this.plan = new FaultPlan(parseFaultRules(options.faults ?? []), this.clock.now());
    this.mails = new Mailbag(this.counting ? 0 : (options.keepMails ?? 1000));
    this.#stats = emptyStats(provider);
    this.#run = `${Date.now().toString(36)}${process.pid.toString(36)}`;
  }

  /** Unique over restarts of a fake on the same journal: the run is part of it. */
  nextCallId(): string {
    this.#calls += 1;
    return `${this.provider}-${this.#run}-${this.#calls}`;
  }

  setFaults(rules: readonly FaultRule[]): void {
    this.plan.set(parseFaultRules(rules), this.clock.now());
    this.write([
      this.line(
        'faults',
        { id: '' },
        { fault: rules.map((rule) => rule.name ?? rule.effect.kind).join(' ') },
      ),
    ]);
  }

  line(kind: JournalKind, call: CallRef, more: Partial<JournalEntry> = {}): JournalEntry {
    return {
      at: this.clock.now(),
      provider: this.provider,
      kind,
      callId: call.id,
      fault: call.fault,
      ...more,
    };
  }

  /** A closed fake writes nothing: what was still under way then is answered to nobody, so it did not happen. */
  write(entries: readonly JournalEntry[]): void {
    if (!this.#closed) this.#journal?.append(entries);
  }

  /** Puts acceptances (and the lines that belong with them) on disk in one write, then counts and keeps the mails. */
  accept(call: CallRef, acceptances: readonly Acceptance[], also: readonly JournalEntry[] = []): void {
    const lines: JournalEntry[] = [];
    for (const { to, mail: _mail, unrendered, ...fields } of acceptances) {
      for (const one of to) lines.push(this.line('accepted', call, { to: one, ...fields }));
      if (unrendered) lines.push(this.line('unrendered', call, { ...fields, error: unrendered }));
    }
    this.write([...lines, ...also]);
    this.countAccepted(acceptances.reduce((sum, { to }) => sum + to.length, 0));
    for (const { mail, messageId, deliveryId } of acceptances) {
      if (mail) {
        const at = this.clock.now();
        this.mails.add({ at, provider: this.provider, callId: call.id, messageId, deliveryId, ...mail });
      }
    }
  }

  countAccepted(recipients: number): void {
    if (recipients === 0) return;
    this.#stats.accepted += recipients;
    this.#stats.lastAcceptedAt = this.clock.now();
    this.#stats.firstAcceptedAt ||= this.#stats.lastAcceptedAt;
  }

  arrived(bytes: number): void {
    this.#stats.requests += 1;
    this.#stats.bytes += bytes;
  }

  started(): void {
    this.#stats.inFlight += 1;
    this.#stats.peakInFlight = Math.max(this.#stats.peakInFlight, this.#stats.inFlight);
  }

  finished(): void {
    this.#stats.inFlight -= 1;
  }

  count(
    what: 'rejected' | 'refused' | 'replayed' | 'dropped' | 'hung' | 'queries' | 'connections',
    by = 1,
  ): void {
    this.#stats[what] += by;
  }

  countStatus(status: number, fault?: string): void {
    this.#stats.byStatus[status] = (this.#stats.byStatus[status] ?? 0) + 1;
    if (fault) this.countFault(fault);
  }

  countFault(fault: string): void {
    this.#stats.byFault[fault] = (this.#stats.byFault[fault] ?? 0) + 1;
  }

  stats(): FakeStats {
    return structuredClone(this.#stats);
  }

  resetStats(): void {
    const { connections, inFlight } = this.#stats;
    this.#stats = { ...emptyStats(this.provider), connections, inFlight };
    this.arrivals?.clear();
  }

  journalSince(offset: number): { entries: JournalEntry[]; next: number } {
    return this.#journal?.since(offset) ?? { entries: [], next: 0 };
  }

  /** Resolves when the call is released, or never: a closed fake answers nobody. */
  hang(): Promise<void> {
    return new Promise((resolve) => this.#hanging.add(resolve));
  }

  /** Lets every hanging call go on as if it had only been slow, and says how many there were. */
  release(): number {
    const released = [...this.#hanging];
    this.#hanging.clear();
    released.forEach((resume) => resume());
    return released.length;
  }

  close(): void {
    this.#closed = true;
    this.#journal?.close();
    if (this.#temporary) rmSync(dirname(this.journalPath), { recursive: true, force: true });
  }
}
