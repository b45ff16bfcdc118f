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
import type { LoadOrders, LoadResult } from './contestants/notification-load.js';
import { Contestant } from './kit/child.js';
import { FakeProvider } from './kit/fake-provider.js';
import { bareIntake, bullmqIntake, type IntakeServer, posthornIntake } from './kit/intake-servers.js';
import type { Lag } from './kit/lag-probe.js';
import { REDIS_SETTINGS } from './kit/redis.js';

const CONNECTIONS = 64;
const REQUESTS = 30_000;
const WARM_UP = 3000;
/** Arrivals a second, and for how long. */
const OFFERED = 2400;
const OFFERED_SECONDS = 15;
const MARKS = { ofBare: 0.6, p99: 25, lagP99: 20 } as const;

const THREAD = 'Fastify + SQLite, a thread for commits';
const INLINE = 'Fastify + SQLite, one thread';
const BULLMQ = 'Fastify + BullMQ';
const LATER = 'posthorn, due later';
const OURS = 'posthorn';

interface Contender {
  readonly name: string;
  start(): Promise<IntakeServer | undefined>;
  readonly sendAt?: () => string;
  /** What it took in goes out, too: waited for, and counted. */
  readonly sends?: boolean;
}

interface Taken {
  /** Everybody asks as fast as they are answered. */
  readonly closed: LoadResult;
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** From the first request to the last one's acceptance by the provider. */
  readonly sentSeconds?: number;
  /** By timetable. */
  readonly open: LoadResult;
  readonly stored: number;
  readonly sent?: number;
  readonly lag: Lag;
}

/** How fast notifications are taken in: each is durable before its 202. */
export const intake: Bench = {
  name: 'intake',
  title: 'POST /v1/notifications: durable before the answer',
  async run(options) {
    const fake = await FakeProvider.start();
    const problems: string[] = [];
    const results = new Map<string, Taken[]>();
    try {
      const contenders = contendersOver(fake, options);
      for (let run = 0; run < options.runs; run++) {
        const turn = contenders.map((_, i) => contenders[(i + run) % contenders.length]);
        for (const contender of turn)
          if (contender) await oneTurn(contender, fake, results, problems, options);
      }
    } finally {
      await fake.stop();
    }
    return report(results, options.count, problems);
  },
};

function contendersOver(fake: FakeProvider, { only, profileTo }: BenchOptions): Contender[] {
  const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString();
  const all: Contender[] = [
    { name: THREAD, start: () => bareIntake('thread', profileTo) },
    { name: INLINE, start: () => bareIntake('inline', profileTo) },
    { name: BULLMQ, start: () => bullmqIntake(profileTo) },
    { name: LATER, start: () => posthornIntake(fake, profileTo), sendAt: tomorrow },
    { name: OURS, start: () => posthornIntake(fake, profileTo), sends: true },
  ];
  return all.filter(({ name }) => only.length === 0 || only.some((one) => name.startsWith(one)));
}

async function oneTurn(
  contender: Contender,
  fake: FakeProvider,
  results: Map<string, Taken[]>,
  problems: string[],
  { say, count }: BenchOptions,
): Promise<void> {
  const { name } = contender;
  const server = await contender.start();
  if (!server) return say(`${name}: left out, there is no redis-server here`);
  const taken = await takeIn(server, contender, fake, count).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  const { closed, open } = taken;
  say(
    `${name}: ${Math.round(closed.measured / closed.seconds).toLocaleString('en')} requests/s, ` +
      `p99 at ${OFFERED.toLocaleString('en')}/s ${open.latency.p99.toFixed(1)} ms`,
  );
  problems.push(...accountProblems(name, taken));
  results.set(name, [...(results.get(name) ?? []), taken]);
}

async function takeIn(
  server: IntakeServer,
  { sendAt, sends }: Contender,
  fake: FakeProvider,
  count: number | undefined,
): Promise<Taken> {
  const { port, apiKey } = server;
  const common = { port, apiKey, connections: CONNECTIONS, ...(sendAt && { sendAt: sendAt() }) };
  const requests = count ?? REQUESTS;
  const closedLoad = Contestant.start('notification-load', {
    ...common,
    count: requests,
    warmUp: Math.min(WARM_UP, requests),
    addresses: 'closed.',
  } satisfies LoadOrders);
  await closedLoad.hear();
  const before = server.cpuSeconds();
  const began = Date.now();
  const closed = await closedLoad.hear<LoadResult>();
  const cpuSeconds = since(before, server.cpuSeconds());
  // Nothing that was refused is ever sent: there would be nothing to wait for.
  if (Object.keys(closed.refused).length > 0)
    throw new Error(`requests were answered otherwise than 202: ${JSON.stringify(closed.refused)}`);
  // The load by timetable is to find a server that has nothing else to do.
  const drained = sends ? await fake.until(({ accepted }) => accepted >= closed.asked) : undefined;
  const openLoad = Contestant.start('notification-load', {
    ...common,
    count: Math.min(requests, OFFERED * OFFERED_SECONDS),
    warmUp: 0,
    perSecond: OFFERED,
    addresses: 'open.',
  } satisfies LoadOrders);
  await openLoad.hear();
  const open = await openLoad.hear<LoadResult>();
  const asked = closed.asked + open.asked;
  const sent = sends ? (await fake.until(({ accepted }) => accepted >= asked)).accepted : undefined;
  const { stored, lag } = await server.stop();
  return {
    closed,
    cpuSeconds,
    open,
    stored,
    lag,
    ...(sent !== undefined && { sent }),
    ...(drained && { sentSeconds: (drained.lastAcceptedAt - began) / 1000 }),
  };
}

function since(
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(now).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]),
  );
}

/** Each request is answered 202, each of those is kept, and each of those is sent where anything is sent. */
function accountProblems(name: string, { closed, open, stored, sent }: Taken): string[] {
  const asked = closed.asked + open.asked;
  const refused = [closed, open].flatMap(({ refused }) => Object.entries(refused));
  const problems = refused.map(([status, times]) => `${name}: ${times} requests were answered ${status}`);
  if (stored !== asked) problems.push(`${name}: ${stored} are kept of ${asked} that were taken in`);
  if (sent !== undefined && sent !== asked) problems.push(`${name}: ${sent} are sent of ${asked}`);
  return problems;
}

function report(
  results: ReadonlyMap<string, readonly Taken[]>,
  count: number | undefined,
  problems: readonly string[],
): BenchReport {
  const rates = new Map([...results].map(([name, all]) => [name, median(all.map(rateOf))]));
  const limit = Math.max(rates.get(THREAD) ?? NaN, rates.get(INLINE) ?? NaN);
  const settings = Object.entries(REDIS_SETTINGS).map(([name, value]) => `${name} "${value}"`);
  return {
    runs: Math.max(0, ...[...results.values()].map((all) => all.length)),
    settings: { requests: count ?? REQUESTS, connections: CONNECTIONS, 'offered /s': OFFERED },
    columns: [
      ...['contestant', 'requests/s', 'of the limit', 'p50 ms', 'p99 ms'],
      ...[`p50 ms at ${OFFERED}/s`, `p99 ms at ${OFFERED}/s`, 'CPU µs/request', 'lag p99 ms', 'sent/s'],
    ],
    rows: [...results].map(([name, all]) => row(name, all, rates.get(name) ?? NaN, limit)),
    marks: marksOf(results, rates, limit),
    notes: [
      'The load has a process of its own on the same cores. Offered: requests leave by timetable, and latency counts from when they were due.',
      `${LATER}: to be sent tomorrow, so that nothing is done but taking in. ${OURS}: each is routed, rendered and sent meanwhile, by e-mail to a provider in a process of its own; sent/s counts from the first request to the last acceptance.`,
      'The limit is the faster one of those with SQLite: synchronous=FULL, one insert a request, nothing looked at but the key.',
      `BullMQ keeps its jobs in Redis with ${settings.join(', ')}: a crash may lose the last second.`,
      'Lag: of the serving event loop, over closed and offered load together.',
    ],
    samples: Object.fromEntries(results),
    problems,
  };
}

function rateOf({ closed }: Taken): number {
  return closed.measured / closed.seconds;
}

function row(name: string, all: readonly Taken[], rate: number, limit: number): Cell[] {
  const over = (value: (taken: Taken) => number): number => median(all.map(value));
  const processes = Object.keys(all[0]?.cpuSeconds ?? {});
  const costs = processes.map((process) => {
    const cost = over(({ cpuSeconds, closed }) => ((cpuSeconds[process] ?? NaN) / closed.measured) * 1e6);
    return `${process} ${cost.toFixed(0)}`;
  });
  const sent = over(({ closed, sentSeconds }) => closed.asked / (sentSeconds ?? NaN));
  return [
    name,
    Math.round(rate),
    Number.isNaN(limit) ? '-' : (rate / limit).toFixed(2),
    over(({ closed }) => closed.latency.p50),
    over(({ closed }) => closed.latency.p99),
    over(({ open }) => open.latency.p50),
    over(({ open }) => open.latency.p99),
    costs.join(', '),
    over(({ lag }) => lag.p99),
    Number.isNaN(sent) ? '-' : Math.round(sent),
  ];
}

function marksOf(
  results: ReadonlyMap<string, readonly Taken[]>,
  rates: ReadonlyMap<string, number>,
  limit: number,
): Mark[] {
  return [LATER, OURS].flatMap((name) => {
    const all = results.get(name);
    if (!all) return [];
    const rate = rates.get(name) ?? NaN;
    const over = (value: (taken: Taken) => number): number => median(all.map(value));
    return [
      ...(Number.isNaN(limit)
        ? []
        : [atLeast(`${name}: of bare Fastify + SQLite`, rate / limit, MARKS.ofBare)]),
      atMost(
        `${name}: p99 at ${OFFERED}/s, ms`,
        over(({ open }) => open.latency.p99),
        MARKS.p99,
      ),
      atMost(
        `${name}: event-loop lag p99 of the serving thread, ms`,
        over(({ lag }) => lag.p99),
        MARKS.lagP99,
      ),
    ];
  });
}
