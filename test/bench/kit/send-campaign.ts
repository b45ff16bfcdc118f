import type { FakeProvider } from './fake-provider.js';
import type { Lag } from './lag-probe.js';
import { pause } from './pause.js';
import { Posthorn, type PosthornOptions } from './posthorn.js';
import type { CampaignStats, PosthornApi } from './posthorn-api.js';
import type { Prepared } from './prepared.js';
import type { Memory } from './process-meter.js';
import { type Race, race } from './rivals.js';

/** Asking how far it is costs the server something too: not more often than a person's browser would. */
const LOOK_EVERY_MS = 250;
const PATIENCE_MS = 120_000;

/** Terms of the equation: their sum is `candidates`, always. */
const TERMS = [
  ...['pending', 'submitting', 'accepted', 'delivered', 'bounced', 'complained', 'failed', 'dead'],
  ...['suppressed', 'cancelled', 'expired', 'unknown'],
];

export interface Sent {
  readonly race: Race;
  readonly stats: CampaignStats;
  readonly lag: Lag;
  /** CPU seconds of each of the server's threads. */
  readonly threads: Readonly<Record<string, number>>;
  /** At the end. */
  readonly memory: Memory;
}

/** Our own contestant: one campaign to everyone in a prepared folder, by a server that was started for it. */
export async function raceCampaign(
  prepared: Prepared,
  options: Omit<PosthornOptions, 'dataDir' | 'fake'> & { readonly fake: FakeProvider },
): Promise<Sent> {
  const dataDir = prepared.copy();
  const server = await Posthorn.start({ ...options, dataDir });
  try {
    const { api } = server;
    const campaign = await api.draftCampaign(prepared.listId);
    await server.lag();
    const threads = server.meter.cpuByThread();
    const result = await race(options.fake, async () => {
      const before = server.meter.cpuSeconds();
      await api.startCampaign(campaign);
      const started = Date.now();
      const finishedAt = await untilFinished(api, campaign);
      const cpuSeconds = server.meter.cpuSeconds() - before;
      return { seconds: (finishedAt - started) / 1000, cpuSeconds: { server: cpuSeconds } };
    });
    return {
      race: result,
      stats: await api.stats(campaign),
      lag: await server.lag(),
      threads: spentSince(threads, server.meter.cpuByThread()),
      memory: server.meter.memory(),
    };
  } finally {
    await server.stop();
    prepared.discard(dataDir);
  }
}

function spentSince(
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(now).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]),
  );
}

/** Resolves with the epoch milliseconds at which the campaign was seen finished, or says it was. */
export async function untilFinished(api: PosthornApi, campaign: string): Promise<number> {
  let last = -1;
  let since = performance.now();
  for (;;) {
    const { accepted } = await api.stats(campaign);
    const { status, finishedAt } = await api.campaign(campaign);
    if (status === 'finished') return finishedAt ? Date.parse(finishedAt) : Date.now();
    if (accepted !== last) since = performance.now();
    last = accepted;
    if (performance.now() - since > PATIENCE_MS)
      throw new Error(`the campaign stands still at ${accepted}, ${status}`);
    await pause(LOOK_EVERY_MS);
  }
}

/** What is wrong with a finished campaign's account; nothing if it adds up and the provider agrees. */
export function accountProblems(
  name: string,
  count: number,
  stats: CampaignStats,
  accepted: number,
): string[] {
  const problems: string[] = [];
  const sum = TERMS.reduce((total, term) => total + Number(stats[term] ?? 0), 0);
  if (stats.candidates !== count)
    problems.push(`${name}: ${stats.candidates} candidates of ${count} subscribers`);
  if (sum !== stats.candidates) problems.push(`${name}: the states add up to ${sum} of ${stats.candidates}`);
  if (stats.accepted !== count) problems.push(`${name}: ${stats.accepted} of ${count} are accepted`);
  if (accepted !== count) problems.push(`${name}: the provider has accepted ${accepted} of ${count}`);
  return problems;
}
