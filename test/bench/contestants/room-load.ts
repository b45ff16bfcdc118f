import { createInterface } from 'node:readline';
import { quantile } from '../bench.js';
import { leave, orders, ownUsage, tell } from '../kit/child.js';
import { each, type LineOrders, numberAfter } from './line.js';
import { SocketLine } from './socket-line.js';

export interface RoomLoadOrders extends LineOrders {
  readonly connections: number;
  /** Characters of what is told. */
  readonly size: number;
}

/** A line of JSON on stdin each. */
export interface RoomLoadStep {
  /** Broadcasts pass, messages are kept by who keeps any. */
  readonly tell: 'broadcasts' | 'messages';
  readonly count: number;
  readonly inFlight: number;
}

export interface RoomLoadResult {
  readonly told: number;
  /** To all others together. */
  readonly delivered: number;
  readonly seconds: number;
  /** Milliseconds from telling it until the last one had it. */
  readonly last: { readonly p50: number; readonly p99: number };
  readonly cpuSeconds: number;
}

const load = orders<RoomLoadOrders>();
const AT_ONCE = 64;
const PATIENCE_MS = 15_000;
const TEXT = 'From here to there goes a line, and on. '.repeat(load.size).slice(0, load.size);

/** One tells, and everybody else counts: the next one leaves when all have one. */
class Room {
  readonly #lines: SocketLine[] = [];
  #id = 'room';
  #heard = new Map<number, number>();
  #heardAt = performance.now();
  #delivered = 0;
  #whole: (n: number) => void = () => {};
  #next = 0;

  async open(): Promise<void> {
    const indices = Array.from({ length: load.connections }, (_, index) => index);
    const heard = { acked: () => {}, refused: complain, delivered: (n: number) => this.#hear(n) };
    await each(indices, AT_ONCE, async (index) => {
      const line = await SocketLine.open({ ...load, room: this.#id }, index, heard);
      line.pushed = (packet) => this.#hear(numberAfter(packet, '"n":'));
      this.#lines[index] = line;
    });
    const [teller] = this.#lines;
    if (load.kind === 'posthorn') {
      const members = indices.slice(1).map((index) => `u${index}`);
      const answer = await teller?.ask('conversation.open', { kind: 'room', title: 'Board', members });
      this.#id = /"conversation":\{"id":"([^"]+)"/.exec(answer ?? '')?.[1] ?? '';
    }
    teller?.talkInRoom(load, this.#id);
    // A message comes to everybody, also to who is only being let in; a broadcast to those who are there.
    await this.run({ tell: 'messages', count: 1, inFlight: 1 });
  }

  async run({ tell: what, count, inFlight }: RoomLoadStep): Promise<RoomLoadResult> {
    const first = this.#next;
    const began = new Map<number, number>();
    const took: number[] = [];
    this.#heard = new Map();
    this.#delivered = 0;
    this.#heardAt = performance.now();
    const cpu = ownUsage().cpuSeconds;
    const startedAt = performance.now();
    await new Promise<void>((resolve) => {
      const watch = setInterval(() => performance.now() - this.#heardAt > PATIENCE_MS && end(), 1000);
      const end = (): void => {
        clearInterval(watch);
        resolve();
      };
      const tellNext = (): void => {
        if (this.#next >= first + count) return;
        const n = this.#next++;
        began.set(n, performance.now());
        this.#tell(what, n);
      };
      this.#whole = (n) => {
        took.push(performance.now() - (began.get(n) ?? NaN));
        if (took.length === count) end();
        else tellNext();
      };
      for (let at = 0; at < inFlight; at++) tellNext();
    });
    return {
      told: count,
      delivered: this.#delivered,
      seconds: (performance.now() - startedAt) / 1000,
      last: { p50: quantile(took, 0.5), p99: quantile(took, 0.99) },
      cpuSeconds: ownUsage().cpuSeconds - cpu,
    };
  }

  #tell(what: RoomLoadStep['tell'], n: number): void {
    const [teller] = this.#lines;
    if (what === 'messages') teller?.send(n, TEXT);
    else if (load.kind === 'posthorn')
      teller?.say('room.broadcast', { conversationId: this.#id, event: 'stroke', data: { n, text: TEXT } });
    else teller?.say('broadcast', { n, text: TEXT });
  }

  #hear(n: number | undefined): void {
    if (n === undefined) return;
    this.#delivered += 1;
    this.#heardAt = performance.now();
    const heard = (this.#heard.get(n) ?? 0) + 1;
    this.#heard.set(n, heard);
    if (heard === load.connections - 1) this.#whole(n);
  }
}

function complain(_: number, why: string): void {
  throw new Error(why);
}

async function main(): Promise<void> {
  const room = new Room();
  await room.open();
  tell({ ready: true });
  for await (const line of createInterface({ input: process.stdin }))
    tell(await room.run(JSON.parse(line) as RoomLoadStep));
  leave();
}

await main();
