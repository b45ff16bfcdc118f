import {
  atLeast,
  atMost,
  type Bench,
  type BenchOptions,
  type BenchReport,
  type Cell,
  median,
} from './bench.js';
import type { JitterLoadOrders, JitterLoadResult } from './contestants/jitter-load.js';
import { bareSockets, type ChatServer, posthornChat } from './kit/chat-servers.js';
import { Contestant } from './kit/child.js';
import { connectionsOf } from './kit/connections.js';
import type { Lag } from './kit/lag-probe.js';

const CLIENTS = 1_000;
const ROOM_SIZE = 10;
/** Of each client. */
const MESSAGES = 10;
const DROPS = 10;
const EVERY_MS = 2_000;
/** Where only the account is looked at. */
const FEW = 3;
const SHORT_EVERY_MS = 300;
/** Longer than the replies of a server and the waits of a client take together. */
const PATIENCE_MS = 10_000;
const SHORT_PATIENCE_MS = 3_000;
const MARKS = { replayP99: 1_000, lagP99: 20 } as const;

const PLAIN = 'socket.io';
const RECOVERY = 'socket.io, recovery and retries';
const OURS = 'posthorn';

interface Contender {
  readonly name: string;
  readonly retries: boolean;
  start(): Promise<ChatServer>;
}

interface Shaken {
  readonly result: JitterLoadResult;
  readonly cpuSeconds: number;
  readonly lag: Lag | undefined;
  /** What the server has kept; undefined of what keeps nothing. */
  readonly kept: number | undefined;
}

/** People whose connections are torn every two seconds talk in rooms: does everybody hear all of it, once and in order? */
export const jitter: Bench = {
  name: 'jitter',
  title: 'connections torn every two seconds: does everything come, once and in order?',
  async run(options) {
    const clients = jitteredOf(options);
    const results = new Map<string, Shaken[]>();
    const problems: string[] = [];
    for (let run = 0; run < Math.min(3, options.runs); run++)
      for (const contender of contendersOf(options))
        await oneTurn(contender, { clients, seed: run + 1 }, results, problems, options);
    return report(results, clients, options.count, problems);
  },
};

/** Whole rooms. */
function jitteredOf({ connections, say }: BenchOptions): number {
  const wanted = connectionsOf(connections ?? CLIENTS, say);
  return Math.max(1, Math.floor(wanted / ROOM_SIZE)) * ROOM_SIZE;
}

function contendersOf({ only, profileTo }: BenchOptions): Contender[] {
  const all: Contender[] = [
    { name: PLAIN, retries: false, start: () => bareSockets(profileTo) },
    { name: RECOVERY, retries: true, start: () => bareSockets(profileTo, { recovery: true }) },
    { name: OURS, retries: false, start: () => posthornChat(profileTo) },
  ];
  return all.filter(({ name }) => only.length === 0 || only.some((one) => name.startsWith(one)));
}

async function oneTurn(
  { name, retries, start }: Contender,
  { clients, seed }: { readonly clients: number; readonly seed: number },
  results: Map<string, Shaken[]>,
  problems: string[],
  { say, count, profileTo }: BenchOptions,
): Promise<void> {
  const server = await start();
  const few = count === undefined ? undefined : FEW;
  const load: JitterLoadOrders = {
    ...server.line,
    ...{ clients, seed, retries, roomSize: ROOM_SIZE },
    ...{ messages: few ?? MESSAGES, drops: few ?? DROPS },
    everyMs: few === undefined ? EVERY_MS : SHORT_EVERY_MS,
    patienceMs: few === undefined || name === OURS ? PATIENCE_MS : SHORT_PATIENCE_MS,
  };
  const all = Contestant.start('jitter-load', load, { profileTo });
  let shaken: Omit<Shaken, 'kept'> | undefined;
  try {
    await all.hear();
    await server.lag();
    const before = server.meter.cpuSeconds();
    const result = await all.hear<JitterLoadResult>();
    shaken = { result, cpuSeconds: server.meter.cpuSeconds() - before, lag: await server.lag() };
  } finally {
    await all.kill();
    const kept = await server.stop();
    if (shaken) results.set(name, [...(results.get(name) ?? []), { ...shaken, kept }]);
    if (shaken && name === OURS) problems.push(...accountProblems({ ...shaken, kept }));
  }
  const { expected, delivered, twice, outOfOrder, drops } = shaken.result;
  say(
    `${name}: ${drops} drops; of ${expected} came ${delivered}, ${twice} twice, ${outOfOrder} out of order`,
  );
}

/** What others lose is what they are compared for; what we lose is a fault. */
function accountProblems({ result, kept }: Shaken): string[] {
  const { sent, expected, delivered, twice, outOfOrder } = result;
  return [
    ...(kept === sent ? [] : [`${OURS}: ${kept} are kept of ${sent} that were sent`]),
    ...(delivered === expected ? [] : [`${OURS}: ${delivered} came of ${expected}`]),
    ...(twice + outOfOrder === 0 ? [] : [`${OURS}: ${twice} came twice, ${outOfOrder} out of order`]),
  ];
}

function report(
  results: ReadonlyMap<string, readonly Shaken[]>,
  clients: number,
  count: number | undefined,
  problems: readonly string[],
): BenchReport {
  const sum = (name: string, value: (result: JitterLoadResult) => number): number =>
    (results.get(name) ?? []).reduce((total, { result }) => total + value(result), 0);
  const over = (name: string, value: (shaken: Shaken) => number): number =>
    median((results.get(name) ?? []).map(value));
  const share = (name: string): number =>
    (sum(name, ({ delivered }) => delivered) / sum(name, ({ expected }) => expected)) * 100;
  const cell = (value: number): Cell => (Number.isNaN(value) ? '-' : value);
  const row = (name: string): Cell[] => [
    name,
    sum(name, ({ drops }) => drops),
    sum(name, ({ expected }) => expected),
    `${(Math.floor(share(name) * 1000) / 1000).toFixed(3)} %`,
    sum(name, ({ twice }) => twice),
    sum(name, ({ outOfOrder }) => outOfOrder),
    cell(over(name, ({ result }) => result.replay.p50 ?? NaN)),
    cell(over(name, ({ result }) => result.replay.p99 ?? NaN)),
    over(name, ({ result }) => result.delivery.p50),
    over(name, ({ result }) => result.delivery.p99),
    over(name, ({ lag }) => lag?.p99 ?? NaN),
  ];
  return {
    runs: Math.max(0, ...[...results.values()].map((all) => all.length)),
    settings: {
      clients,
      'in a room': ROOM_SIZE,
      'messages each': count === undefined ? MESSAGES : FEW,
      'drops each': count === undefined ? DROPS : FEW,
      'about every ms': count === undefined ? EVERY_MS : SHORT_EVERY_MS,
    },
    columns: [
      ...['contestant', 'drops', 'to be delivered', 'delivered', 'twice', 'out of order'],
      ...['replay p50 ms', 'p99 ms', 'said to heard p50 ms', 'p99 ms', 'lag p99 ms'],
    ],
    rows: [...results.keys()].map(row),
    marks: results.has(OURS)
      ? [
          atLeast('delivered, %', share(OURS), 100),
          atMost(
            'twice',
            sum(OURS, ({ twice }) => twice),
            0,
          ),
          atMost(
            'out of order',
            sum(OURS, ({ outOfOrder }) => outOfOrder),
            0,
          ),
          atMost(
            'replay p99, ms',
            over(OURS, ({ result }) => result.replay.p99),
            MARKS.replayP99,
          ),
          atMost(
            'event-loop lag p99, ms',
            over(OURS, ({ lag }) => lag?.p99 ?? NaN),
            MARKS.lagP99,
          ),
        ]
      : [],
    notes: [
      'Drops, deliveries and what came twice are of all runs together. A connection is torn at a moment that follows from a seed, 1 to 3 s after it was made: the TCP socket is destroyed, and what is on its way is lost.',
      'Everybody says something about every two seconds, connected or not, to a room of ten; each of the ten, the speaker included, is to hear it.',
      'posthorn: its client library over socket.io. Replay: from being connected until the client says that it has caught up. socket.io cannot tell.',
      'socket.io: rooms, without anything stored; its client buffers what is said while it is cut off. With recovery and retries: `connectionStateRecovery` at the server, `retries` and `ackTimeout` at the client.',
    ],
    samples: Object.fromEntries(results),
    problems,
  };
}
