import {
  atLeast,
  atMost,
  type BenchOptions,
  type BenchReport,
  type Cell,
  type Mark,
  median,
} from '../bench.js';
import { FakeProvider } from './fake-provider.js';
import { Prepared } from './prepared.js';
import { REDIS_SETTINGS } from './redis.js';
import { type Race, raceBareLoop, raceBullmq, type RaceOrders } from './rivals.js';
import { accountProblems, raceCampaign, type Sent } from './send-campaign.js';

export interface RaceSettings {
  readonly count: number;
  /** Messages in a provider call. */
  readonly batch: number;
  readonly marks: { readonly rate?: number; readonly ofBareLoop: number; readonly timesBullmq?: number };
}

interface Contender {
  readonly name: string;
  run(): Promise<Race | undefined>;
}

/** The tuned one where there is a difference: the limit is what can be done, not what is mostly done. */
const LIMIT = 'bare loop, tuned';
const OURS = 'posthorn';
const TYPICAL = 'BullMQ, job per recipient';

const IN_FLIGHT = 8;
const WARM_UP = 20_000;
const MAX_LAG_MS = 20;
/** Contestants that do the same work put the same bytes on the wire, give or take the length of ids and tokens. */
const BYTES_TOLERANCE = 0.03;

/** Everyone sends the same campaign through the same provider process, one after another, in turns. */
export async function holdRaces(settings: RaceSettings, options: BenchOptions): Promise<BenchReport> {
  const count = options.count ?? settings.count;
  const problems: string[] = [];
  const fake = await FakeProvider.start();
  const results = new Map<string, Race[]>();
  const sent: Sent[] = [];
  let prepared: Prepared | undefined;
  try {
    const orders = { fake, count, batch: settings.batch, inFlight: IN_FLIGHT, profileTo: options.profileTo };
    const contenders = [...rivals(orders), ours(() => prepared, orders, sent)].filter(
      ({ name }) => options.only.length === 0 || options.only.some((only) => name.startsWith(only)),
    );
    if (contenders.some(({ name }) => name === OURS)) prepared = await Prepared.subscribers(fake, count);
    // The provider's process runs compiled code from the first contestant on.
    await raceBareLoop({ ...orders, count: Math.min(count, WARM_UP), profileTo: undefined }, false);
    for (let run = 0; run < options.runs; run++) {
      // Each begins as often as the others: whoever is first finds another machine than whoever is last.
      const turn = contenders.map((_, i) => contenders[(i + run) % contenders.length]);
      for (const contender of turn)
        if (contender) await oneRace(contender, count, results, problems, options);
    }
  } finally {
    await fake.stop();
    prepared?.remove();
  }
  problems.push(...sent.flatMap(({ stats, race }) => accountProblems(OURS, count, stats, race.accepted)));
  problems.push(...byteProblems(results));
  return report(settings, count, results, sent, prepared, problems);
}

function rivals(orders: RaceOrders): Contender[] {
  const bare = { name: 'bare loop', run: () => raceBareLoop(orders, false) };
  const bullmq = { name: TYPICAL, run: () => raceBullmq(orders, 1) };
  if (orders.batch === 1) return [bare, bullmq];
  return [
    { name: LIMIT, run: () => raceBareLoop(orders, true) },
    bare,
    bullmq,
    { name: `BullMQ, job per ${orders.batch}`, run: () => raceBullmq(orders, orders.batch) },
  ];
}

function ours(
  prepared: () => Prepared | undefined,
  { fake, batch, profileTo }: RaceOrders,
  sent: Sent[],
): Contender {
  return {
    name: OURS,
    run: async () => {
      const folder = prepared();
      if (!folder) throw new Error('nobody has imported the subscribers');
      const one = await raceCampaign(folder, { fake, profileTo, maxBatch: batch === 1 ? 1 : undefined });
      sent.push(one);
      return one.race;
    },
  };
}

async function oneRace(
  { name, run }: Contender,
  count: number,
  results: Map<string, Race[]>,
  problems: string[],
  { say }: BenchOptions,
): Promise<void> {
  const result = await run();
  if (!result) return say(`${name}: left out, there is no redis-server here`);
  say(`${name}: ${Math.round(count / result.seconds).toLocaleString('en')} messages/s`);
  if (name !== OURS && result.accepted !== count)
    problems.push(`${name}: ${result.accepted} of ${count} accepted`);
  results.set(name, [...(results.get(name) ?? []), result]);
}

function byteProblems(results: ReadonlyMap<string, readonly Race[]>): string[] {
  const bytes = [...results].map(([name, races]) => ({
    name,
    bytes: median(races.map((one) => one.bytesPerMessage)),
  }));
  const [first] = bytes;
  return bytes
    .filter((one) => first && Math.abs(one.bytes / first.bytes - 1) > BYTES_TOLERANCE)
    .map(
      (one) =>
        `${one.name} sends ${Math.round(one.bytes)} bytes a message, ${first?.name} ${Math.round(first?.bytes ?? 0)}`,
    );
}

function report(
  settings: RaceSettings,
  count: number,
  results: ReadonlyMap<string, readonly Race[]>,
  sent: readonly Sent[],
  prepared: Prepared | undefined,
  problems: readonly string[],
): BenchReport {
  const rates = new Map(
    [...results].map(([name, races]) => [name, median(races.map(({ seconds }) => count / seconds))]),
  );
  const limit = rates.get(LIMIT) ?? rates.get('bare loop') ?? NaN;
  const notes = [
    'The provider is a fake in a process of its own on the same cores; recipients are in memory (bare loop, BullMQ) or imported before.',
    `BullMQ keeps its jobs in Redis with ${Object.entries(REDIS_SETTINGS)
      .map(([k, v]) => `${k} "${v}"`)
      .join(', ')}; one producer and one worker process; completed jobs are removed.`,
  ];
  if (prepared) {
    notes.push(
      threadsNote(count, sent),
      `posthorn imported the subscribers before at ${Math.round(count / prepared.importSeconds).toLocaleString('en')} rows/s.`,
    );
  }
  return {
    runs: Math.max(0, ...[...results.values()].map((races) => races.length)),
    settings: { messages: count, 'messages per call': settings.batch },
    columns: [
      'contestant',
      'messages/s',
      'of the limit',
      'CPU µs/message',
      'by process',
      'bytes/message',
      'calls',
    ],
    rows: [...results].map(([name, races]) => row(name, races, rates.get(name) ?? NaN, limit)),
    marks: marksOf(settings, rates, limit, sent),
    notes,
    samples: { races: Object.fromEntries(results), sent, importSeconds: prepared?.importSeconds },
    problems,
  };
}

/** Where the server's share goes: main, storage writer, storage reader, delivery; and the runtime's own. */
function threadsNote(count: number, sent: readonly Sent[]): string {
  const names = [...new Set(sent.flatMap(({ threads }) => Object.keys(threads)))];
  const costs = names.map((name) => {
    const cost = median(sent.map(({ threads }) => ((threads[name] ?? 0) / count) * 1e6));
    return `${name} ${cost.toFixed(1)}`;
  });
  return `CPU µs/message of posthorn's threads (workers 1 to 3: storage writer, storage reader, delivery): ${costs.join(', ')}.`;
}

function row(name: string, races: readonly Race[], rate: number, limit: number): Cell[] {
  const perMessage = (process: string): number =>
    median(races.map(({ cpuSeconds, accepted }) => ((cpuSeconds[process] ?? NaN) / accepted) * 1e6));
  const processes = Object.keys(races[0]?.cpuSeconds ?? {});
  const costs = processes.map((process) => ({ process, cost: perMessage(process) }));
  return [
    name,
    Math.round(rate),
    Number.isNaN(limit) ? '-' : (rate / limit).toFixed(2),
    costs.reduce((sum, { cost }) => sum + cost, 0),
    costs.map(({ process, cost }) => `${process} ${cost.toFixed(1)}`).join(', '),
    Math.round(median(races.map(({ bytesPerMessage }) => bytesPerMessage))),
    median(races.map(({ requests }) => requests)),
  ];
}

function marksOf(
  { marks }: RaceSettings,
  rates: ReadonlyMap<string, number>,
  limit: number,
  sent: readonly Sent[],
): Mark[] {
  const rate = rates.get(OURS);
  if (rate === undefined) return [];
  const bullmq = rates.get(TYPICAL);
  const lag = median(sent.map((one) => one.lag.p99));
  return [
    ...(marks.rate === undefined ? [] : [atLeast('messages/s', rate, marks.rate)]),
    ...(Number.isNaN(limit) ? [] : [atLeast('of the bare loop', rate / limit, marks.ofBareLoop)]),
    ...(marks.timesBullmq === undefined || bullmq === undefined
      ? []
      : [atLeast('times BullMQ, job per recipient', rate / bullmq, marks.timesBullmq)]),
    atMost('event-loop lag p99 of the serving thread, ms', lag, MAX_LAG_MS),
  ];
}
