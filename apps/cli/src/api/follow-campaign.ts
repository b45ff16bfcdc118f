import type { CampaignStatsView } from '#adapters/rest/campaigns/campaign.view.js';
import type { Clock } from '#ports/system/clock.js';
import type { ApiClient } from './api-client.js';
import { ApiTrouble } from './api-trouble.js';
import { serverSentEvents } from './server-sent-events.js';

export type Stats = CampaignStatsView;

export interface Follow {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly id: string;
  readonly onStats: (stats: Stats) => void;
  /** Whether that is the end, where the status does not say so by itself. */
  readonly isOver?: (stats: Stats) => boolean;
  /** In words, while there is no contact; undefined when it is back. */
  readonly onTrouble: (words: string | undefined) => void;
}

/** A stream is there at once, or something on the way keeps it from us: a proxy that collects answers before it passes them on (ms). */
const FIRST_WORD_MS = 10_000;
/** The server says something every 15 s: silence for longer means that nobody is there any more (ms). */
const SILENCE_MS = 40_000;
/** A stream that failed this often in a row is not asked for again. */
const STREAM_TRIES = 3;
const POLL_EVERY_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;
/** Without any answer for this long we give up (ms). */
const PATIENCE_MS = 60_000;

type Followed = { readonly over: Stats } | 'broke-off' | 'mute';

/**
 * Tells of a campaign until it is over: by its event stream, connected again whenever it breaks, or, where no stream
 * comes through, by asking every second. Resolves with the last account.
 * @throws ApiTrouble if there is no such campaign, no right to see it, or no answer for a minute
 */
export async function followCampaign(follow: Follow): Promise<Stats> {
  const { clock, onStats, onTrouble } = follow;
  let failures = 0;
  let streams = true;
  let heardAt = clock.monotonic();
  const heard = (stats: Stats): void => {
    heardAt = clock.monotonic();
    if (failures > 0) onTrouble(undefined);
    failures = 0;
    onStats(stats);
  };
  for (;;) {
    try {
      const followed = await (streams ? stream(follow, heard) : poll(follow, heard));
      if (typeof followed === 'object') return followed.over;
      if (followed === 'mute') streams = false;
      else if (streams) failures += 1;
    } catch (error) {
      if (!(error instanceof ApiTrouble) || !error.passing || clock.monotonic() - heardAt > PATIENCE_MS)
        throw error;
      failures += 1;
      onTrouble(`${error.message.split('\n')[0] ?? ''} Trying again…`);
    }
    if (failures >= STREAM_TRIES) streams = false;
    const wait = failures > 0 ? Math.min(500 * 2 ** (failures - 1), LONGEST_PAUSE_MS) : POLL_EVERY_MS;
    await new Promise<void>((resolve) => clock.after(wait, resolve));
  }
}

async function stream(
  { client, clock, id, isOver }: Follow,
  heard: (stats: Stats) => void,
): Promise<Followed> {
  const hangUp = new AbortController();
  let words = 0;
  let cancel = clock.after(FIRST_WORD_MS, () => hangUp.abort());
  try {
    const body = await client.events(`/v1/campaigns/${encodeURIComponent(id)}/events`, hangUp.signal);
    for await (const { type, data } of serverSentEvents(body)) {
      cancel();
      cancel = clock.after(SILENCE_MS, () => hangUp.abort());
      words += 1;
      const stats = JSON.parse(data) as Stats;
      heard(stats);
      if (type === 'end' || isOver?.(stats)) return { over: stats };
    }
    return 'broke-off';
  } catch (error) {
    if (hangUp.signal.aborted && words === 0) return 'mute';
    if (error instanceof ApiTrouble) throw error;
    return 'broke-off';
  } finally {
    cancel();
    hangUp.abort();
  }
}

async function poll({ client, id, isOver }: Follow, heard: (stats: Stats) => void): Promise<Followed> {
  const stats = await client.get<Stats>(`/v1/campaigns/${encodeURIComponent(id)}/stats`);
  heard(stats);
  const { status, pending, submitting } = stats;
  const over = (status === 'finished' || status === 'cancelled') && pending + submitting === 0;
  return over || isOver?.(stats) ? { over: stats } : 'broke-off';
}
