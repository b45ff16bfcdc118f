import { createInterface } from 'node:readline';
import { quantile } from '../bench.js';
import { leave, orders, ownUsage, tell } from '../kit/child.js';
import { each, type Heard, type Line, type LineOrders } from './line.js';
import { Timetable } from './load.js';
import { SocketLine } from './socket-line.js';
import { XmppLine } from './xmpp-line.js';

export interface ChatLoadOrders extends LineOrders {
  /** An even number: each talks to its neighbour. */
  readonly connections: number;
  /** Of a message's text, in characters. */
  readonly size: number;
}

/** What is said on stdin, a line of JSON each. */
export type ChatLoadStep =
  /** So many on their way at once, the next one when one has come: how much can be carried. */
  | { readonly do: 'closed'; readonly count: number; readonly inFlight: number }
  /** By timetable, whatever became of those before. */
  | { readonly do: 'open'; readonly count: number; readonly perSecond: number }
  /** How many messages the server says it has kept for some of the users, and how many of theirs there were. */
  | { readonly do: 'archived' };

export interface Archived {
  readonly kept: number;
  readonly said: number;
}

/** Milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface ChatLoadResult {
  readonly asked: number;
  readonly acked: number;
  readonly delivered: number;
  readonly twice: number;
  /** Came to somebody after a later one of the same sender. */
  readonly outOfOrder: number;
  readonly refused: readonly string[];
  readonly seconds: number;
  /** From when it was due to leave: one that left late was late for its sender too. */
  readonly delivery: Latency;
  readonly ack: Latency;
  /** By how much messages left late, p99. */
  readonly lateP99: number;
  readonly cpuSeconds: number;
}

const load = orders<ChatLoadOrders>();
/** Connections opened at once. */
const AT_ONCE = 64;
/** Nothing came for so long: what is not there now is lost. */
const PATIENCE_MS = 15_000;
const TICK_MS = 1;
/** Users whose archives are counted. */
const ASKED = 20;

/** What became of each message of one load. */
class Account implements Heard {
  readonly #count: number;
  readonly #dueAt: Float64Array;
  readonly #sentAt: Float64Array;
  readonly #ackedAt: Float64Array;
  readonly #deliveredAt: Float64Array;
  readonly #latest: Int32Array;
  readonly #refused: string[] = [];
  #asked = 0;
  #acked = 0;
  #delivered = 0;
  #twice = 0;
  #outOfOrder = 0;
  #lastAt = performance.now();
  /** Something has come to its end. */
  done: () => void = () => {};

  constructor(count: number) {
    this.#count = count;
    this.#dueAt = new Float64Array(count);
    this.#sentAt = new Float64Array(count);
    this.#ackedAt = new Float64Array(count);
    this.#deliveredAt = new Float64Array(count);
    this.#latest = new Int32Array(load.connections).fill(-1);
  }

  get isComplete(): boolean {
    return this.#acked + this.#refused.length === this.#count && this.#delivered === this.#count;
  }

  get isStalled(): boolean {
    return performance.now() - this.#lastAt > PATIENCE_MS;
  }

  send(n: number, dueAt: number): void {
    this.#asked += 1;
    this.#dueAt[n] = dueAt;
    this.#sentAt[n] = performance.now();
    const sender = n % load.connections;
    sentBy[sender] = (sentBy[sender] ?? 0) + 1;
    lines[sender]?.send(offset + n, TEXT);
  }

  acked(name: number): void {
    const n = name - offset;
    if (n < 0 || this.#ackedAt[n] !== 0) return;
    this.#lastAt = this.#ackedAt[n] = performance.now();
    this.#acked += 1;
    if (this.#deliveredAt[n] !== 0) this.done();
  }

  refused(_: number, why: string): void {
    this.#refused.push(why);
    this.done();
  }

  delivered(name: number): void {
    const n = name - offset;
    if (n < 0) return;
    if (this.#deliveredAt[n] !== 0) {
      this.#twice += 1;
      return;
    }
    this.#lastAt = this.#deliveredAt[n] = performance.now();
    this.#delivered += 1;
    const sender = n % load.connections;
    if (n < (this.#latest[sender] ?? 0)) this.#outOfOrder += 1;
    this.#latest[sender] = n;
    if (this.#ackedAt[n] !== 0) this.done();
  }

  result(seconds: number, cpuSeconds: number): ChatLoadResult {
    const since = (ends: Float64Array, begins: Float64Array): number[] =>
      [...ends].flatMap((at, n) => (at === 0 ? [] : [at - (begins[n] ?? NaN)]));
    return {
      asked: this.#asked,
      acked: this.#acked,
      delivered: this.#delivered,
      twice: this.#twice,
      outOfOrder: this.#outOfOrder,
      refused: this.#refused.slice(0, 5),
      seconds,
      delivery: latencyOf(since(this.#deliveredAt, this.#dueAt)),
      ack: latencyOf(since(this.#ackedAt, this.#dueAt)),
      lateP99: quantile(since(this.#sentAt, this.#dueAt), 0.99),
      cpuSeconds,
    };
  }
}

function latencyOf(values: readonly number[]): Latency {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: quantile(values, 1) };
}

const TEXT = 'Shall we meet at noon, by the old bridge? '.repeat(load.size).slice(0, load.size);
const lines: Line[] = [];
const sentBy: number[] = [];
/** Messages have numbers of their own over all loads: one of an earlier load is not taken for one of this. */
let offset = 0;
let account = new Account(0);
const heard: Heard = {
  acked: (n) => account.acked(n),
  refused: (n, why) => account.refused(n, why),
  delivered: (n) => account.delivered(n),
};

async function openAll(): Promise<void> {
  const { kind, port, connections } = load;
  const indices = Array.from({ length: connections }, (_, index) => index);
  if (kind === 'xmpp') {
    await each(indices, AT_ONCE, async (index) => {
      const line = await XmppLine.open(port, index, heard);
      line.talkTo(`u${index ^ 1}`);
      lines[index] = line;
    });
    return;
  }
  await each(indices, AT_ONCE, async (index) => {
    lines[index] = await SocketLine.open(load, index, heard);
  });
  await each(indices, AT_ONCE, async (index) => (lines[index] as SocketLine).talkTo(load, `u${index ^ 1}`));
}

async function run(count: number, drive: (end: () => void) => () => void): Promise<ChatLoadResult> {
  account = new Account(count);
  const cpu = ownUsage().cpuSeconds;
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    const end = (): void => {
      if (!account.isComplete && !account.isStalled) return;
      clearInterval(watch);
      stop();
      resolve();
    };
    const watch = setInterval(end, 1000);
    const stop = drive(end);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const result = account.result(seconds, ownUsage().cpuSeconds - cpu);
  offset += count;
  return result;
}

function closed(count: number, inFlight: number): Promise<ChatLoadResult> {
  return run(count, (end) => {
    let next = 0;
    const sendNext = (): void => {
      if (next < count) account.send(next++, performance.now());
      else end();
    };
    account.done = sendNext;
    for (let started = 0; started < inFlight; started++) sendNext();
    return () => {};
  });
}

function open(count: number, perSecond: number): Promise<ChatLoadResult> {
  return run(count, (end) => {
    const timetable = new Timetable(performance.now(), perSecond);
    let next = 0;
    account.done = end;
    const timer = setInterval(() => {
      const now = performance.now();
      for (; next < count && timetable.dueAt(next) <= now; next++) account.send(next, timetable.dueAt(next));
    }, TICK_MS);
    return () => clearInterval(timer);
  });
}

/** Not of everybody: an archive that has to be read through for each would take longer than all else. */
async function archived(): Promise<Archived> {
  const some = Array.from({ length: Math.min(ASKED, lines.length) }, (_, at) =>
    Math.floor((at * lines.length) / Math.min(ASKED, lines.length)),
  );
  let [kept, said] = [0, 0];
  for (const index of some) {
    kept += (await lines[index]?.archived?.()) ?? NaN;
    said += (sentBy[index] ?? 0) + (sentBy[index ^ 1] ?? 0);
  }
  return { kept, said };
}

async function main(): Promise<void> {
  await openAll();
  tell({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const step = JSON.parse(line) as ChatLoadStep;
    if (step.do === 'closed') tell(await closed(step.count, step.inFlight));
    else if (step.do === 'open') tell(await open(step.count, step.perSecond));
    else tell(await archived());
  }
  for (const line of lines) line.close();
  tell(ownUsage());
  leave();
}

await main();
