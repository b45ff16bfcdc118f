import {
  atLeast,
  atMost,
  type Bench,
  type BenchOptions,
  type BenchReport,
  median,
  quantile,
} from './bench.js';
import type { EachAsked, LoadOrders, LoadResult } from './contestants/notification-load.js';
import { Contestant } from './kit/child.js';
import { FakeProvider } from './kit/fake-provider.js';
import type { Lag } from './kit/lag-probe.js';
import { pause } from './kit/pause.js';
import { OWNER_KEY, Posthorn } from './kit/posthorn.js';
import { Prepared } from './kit/prepared.js';
import { accountProblems, untilFinished } from './kit/send-campaign.js';

const ROWS = 1_000_000;
/** Critical notifications a second, and their connections. */
const CRITICAL = 50;
const CONNECTIONS = 16;
/** Critical notifications with nothing beside them. */
const ALONE_MS = 20_000;
/** Where only the account is looked at. */
const SHORT_ALONE_MS = 1000;
const WARM_UP = 100;
/** What the addresses of critical notifications begin with: the provider looks for it in everything that it is sent. */
const MARK = '~lane.';
const MARKS = { p99: 250, ofBulk: 0.7, lagP99: 20 } as const;

interface Sent {
  /** Bulk messages a second; NaN without a campaign. */
  readonly rate: number;
  /** Of each critical notification, ms from its 202 to the provider's receipt, and from when it was due to be asked for. */
  readonly latencies: readonly Latency[];
  readonly lag: Lag;
}

interface Latency {
  readonly fromAccepted: number;
  readonly fromDue: number;
}

interface Run {
  readonly quiet: Sent;
  readonly both: Sent;
  readonly alone: Sent;
}

interface Setting {
  readonly prepared: Prepared;
  readonly fake: FakeProvider;
  readonly count: number;
  readonly aloneMs: number;
  readonly problems: string[];
}

/** Codes and receipts while a campaign of a million goes out through the same provider: does either get in the other's way? */
export const lanes: Bench = {
  name: 'lanes',
  title: 'critical notifications beside a campaign, through one provider',
  async run(options) {
    const count = options.count ?? ROWS;
    const fake = await FakeProvider.start({ note: MARK });
    const problems: string[] = [];
    const runs: Run[] = [];
    let prepared: Prepared | undefined;
    try {
      prepared = await Prepared.subscribers(fake, count);
      options.say(`lanes: ${count.toLocaleString('en')} subscribers imported`);
      const aloneMs = options.count === undefined ? ALONE_MS : SHORT_ALONE_MS;
      const setting = { prepared, fake, count, aloneMs, problems };
      for (let run = 0; run < options.runs; run++) runs.push(await oneRun(setting, run % 2 === 1, options));
    } finally {
      await fake.stop();
      prepared?.remove();
    }
    return report(count, runs, problems);
  },
};

/** @param turned whoever is first finds another machine than whoever is second: they take turns */
async function oneRun(setting: Setting, turned: boolean, { say }: BenchOptions): Promise<Run> {
  const send = (how: { bulk: boolean; critical: boolean }): Promise<Sent> => sendOnce(setting, how);
  const first = await send({ bulk: true, critical: turned });
  const second = await send({ bulk: true, critical: !turned });
  const alone = await send({ bulk: false, critical: true });
  const [quiet, both] = turned ? [second, first] : [first, second];
  say(
    `lanes: bulk alone ${Math.round(quiet.rate).toLocaleString('en')}/s, beside critical ${Math.round(both.rate).toLocaleString('en')}/s; ` +
      `critical p99 ${quantile(both.latencies.map(accepted), 0.99).toFixed(0)} ms beside bulk, ${quantile(alone.latencies.map(accepted), 0.99).toFixed(0)} ms alone`,
  );
  return { quiet, both, alone };
}

async function sendOnce(
  { prepared, fake, count, aloneMs, problems }: Setting,
  { bulk, critical }: { bulk: boolean; critical: boolean },
): Promise<Sent> {
  await fake.reset();
  const dataDir = prepared.copy();
  const server = await Posthorn.start({ fake, dataDir, unmetered: true });
  const load = critical ? startCritical(server.port) : undefined;
  try {
    await load?.hear();
    // What came all at once, to a server that was just started, is out of the way before anything is measured.
    if (load) await fake.until((stats) => stats.accepted >= WARM_UP);
    const campaign = bulk ? await server.api.draftCampaign(prepared.listId) : undefined;
    await server.lag();
    const startedAt = Date.now();
    if (campaign !== undefined) await server.api.startCampaign(campaign);
    const answeredAt = Date.now();
    if (campaign === undefined) await pause(aloneMs);
    const finishedAt = campaign === undefined ? Date.now() : await untilFinished(server.api, campaign);
    const lag = await server.lag();
    const asked = await load?.end<LoadResult>();
    const expected = (bulk ? count : 0) + (asked?.asked ?? 0);
    const { accepted } = await fake.until((stats) => stats.accepted >= expected);
    if (campaign !== undefined) {
      const stats = await server.api.stats(campaign);
      problems.push(...accountProblems('lanes', count, stats, accepted - (asked?.asked ?? 0)));
    }
    const within = (asked?.each ?? []).filter(({ dueOn }) => dueOn >= startedAt && dueOn <= finishedAt);
    return {
      rate: bulk ? (count * 1000) / (finishedAt - answeredAt) : NaN,
      latencies: asked ? await latenciesOf(asked, within, fake, problems) : [],
      lag,
    };
  } finally {
    await load?.kill();
    await server.stop();
    prepared.discard(dataDir);
  }
}

function startCritical(port: number): Contestant {
  return Contestant.start('notification-load', {
    port,
    apiKey: OWNER_KEY,
    connections: CONNECTIONS,
    warmUp: WARM_UP,
    perSecond: CRITICAL,
    addresses: MARK,
    each: true,
  } satisfies LoadOrders);
}

/** Everyone who was told 202 must have come to the provider, once. */
async function latenciesOf(
  { asked, refused }: LoadResult,
  within: readonly EachAsked[],
  fake: FakeProvider,
  problems: string[],
): Promise<Latency[]> {
  const arrivals = await fake.arrivals();
  const cameAt = new Map(arrivals.map(({ name, at }) => [name, at]));
  for (const [status, times] of Object.entries(refused))
    problems.push(`lanes: ${times} critical notifications were answered ${status}`);
  if (arrivals.length !== asked || cameAt.size !== asked)
    problems.push(
      `lanes: of ${asked} critical notifications ${cameAt.size} came to the provider, in ${arrivals.length} calls`,
    );
  return within.flatMap(({ name, dueOn, answeredOn }) => {
    const at = cameAt.get(name);
    return at === undefined ? [] : [{ fromAccepted: at - answeredOn, fromDue: at - dueOn }];
  });
}

function accepted({ fromAccepted }: Latency): number {
  return fromAccepted;
}

function report(count: number, runs: readonly Run[], problems: readonly string[]): BenchReport {
  const over = (value: (run: Run) => number): number => median(runs.map(value));
  const latency = (who: 'both' | 'alone', of: (one: Latency) => number, q: number): number =>
    over((run) => quantile(run[who].latencies.map(of), q));
  const row = (name: string, who: 'both' | 'alone'): (string | number)[] => [
    name,
    who === 'both' ? Math.round(over(({ both }) => both.rate)) : '-',
    latency(who, accepted, 0.5),
    latency(who, accepted, 0.99),
    latency(who, accepted, 1),
    latency(who, ({ fromDue }) => fromDue, 0.99),
    over((run) => run[who].lag.p99),
  ];
  const kept = over(({ quiet, both }) => both.rate / quiet.rate);
  const p99 = latency('both', accepted, 0.99);
  return {
    runs: runs.length,
    settings: { 'bulk messages': count, 'critical /s': CRITICAL },
    columns: [
      ...['sent', 'bulk messages/s', 'critical p50 ms', 'p99 ms', 'max ms'],
      ...['p99 ms from when it was due', 'lag p99 ms'],
    ],
    rows: [
      [
        'bulk alone',
        Math.round(over(({ quiet }) => quiet.rate)),
        '-',
        '-',
        '-',
        '-',
        over(({ quiet }) => quiet.lag.p99),
      ],
      row('both', 'both'),
      row('critical alone', 'alone'),
    ],
    marks: [
      atMost("critical: 202 to the provider's receipt, p99, ms", p99, MARKS.p99),
      atLeast('bulk beside critical, of bulk alone', kept, MARKS.ofBulk),
      atMost(
        'event-loop lag p99 of the serving thread, ms',
        over(({ both }) => both.lag.p99),
        MARKS.lagP99,
      ),
    ],
    notes: [
      'Critical: sign-in codes by e-mail, asked for over REST by timetable from a process of its own; p50, p99 and max count from the 202 to the moment at which the provider reads the message.',
      'Both lanes go through one provider, a fake in a process of its own. The share of bulk is the median of the shares of each run, whose campaigns follow one another.',
    ],
    samples: runs,
    problems,
  };
}
