import { atMost, type Bench, type BenchOptions, type BenchReport, type Cell, median } from './bench.js';
import type { QuietLoadStep } from './contestants/quiet-load.js';
import type { LineOrders } from './contestants/line.js';
import { bareSockets, type ChatServer, posthornChat } from './kit/chat-servers.js';
import { Contestant } from './kit/child.js';
import { connectionsOf } from './kit/connections.js';
import type { Lag } from './kit/lag-probe.js';
import { pause } from './kit/pause.js';

const CONNECTIONS = 5_000;
/** Before anything is measured: code is compiled, pools are filled. */
const WARM_UP = 200;
const SETTLE_MS = 8_000;
const SHORT_SETTLE_MS = 300;
const SAMPLE_EVERY_MS = 100;
/** What one says to another who does not read: 80 MB. */
const MESSAGES = 4_000;
const SIZE = 20_000;
const MB = 2 ** 20;
const MARKS = { ofBare: 1.2, growth: 0.1, lagP99: 20 } as const;

const BARE = 'bare socket.io';
const OURS = 'posthorn';

interface Weighed {
  /** Bytes of resident set. */
  readonly empty: number;
  readonly full: number;
  readonly connections: number;
  /** The most while one talked to another who reads, and then to one who does not. */
  readonly toReader: number;
  readonly toDeaf: number;
  readonly lag: Lag | undefined;
}

/** Resident memory for each connection that is silent, and for one that does not read. */
export const memoryConnections: Bench = {
  name: 'memory-connections',
  title: 'resident memory of connections that are silent, and of one that does not read',
  async run(options) {
    const connections = connectionsOf(options.connections ?? CONNECTIONS, options.say);
    const results = new Map<string, Weighed[]>();
    const contenders = [
      { name: BARE, start: () => bareSockets(options.profileTo) },
      { name: OURS, start: () => posthornChat(options.profileTo) },
    ].filter(({ name }) => options.only.length === 0 || options.only.some((one) => name.startsWith(one)));
    // Memory is no matter of luck: three are enough to tell.
    for (let run = 0; run < Math.min(3, options.runs); run++)
      for (const { name, start } of contenders) {
        const weighed = await weigh(await start(), connections, options);
        options.say(`${name}: ${(perConnection(weighed) / 1024).toFixed(1)} KB a connection`);
        results.set(name, [...(results.get(name) ?? []), weighed]);
      }
    return report(results, connections);
  },
};

async function weigh(server: ChatServer, connections: number, { count }: BenchOptions): Promise<Weighed> {
  const clients = Contestant.start('quiet-load', server.line satisfies LineOrders);
  const settleMs = count === undefined ? SETTLE_MS : SHORT_SETTLE_MS;
  const step = (what: QuietLoadStep): Promise<unknown> => clients.ask(what);
  const resting = async (): Promise<number> => {
    await pause(settleMs);
    return server.meter.memory().rss;
  };
  const talk = async (toTheDeaf: boolean): Promise<number> => {
    let most = 0;
    const look = (): void => void (most = Math.max(most, server.meter.memory().rss));
    const timer = setInterval(look, SAMPLE_EVERY_MS);
    await step({ do: 'talk', messages: Math.min(count ?? MESSAGES, MESSAGES), size: SIZE, toTheDeaf });
    clearInterval(timer);
    look();
    return most;
  };
  try {
    await clients.hear();
    await step({ do: 'connect', count: Math.min(WARM_UP, connections) });
    const empty = await resting();
    await server.lag();
    await step({ do: 'connect', count: connections });
    const full = await resting();
    const toReader = await talk(false);
    return { empty, full, connections, toReader, toDeaf: await talk(true), lag: await server.lag() };
  } finally {
    await clients.kill();
    await server.stop();
  }
}

function perConnection({ empty, full, connections }: Weighed): number {
  return (full - empty) / connections;
}

function report(results: ReadonlyMap<string, readonly Weighed[]>, connections: number): BenchReport {
  const over = (name: string, value: (weighed: Weighed) => number): number =>
    median((results.get(name) ?? []).map(value));
  const growth = ({ toReader, toDeaf }: Weighed): number => toDeaf - toReader;
  const row = (name: string): Cell[] => [
    name,
    over(name, perConnection) / 1024,
    over(name, ({ empty }) => empty) / MB,
    over(name, ({ full }) => full) / MB,
    over(name, ({ toReader }) => toReader) / MB,
    over(name, ({ toDeaf }) => toDeaf) / MB,
    over(name, growth) / MB,
    over(name, ({ lag }) => lag?.p99 ?? NaN),
  ];
  const ratio = over(OURS, perConnection) / over(BARE, perConnection);
  return {
    runs: Math.max(0, ...[...results.values()].map((all) => all.length)),
    settings: { connections, 'messages to one': MESSAGES, 'characters each': SIZE },
    columns: [
      ...['contestant', 'KB/connection', 'before MB', 'connected MB', 'to a reader, max MB'],
      ...['to one who does not read, max MB', 'more by MB', 'lag p99 ms'],
    ],
    rows: [...results.keys()].map(row),
    marks: results.has(OURS)
      ? [
          ...(results.has(BARE) ? [atMost('per connection, of bare socket.io', ratio, MARKS.ofBare)] : []),
          atMost(
            'growth for one who does not read, of the memory before',
            over(OURS, (weighed) => growth(weighed) / weighed.toReader),
            MARKS.growth,
          ),
          atMost(
            'event-loop lag p99, ms',
            over(OURS, ({ lag }) => lag?.p99 ?? NaN),
            MARKS.lagP99,
          ),
        ]
      : [],
    notes: [
      'Resident set of the whole process from /proc; no garbage collection is forced. Each client of ours has shown a token and asked for what it missed.',
      'To one who does not read: as much as to one who does, one after the other, in a conversation of two.',
    ],
    samples: Object.fromEntries(results),
    problems: [],
  };
}
