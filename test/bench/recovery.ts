import { atMost, type Bench, type BenchReport, median } from './bench.js';
import { FakeProvider } from './kit/fake-provider.js';
import { pause } from './kit/pause.js';
import { Posthorn } from './kit/posthorn.js';
import type { CampaignStats, PosthornApi } from './kit/posthorn-api.js';
import { Prepared } from './kit/prepared.js';
import { accountProblems, untilFinished } from './kit/send-campaign.js';

const ROWS = 1_000_000;
/** One campaign is expanded no further than 100,000 ahead of its senders: a ledger full of pending rows takes several. */
const PEOPLE = 50_000;
const MAX_SECONDS = 2;
const LOOK_EVERY_MS = 250;
const PATIENCE_MS = 120_000;

interface Recovered {
  /** From just before the process was made. */
  readonly firstSendSeconds: number;
}

/** Killed with everything pending: how soon after it is started again does the provider hear from it? */
export const recovery: Bench = {
  name: 'recovery',
  title: 'first send after kill -9 with everything pending',
  async run(options) {
    const count = options.count ?? ROWS;
    const fake = await FakeProvider.start();
    const problems: string[] = [];
    let prepared: Prepared | undefined;
    try {
      const people = Math.min(count, PEOPLE);
      prepared = await Prepared.subscribers(fake, people);
      options.say(`recovery: ${people.toLocaleString('en')} subscribers imported`);
      const { campaigns, intended } = await killWithAllPending(prepared, fake, count);
      options.say(
        `recovery: killed with ${count.toLocaleString('en')} pending, ${intended} of them in calls under way`,
      );
      const recovered: Recovered[] = [];
      for (let run = 0; run < options.runs; run++) {
        const last = run === options.runs - 1;
        recovered.push(await restart(prepared, fake, last ? { campaigns, count, problems } : undefined));
      }
      return report(count, intended, recovered, problems);
    } finally {
      await fake.stop();
      prepared?.remove();
    }
  },
};

/** Leaves the original folder as a process left it that was killed while the provider answered nobody. */
async function killWithAllPending(
  prepared: Prepared,
  fake: FakeProvider,
  count: number,
): Promise<{ campaigns: readonly string[]; intended: number }> {
  await fake.setFaults([{ effect: { kind: 'hang' } }]);
  const server = await Posthorn.start({ fake, dataDir: prepared.original });
  try {
    const campaigns: string[] = [];
    for (let started = 0; started < count; started += PEOPLE) {
      const campaign = await server.api.draftCampaign(prepared.listId);
      await server.api.startCampaign(campaign);
      campaigns.push(campaign);
    }
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const { candidates, pending, submitting } = await statsOfAll(server.api, campaigns);
      if (candidates === count && submitting > 0 && pending + submitting === count)
        return { campaigns, intended: submitting };
      if (performance.now() > deadline)
        throw new Error(`${candidates} of ${count} were expanded in ${PATIENCE_MS} ms`);
      await pause(LOOK_EVERY_MS);
    }
  } finally {
    await server.kill();
  }
}

/** The accounts of several campaigns as one. */
async function statsOfAll(api: PosthornApi, campaigns: readonly string[]): Promise<CampaignStats> {
  const all = await Promise.all(campaigns.map((campaign) => api.stats(campaign)));
  return all.reduce((sum, one) => {
    const added = Object.entries(one).map(([name, value]: [string, unknown]) => {
      const before: unknown = Reflect.get(sum, name);
      return [name, typeof value === 'number' && typeof before === 'number' ? value + before : value];
    });
    return Object.fromEntries(added) as CampaignStats;
  });
}

/** @param toTheEnd the last restart sends everything, to see that the kill has cost nothing */
async function restart(
  prepared: Prepared,
  fake: FakeProvider,
  toTheEnd: { campaigns: readonly string[]; count: number; problems: string[] } | undefined,
): Promise<Recovered> {
  const dataDir = prepared.copy();
  await fake.reset();
  const server = await Posthorn.spawn({ fake, dataDir });
  try {
    const { firstAcceptedAt } = await fake.until(({ accepted }) => accepted > 0);
    if (toTheEnd) {
      const { campaigns, count, problems } = toTheEnd;
      await server.whenReady();
      for (const campaign of campaigns) await untilFinished(server.api, campaign);
      problems.push(
        ...accountProblems(
          'recovery',
          count,
          await statsOfAll(server.api, campaigns),
          (await fake.stats()).accepted,
        ),
      );
    }
    return { firstSendSeconds: (firstAcceptedAt - server.spawnedAt) / 1000 };
  } finally {
    await server.kill();
    prepared.discard(dataDir);
  }
}

function report(
  count: number,
  intended: number,
  recovered: readonly Recovered[],
  problems: readonly string[],
): BenchReport {
  const seconds = recovered.map(({ firstSendSeconds }) => firstSendSeconds);
  return {
    runs: recovered.length,
    settings: { pending: count, 'in calls under way at the kill': intended },
    columns: ['from starting the process to', 'median s', 'max s'],
    rows: [["the provider's first acceptance", median(seconds), Math.max(...seconds)]],
    marks: [atMost('first send after restart, s', median(seconds), MAX_SECONDS)],
    notes: [
      'The folder is a copy of what the killed process left, write-ahead log included; its pages are in the file cache.',
      'After the last restart everything is sent, and must add up.',
    ],
    samples: recovered,
    problems,
  };
}
