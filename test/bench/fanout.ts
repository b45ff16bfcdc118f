import {
  atLeast,
  atMost,
  type Bench,
  type BenchOptions,
  type BenchReport,
  type Cell,
  median,
} from './bench.js';
import type { RoomLoadOrders, RoomLoadResult, RoomLoadStep } from './contestants/room-load.js';
import { bareSockets, type ChatServer, posthornChat } from './kit/chat-servers.js';
import { Contestant } from './kit/child.js';
import { connectionsOf } from './kit/connections.js';
import type { Lag } from './kit/lag-probe.js';

const CONNECTIONS = 5_000;
const TOLD = 100;
const IN_FLIGHT = 2;
const SIZE = 200;
const MARKS = { ofBare: 0.8, lagP99: 20 } as const;

const BARE = 'bare socket.io, room emit';
const BROADCAST = 'posthorn, broadcast';
const MESSAGE = 'posthorn, message';

interface Contender {
  readonly name: string;
  readonly tell: RoomLoadStep['tell'];
  start(): Promise<ChatServer>;
}

interface Told {
  readonly result: RoomLoadResult;
  readonly cpuSeconds: number;
  readonly lag: Lag | undefined;
}

/** One tells a room, and everybody in it is to have it. */
export const fanout: Bench = {
  name: 'fanout',
  title: 'one tells a room: until everybody has it',
  async run(options) {
    const connections = connectionsOf(options.connections ?? CONNECTIONS, options.say);
    const results = new Map<string, Told[]>();
    const problems: string[] = [];
    const contenders = contendersOf(options);
    for (let run = 0; run < options.runs; run++) {
      const turn = contenders.map((_, i) => contenders[(i + run) % contenders.length]);
      for (const one of turn) if (one) await oneTurn(one, connections, results, problems, options);
    }
    return report(results, connections, options.count, problems);
  },
};

function contendersOf({ only, profileTo }: BenchOptions): Contender[] {
  const all: Contender[] = [
    { name: BARE, tell: 'broadcasts', start: () => bareSockets(profileTo) },
    { name: BROADCAST, tell: 'broadcasts', start: () => posthornChat(profileTo) },
    { name: MESSAGE, tell: 'messages', start: () => posthornChat(profileTo) },
  ];
  return all.filter(({ name }) => only.length === 0 || only.some((one) => name.startsWith(one)));
}

async function oneTurn(
  { name, tell, start }: Contender,
  connections: number,
  results: Map<string, Told[]>,
  problems: string[],
  { say, count, profileTo }: BenchOptions,
): Promise<void> {
  const server = await start();
  const orders: RoomLoadOrders = { ...server.line, connections, size: SIZE };
  const clients = Contestant.start('room-load', orders, { profileTo });
  try {
    await clients.hear();
    const all = Math.min(count ?? TOLD, TOLD);
    const step = (told: number): RoomLoadStep => ({ tell, count: told, inFlight: IN_FLIGHT });
    await clients.ask<RoomLoadResult>(step(Math.max(IN_FLIGHT, Math.ceil(all / 10))));
    await server.lag();
    const before = server.meter.cpuSeconds();
    const result = await clients.ask<RoomLoadResult>(step(all));
    const cpuSeconds = server.meter.cpuSeconds() - before;
    const told = { result, cpuSeconds, lag: await server.lag() };
    say(`${name}: ${Math.round(rateOf(told)).toLocaleString('en')} deliveries/s`);
    const { delivered } = result;
    const expected = all * (connections - 1);
    if (delivered !== expected) problems.push(`${name}: ${delivered} were delivered of ${expected}`);
    results.set(name, [...(results.get(name) ?? []), told]);
  } finally {
    await clients.kill();
    await server.stop();
  }
}

function rateOf({ result }: Told): number {
  return result.delivered / result.seconds;
}

function report(
  results: ReadonlyMap<string, readonly Told[]>,
  connections: number,
  count: number | undefined,
  problems: readonly string[],
): BenchReport {
  const rates = new Map([...results].map(([name, all]) => [name, median(all.map(rateOf))]));
  const ofBare = (name: string): number => (rates.get(name) ?? NaN) / (rates.get(BARE) ?? NaN);
  const row = ([name, all]: [string, readonly Told[]]): Cell[] => {
    const over = (value: (told: Told) => number): number => median(all.map(value));
    const per = (seconds: (told: Told) => number): string =>
      over((told) => (seconds(told) / told.result.delivered) * 1e6).toFixed(1);
    return [
      name,
      Math.round(rates.get(name) ?? NaN),
      Number.isNaN(ofBare(name)) ? '-' : ofBare(name).toFixed(2),
      over(({ result }) => result.last.p50),
      over(({ result }) => result.last.p99),
      `server ${per(({ cpuSeconds }) => cpuSeconds)}, clients ${per(({ result }) => result.cpuSeconds)}`,
      over(({ lag }) => lag?.p99 ?? NaN),
    ];
  };
  return {
    runs: Math.max(0, ...[...results.values()].map((all) => all.length)),
    settings: {
      connections,
      told: Math.min(count ?? TOLD, TOLD),
      'characters each': SIZE,
      'at once': IN_FLIGHT,
    },
    columns: [
      ...['contestant', 'deliveries/s', 'of bare', 'last one has it p50 ms', 'p99 ms'],
      ...['CPU µs/delivery', 'lag p99 ms'],
    ],
    rows: [...results].map(row),
    marks: [BROADCAST, MESSAGE].flatMap((name) => {
      const all = results.get(name);
      if (!all) return [];
      return [
        ...(results.has(BARE)
          ? [atLeast(`${name}: deliveries/s, of bare socket.io`, ofBare(name), MARKS.ofBare)]
          : []),
        atMost(
          `${name}: event-loop lag p99, ms`,
          median(all.map(({ lag }) => lag?.p99 ?? NaN)),
          MARKS.lagP99,
        ),
      ];
    }),
    notes: [
      'All clients are in one process of their own, over sockets of its own; where they are slower than the server, CPU per delivery tells more than deliveries/s.',
      'posthorn, message: durable before it is told, and in order for each; posthorn, broadcast: told to who is a member and connected, dropped for who does not read.',
    ],
    samples: Object.fromEntries(results),
    problems,
  };
}
