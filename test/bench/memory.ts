import { atMost, type Bench, type BenchReport, median, quantile } from './bench.js';
import { FakeProvider } from './kit/fake-provider.js';
import { pause } from './kit/pause.js';
import { Posthorn } from './kit/posthorn.js';
import type { CampaignStats } from './kit/posthorn-api.js';
import { Prepared } from './kit/prepared.js';
import { accountProblems, untilFinished } from './kit/send-campaign.js';

const ROWS = 1_000_000;
const SAMPLE_EVERY_MS = 1000;
const SETTLE_MS = 8000;
/** Where only the account is looked at. */
const SHORT_SETTLE_MS = 1000;
const MB = 2 ** 20;
const MAX_IDLE_MB = 150;
/** Flat: over a million messages it may grow by this much of what it was, noise of the garbage collector included. */
const MAX_GROWTH = 0.1;
/** In the first campaign caches fill and pools open (the page caches of the storage alone take 80 MB); what grows in the next grows for ever. */
const CAMPAIGNS = 2;

interface Sample {
  readonly accepted: number;
  readonly rss: number;
  readonly anonymous: number;
}

interface Watched {
  /** Bytes. */
  readonly idle: number;
  readonly samples: readonly Sample[];
  /** Bytes of resident set per million messages, least squares over the last campaign. */
  readonly slope: number;
}

/** Resident memory of the whole server: idle after a start, and while a million messages go out, twice. */
export const memory: Bench = {
  name: 'memory',
  title: 'resident memory, idle and while two campaigns of a million messages are sent',
  async run(options) {
    const count = options.count ?? ROWS;
    const settleMs = options.count === undefined ? SETTLE_MS : SHORT_SETTLE_MS;
    const fake = await FakeProvider.start();
    const problems: string[] = [];
    const watched: Watched[] = [];
    let prepared: Prepared | undefined;
    try {
      prepared = await Prepared.subscribers(fake, count);
      options.say(`memory: ${count.toLocaleString('en')} subscribers imported`);
      // One is enough to tell: a sample a second is many samples.
      for (let run = 0; run < Math.min(2, options.runs); run++) {
        watched.push(await watch(prepared, fake, { count, settleMs, problems }));
      }
      return report(count, settleMs, watched, prepared.importPeakRss, problems);
    } finally {
      await fake.stop();
      prepared?.remove();
    }
  },
};

async function watch(
  prepared: Prepared,
  fake: FakeProvider,
  { count, settleMs, problems }: { count: number; settleMs: number; problems: string[] },
): Promise<Watched> {
  await fake.reset();
  const dataDir = prepared.copy();
  const server = await Posthorn.start({ fake, dataDir });
  const samples: Sample[] = [];
  try {
    await pause(settleMs);
    const idle = server.meter.memory().rss;
    const look = async (): Promise<void> => {
      const { accepted } = await fake.stats();
      samples.push({ accepted, ...server.meter.memory() });
    };
    const timer = setInterval(() => void look(), SAMPLE_EVERY_MS);
    try {
      for (let sent = 0; sent < CAMPAIGNS; sent++) {
        const campaign = await server.api.draftCampaign(prepared.listId);
        await server.api.startCampaign(campaign);
        await untilFinished(server.api, campaign);
        const stats: CampaignStats = await server.api.stats(campaign);
        const accepted = (await fake.stats()).accepted - sent * count;
        problems.push(...accountProblems('memory', count, stats, accepted));
      }
    } finally {
      clearInterval(timer);
    }
    await look();
    const last = samples.filter(({ accepted }) => accepted >= count * (CAMPAIGNS - 1));
    return { idle, samples, slope: slopeOf(last) };
  } finally {
    await server.stop();
    prepared.discard(dataDir);
  }
}

/** Bytes per million messages. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, one) => sum + of(one), 0) / samples.length;
  const [x0, y0] = [mean(({ accepted }) => accepted), mean(({ rss }) => rss)];
  const above = samples.reduce((sum, { accepted, rss }) => sum + (accepted - x0) * (rss - y0), 0);
  const below = samples.reduce((sum, { accepted }) => sum + (accepted - x0) ** 2, 0);
  return below === 0 ? 0 : (above / below) * 1e6;
}

function report(
  count: number,
  settleMs: number,
  watched: readonly Watched[],
  importPeak: number,
  problems: readonly string[],
): BenchReport {
  const all = watched.flatMap(({ samples }) => samples);
  const idle = median(watched.map((one) => one.idle));
  const p50 = quantile(
    all.map(({ rss }) => rss),
    0.5,
  );
  const slope = median(watched.map((one) => one.slope));
  return {
    runs: watched.length,
    settings: {
      campaigns: CAMPAIGNS,
      'messages each': count,
      'settled after s': settleMs / 1000,
      'sample every s': SAMPLE_EVERY_MS / 1000,
    },
    columns: ['when', 'resident MB', 'of it anonymous MB'],
    rows: [
      ['idle', idle / MB, '-'],
      [
        'sending, p50',
        p50 / MB,
        quantile(
          all.map(({ anonymous }) => anonymous),
          0.5,
        ) / MB,
      ],
      [
        'sending, max',
        Math.max(...all.map(({ rss }) => rss)) / MB,
        Math.max(...all.map(({ anonymous }) => anonymous)) / MB,
      ],
      ['growth per million messages', slope / MB, '-'],
      ['importing, max', importPeak / MB, '-'],
    ],
    marks: [
      atMost('idle, MB', idle / MB, MAX_IDLE_MB),
      atMost('growth per million messages, of the median', slope / p50, MAX_GROWTH),
    ],
    notes: ['Resident set of the whole process from /proc, all threads; no garbage collection is forced.'],
    samples: watched,
    problems,
  };
}
