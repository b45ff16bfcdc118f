import {
  atLeast,
  atMost,
  type Bench,
  type BenchOptions,
  type BenchReport,
  type Cell,
  type Mark,
  median,
} from './bench.js';
import type { Archived, ChatLoadOrders, ChatLoadResult, ChatLoadStep } from './contestants/chat-load.js';
import { bareSockets, type ChatServer, posthornChat, xmppChat } from './kit/chat-servers.js';
import { Contestant } from './kit/child.js';
import { connectionsOf } from './kit/connections.js';
import type { Lag } from './kit/lag-probe.js';

const CONNECTIONS = 5_000;
const MESSAGES = 40_000;
const WARM_UP = 5_000;
const IN_FLIGHT = 256;
const OFFERED = 2_000;
const OFFERED_SECONDS = 15;
/** Characters of a message's text. */
const SIZE = 200;
const MARKS = { ofBare: 0.6, p99: 50, lagP99: 20 } as const;

const BARE = 'bare socket.io, nothing stored';
const EJABBERD = 'ejabberd, archive';
const PROSODY = 'prosody, archive';
const OURS = 'posthorn';

interface Contender {
  readonly name: string;
  start(): Promise<ChatServer | undefined>;
}

interface Talked {
  readonly closed: ChatLoadResult;
  /** Of the server, while the closed load ran. */
  readonly cpuSeconds: number;
  readonly open: ChatLoadResult;
  readonly asked: number;
  /** What was looked for in what the server has kept, and how much of it was there; undefined of what keeps none. */
  readonly archive: Archived | undefined;
  readonly lagClosed: Lag | undefined;
  readonly lagOpen: Lag | undefined;
}

/** How fast two people hear one another, thousands of pairs at once. */
export const chat: Bench = {
  name: 'chat',
  title: 'one to one: durable before the acknowledgement, and to the other one',
  async run(options) {
    const connections = connectionsOf(options.connections ?? CONNECTIONS, options.say);
    const results = new Map<string, Talked[]>();
    const problems: string[] = [];
    const contenders = contendersOf(options);
    for (let run = 0; run < options.runs; run++) {
      const turn = contenders.map((_, i) => contenders[(i + run) % contenders.length]);
      for (const contender of turn)
        if (contender) await oneTurn(contender, connections, results, problems, options);
    }
    return report(results, connections, options.count, problems);
  },
};

function contendersOf({ only, profileTo }: BenchOptions): Contender[] {
  const all: Contender[] = [
    { name: BARE, start: () => bareSockets(profileTo) },
    { name: EJABBERD, start: () => xmppChat('ejabberd') },
    { name: PROSODY, start: () => xmppChat('prosody') },
    { name: OURS, start: () => posthornChat(profileTo) },
  ];
  return all.filter(({ name }) => only.length === 0 || only.some((one) => name.startsWith(one)));
}

async function oneTurn(
  { name, start }: Contender,
  connections: number,
  results: Map<string, Talked[]>,
  problems: string[],
  { say, count, profileTo }: BenchOptions,
): Promise<void> {
  const server = await start();
  if (!server) return say(`${name}: LEFT OUT, it is not installed here (apt-get install ejabberd prosody)`);
  const clients = Contestant.start(
    'chat-load',
    { ...server.line, connections, size: SIZE } satisfies ChatLoadOrders,
    { profileTo },
  );
  try {
    const talked = await talk(server, clients, count);
    const { closed, open } = talked;
    say(
      `${name}: ${Math.round(rateOf(talked)).toLocaleString('en')} messages/s, delivery p99 ${closed.delivery.p99.toFixed(1)} ms; ` +
        `p99 at ${OFFERED.toLocaleString('en')}/s ${open.delivery.p99.toFixed(1)} ms`,
    );
    // Its clients complain when it goes first.
    await clients.kill();
    const kept = await server.stop();
    const archive = kept === undefined ? talked.archive : { kept, said: talked.asked };
    problems.push(...accountProblems(name, { ...talked, archive }));
    results.set(name, [...(results.get(name) ?? []), { ...talked, archive }]);
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    await clients.kill();
  }
}

async function talk(server: ChatServer, clients: Contestant, count = MESSAGES): Promise<Talked> {
  const step = (what: ChatLoadStep): Promise<ChatLoadResult> => clients.ask<ChatLoadResult>(what);
  await clients.hear();
  const inFlight = Math.min(IN_FLIGHT, count);
  const warm = await step({ do: 'closed', count: Math.min(WARM_UP, count), inFlight });
  await server.lag();
  const before = server.meter.cpuSeconds();
  const closed = await step({ do: 'closed', count, inFlight });
  const cpuSeconds = server.meter.cpuSeconds() - before;
  const lagClosed = await server.lag();
  const offered = Math.min(count, OFFERED * OFFERED_SECONDS);
  const open = await step({ do: 'open', count: offered, perSecond: OFFERED });
  const lagOpen = await server.lag();
  const ask: ChatLoadStep = { do: 'archived' };
  const archive = server.line.kind === 'xmpp' ? await clients.ask<Archived>(ask) : undefined;
  const asked = warm.asked + closed.asked + open.asked;
  return { closed, cpuSeconds, open, asked, archive, lagClosed, lagOpen };
}

function rateOf({ closed }: Talked): number {
  return closed.delivered / closed.seconds;
}

/** Each is acknowledged, comes once and in order, and is kept. */
function accountProblems(name: string, { closed, open, archive }: Talked): string[] {
  return [
    ...[closed, open].flatMap((load, i) => {
      const { acked, delivered, twice, outOfOrder, refused } = load;
      const isWhole = acked === load.asked && delivered === load.asked && twice + outOfOrder === 0;
      const which = i === 0 ? 'flat out' : 'by timetable';
      const what = `of ${load.asked} messages ${acked} were acknowledged, ${delivered} came, ${twice} twice, ${outOfOrder} out of order`;
      return [
        ...(isWhole ? [] : [`${name}, ${which}: ${what}`]),
        ...refused.map((why) => `${name}, ${which}: refused: ${why}`),
      ];
    }),
    ...(archive?.kept === archive?.said
      ? []
      : [`${name}: ${archive?.kept} are kept of ${archive?.said} that were said`]),
  ];
}

function report(
  results: ReadonlyMap<string, readonly Talked[]>,
  connections: number,
  count: number | undefined,
  problems: readonly string[],
): BenchReport {
  const rates = new Map([...results].map(([name, all]) => [name, median(all.map(rateOf))]));
  return {
    runs: Math.max(0, ...[...results.values()].map((all) => all.length)),
    settings: {
      connections,
      messages: count ?? MESSAGES,
      'characters each': SIZE,
      'on their way at once': IN_FLIGHT,
      'offered /s': OFFERED,
    },
    columns: [
      ...['contestant', 'messages/s', 'of bare', 'delivery p50 ms', 'p99 ms', 'ack p99 ms'],
      ...[`p50 ms at ${OFFERED}/s`, `p99 ms at ${OFFERED}/s`, `ack p99 ms at ${OFFERED}/s`],
      ...['CPU µs/message', 'lag p99 ms', `lag p99 ms at ${OFFERED}/s`],
    ],
    rows: [...results].map(([name, all]) => row(name, all, rates)),
    marks: marksOf(results, rates),
    notes: notesOf(results),
    samples: Object.fromEntries(results),
    problems,
  };
}

function row(name: string, all: readonly Talked[], rates: ReadonlyMap<string, number>): Cell[] {
  const over = (value: (talked: Talked) => number): number => median(all.map(value));
  const server = over(({ cpuSeconds, closed }) => (cpuSeconds / closed.delivered) * 1e6);
  const clients = over(({ closed }) => (closed.cpuSeconds / closed.delivered) * 1e6);
  const rate = rates.get(name) ?? NaN;
  const ofBare = rate / (rates.get(BARE) ?? NaN);
  const lag = (of: (talked: Talked) => Lag | undefined): Cell => {
    const value = over((talked) => of(talked)?.p99 ?? NaN);
    return Number.isNaN(value) ? '-' : value;
  };
  return [
    name,
    Math.round(rate),
    Number.isNaN(ofBare) ? '-' : ofBare.toFixed(2),
    over(({ closed }) => closed.delivery.p50),
    over(({ closed }) => closed.delivery.p99),
    over(({ closed }) => closed.ack.p99),
    over(({ open }) => open.delivery.p50),
    over(({ open }) => open.delivery.p99),
    over(({ open }) => open.ack.p99),
    `server ${server.toFixed(0)}, clients ${clients.toFixed(0)}`,
    lag(({ lagClosed }) => lagClosed),
    lag(({ lagOpen }) => lagOpen),
  ];
}

function marksOf(
  results: ReadonlyMap<string, readonly Talked[]>,
  rates: ReadonlyMap<string, number>,
): Mark[] {
  const ours = results.get(OURS);
  if (!ours) return [];
  const rate = rates.get(OURS) ?? NaN;
  const over = (value: (talked: Talked) => number): number => median(ours.map(value));
  const times = (name: string): Mark[] => {
    const theirs = rates.get(name);
    return theirs === undefined ? [] : [atLeast(`messages/s, times those of ${name}`, rate / theirs, 1)];
  };
  const bare = rates.get(BARE);
  return [
    ...(bare === undefined ? [] : [atLeast('messages/s, of bare socket.io', rate / bare, MARKS.ofBare)]),
    ...times(EJABBERD),
    ...times(PROSODY),
    atMost(
      `delivery p99 at ${OFFERED}/s, ms`,
      over(({ open }) => open.delivery.p99),
      MARKS.p99,
    ),
    atMost(
      'event-loop lag p99 of the serving thread, flat out, ms',
      over(({ lagClosed }) => lagClosed?.p99 ?? NaN),
      MARKS.lagP99,
    ),
  ];
}

function notesOf(results: ReadonlyMap<string, readonly Talked[]>): string[] {
  const missing = [EJABBERD, PROSODY].filter((name) => !results.has(name));
  return [
    'Everybody talks to one other, both ways. Delivery: from when a message was due to leave to when the other one has it, by one clock. Flat out the next one leaves when one has come and is acknowledged.',
    'All clients are in one process of their own on the same cores, over sockets of its own without a client library.',
    'posthorn: acknowledged after the fsync; the sender hears of its own message too (for their other devices): three packets a message, where a bare relay sends two.',
    'bare socket.io: a relay by user; nobody is asked for a token, nothing is kept, the acknowledgement says that the server has had it.',
    'ejabberd and prosody: as Debian packages them, every message archived for both (XEP-0313; Mnesia and files, neither of which is synced to the disk before the acknowledgement of XEP-0198), no TLS.',
    ...missing.map(
      (name) => `**${name} was left out**: it is not installed (apt-get install ejabberd prosody).`,
    ),
  ];
}
