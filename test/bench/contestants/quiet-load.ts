import { createInterface } from 'node:readline';
import { leave, orders, tell } from '../kit/child.js';
import { each, type LineOrders } from './line.js';
import { SocketLine } from './socket-line.js';

/** A line of JSON on stdin each. */
export type QuietLoadStep =
  /** So many connections more, which ask for what they missed and then are silent. */
  | { readonly do: 'connect'; readonly count: number }
  /** One of two talks to the other, who listens or does not read. */
  | { readonly do: 'talk'; readonly messages: number; readonly size: number; readonly toTheDeaf: boolean };

const load = orders<LineOrders>();
const AT_ONCE = 64;
const IN_FLIGHT = 8;

class Quiet {
  readonly #lines: SocketLine[] = [];
  #acked: () => void = () => {};

  #open(index: number): Promise<SocketLine> {
    const refused = (_: number, why: string): never => {
      throw new Error(why);
    };
    return SocketLine.open(load, index, { acked: () => this.#acked(), refused, delivered: () => {} });
  }

  async connect(count: number): Promise<void> {
    const first = this.#lines.length;
    const indices = Array.from({ length: count }, (_, index) => first + index);
    await each(indices, AT_ONCE, async (index) => {
      const line = await this.#open(index);
      if (load.kind === 'posthorn') await line.ask('resume', {});
      this.#lines[index] = line;
    });
  }

  async talk(messages: number, size: number, toTheDeaf: boolean): Promise<void> {
    const first = this.#lines.length;
    await this.connect(2);
    const [teller, other] = this.#lines.slice(first);
    if (!teller || !other) return;
    await teller.talkTo(load, other.userId);
    if (toTheDeaf) other.stopReading();
    const text = 'x'.repeat(size);
    await new Promise<void>((resolve) => {
      let [sent, acked] = [0, 0];
      this.#acked = () => {
        acked += 1;
        if (sent < messages) teller.send(sent++, text);
        else if (acked === messages) resolve();
      };
      while (sent < Math.min(IN_FLIGHT, messages)) teller.send(sent++, text);
    });
  }
}

async function main(): Promise<void> {
  const quiet = new Quiet();
  tell({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const step = JSON.parse(line) as QuietLoadStep;
    if (step.do === 'connect') await quiet.connect(step.count);
    else await quiet.talk(step.messages, step.size, step.toTheDeaf);
    tell({ done: true });
  }
  leave();
}

await main();
