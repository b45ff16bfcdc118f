import { atMost, type Bench, type BenchOptions, type BenchReport, median } from './bench.js';
import { IMPORT_LIMITS } from '#domain/campaign/application/import-window.js';
import { AudienceRig } from './kit/audience-rig.js';
import { type Cost, costOf } from './kit/cost.js';
import { type Call, DeliveryRig, type Held } from './kit/delivery-rig.js';

const LEVELS = [10_000, 100_000, 1_000_000];
/** Pages measured at each level: the ten thousand of the first level become twice as many meanwhile, no more. */
const PAGES = 10;
const PAGE = 1000;
const CALL = 100;
/** Provider calls under way, and parcels in hand. */
const IN_FLIGHT = 16;
const IN_HAND = 4;
/** A hot path may cost this much more with a million rows than with ten thousand. */
const REACH = 1.2;

type Costs = Record<string, Cost>;

/** Each hot path with 10 k, 100 k and 1 M rows there already: what it costs must not follow how much there is. */
export const growth: Bench = {
  name: 'growth',
  title: 'cost per operation as the tables grow',
  async run(options) {
    const levels = LEVELS.filter((level) => level <= (options.count ?? Infinity));
    const problems: string[] = [];
    const samples: Costs[][] = [];
    for (let run = 0; run < options.runs; run++) {
      const delivery = await deliveryRun(levels, options, problems);
      const audience = await audienceRun(levels, options);
      samples.push(levels.map((_, level) => ({ ...delivery[level], ...audience[level] })));
    }
    return report(levels, samples, problems);
  },
};

async function deliveryRun(
  levels: readonly number[],
  { say }: BenchOptions,
  problems: string[],
): Promise<Costs[]> {
  const rig = await DeliveryRig.open();
  try {
    const costs: Costs[] = [];
    let sent = 0;
    for (const level of levels) {
      await costOf((level - rig.rows) / PAGE, IN_HAND, () => rig.acceptPage());
      // The first rounds after a start run code that isn't compiled yet: not what grows.
      if (costs.length === 0) sent += (await deliver(rig, level / PAGE)).sent;
      const accept = await costOf(PAGES, IN_HAND, () => rig.acceptPage());
      const delivered = await deliver(rig, PAGES);
      sent += delivered.sent;
      costs.push({ 'ledger.accept, page of 1,000': accept, ...delivered.costs });
      say(`growth: ledger measured with ${level.toLocaleString('en')} rows`);
    }
    const { candidates, accepted } = await rig.accepted();
    if (candidates !== rig.rows || accepted !== sent) {
      problems.push(
        `${rig.rows} rows put in and ${sent} sent, but the ledger counts ${candidates} and ${accepted}`,
      );
    }
    return costs;
  } finally {
    await rig.close();
  }
}

/** Takes parcels through all their steps, in the order and width of a worker. */
async function deliver(rig: DeliveryRig, parcels: number): Promise<{ costs: Costs; sent: number }> {
  const held: Held[] = [];
  const calls: Call[] = [];
  const perParcel = PAGE / CALL;
  const claim = await costOf(parcels, IN_HAND, async () => held.push(await rig.claim()));
  const openIntent = await costOf(parcels * perParcel, IN_FLIGHT, async (n) => {
    const parcel = held[Math.floor(n / perParcel)];
    if (parcel) calls.push(await rig.openIntent(parcel, (n % perParcel) * CALL, CALL));
  });
  const settle = await costOf(calls.length, IN_FLIGHT, async (n) => {
    const call = calls[n];
    if (call) await rig.settle(call);
  });
  const finish = await costOf(held.length, IN_HAND, async (n) => {
    const parcel = held[n];
    if (parcel) await rig.finish(parcel);
  });
  return {
    sent: calls.reduce((sum, { ordinals }) => sum + ordinals.length, 0),
    costs: {
      'lanes.claim + ledger.load, parcel of 1,000': claim,
      'ledger.openIntent, call of 100': openIntent,
      'ledger.settle, call of 100': settle,
      'lanes.finish, parcel of 1,000': finish,
    },
  };
}

async function audienceRun(levels: readonly number[], { say }: BenchOptions): Promise<Costs[]> {
  const rig = await AudienceRig.open();
  try {
    const costs: Costs[] = [];
    for (const level of levels) {
      await rig.fill(level - rig.rows);
      if (costs.length === 0) await costOf(PAGES, 1, (n) => rig.audiencePage(n));
      const { records, batch: size, inFlight } = IMPORT_LIMITS;
      // The first batches of a whole stretch: as near to one another in the indexes as those of any import.
      const batches = await rig.window(records);
      const batch = await costOf((PAGES * PAGE) / size, inFlight, (n) => rig.commit(batches[n]));
      const page = await costOf(2 * PAGES, 1, (n) => rig.audiencePage(n));
      costs.push({ 'imports.commit, batch of 500': batch, 'audiences.page, of 1,000': page });
      say(`growth: subscribers measured with ${level.toLocaleString('en')} rows`);
    }
    return costs;
  } finally {
    await rig.close();
  }
}

function report(levels: readonly number[], samples: readonly Costs[][], problems: string[]): BenchReport {
  const paths = Object.keys(samples[0]?.[0] ?? {});
  const at = (path: string, level: number, what: keyof Cost): number =>
    median(samples.map((run) => run[level]?.[path]?.[what] ?? NaN));
  const last = levels.length - 1;
  const ratio = (path: string, what: keyof Cost): number => at(path, last, what) / at(path, 0, what);
  return {
    runs: samples.length,
    settings: { rows: levels.map((level) => level.toLocaleString('en')).join(' '), 'pages measured': PAGES },
    columns: ['path', ...levels.map((level) => `µs at ${level.toLocaleString('en')}`), 'ratio', 'CPU ratio'],
    rows: paths.map((path) => [
      path,
      ...levels.map((_, level) => Math.round(at(path, level, 'microseconds'))),
      ratio(path, 'microseconds').toFixed(2),
      ratio(path, 'cpuMicroseconds').toFixed(2),
    ]),
    marks:
      levels.length < 2 ? [] : paths.map((path) => atMost(path, ratio(path, 'microseconds'), REACH, 'x')),
    notes: [
      'Time on the clock per operation, with as many under way as the product has; every write is durable (one fsync is shared by those under way).',
      'CPU ratio: the same of the CPU time of the whole process, storage threads included.',
    ],
    samples,
    problems,
  };
}
