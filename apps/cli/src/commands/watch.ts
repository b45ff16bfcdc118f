import type { CampaignView } from '#adapters/rest/campaigns/campaign.view.js';
import { findOne, type Named } from '../api/find-one.js';
import { followCampaign, type Stats } from '../api/follow-campaign.js';
import type { CommandContext, ExitCode } from '../terminal/context.js';
import { count, plain, timeOfDay } from '../terminal/words.js';
import { addsUp, byProvider, CampaignPace, liveLines, plainLine } from './campaign-progress.js';

/** A line for a log is due this often, and when the status changes (ms). */
const LOG_EVERY_MS = 5_000;
const TICK_MS = 1_000;

export async function watch(context: CommandContext, campaign: string): Promise<ExitCode> {
  return watchCampaign(context, await findOne(context.client, 'campaign', campaign));
}

/** Shows a campaign until it is over. */
export async function watchCampaign(context: CommandContext, { id, name }: Named): Promise<ExitCode> {
  const { client, clock, terminal, json, onInterrupt } = context;
  const shown = json
    ? new JsonLines(context)
    : terminal.interactive
      ? new LiveView(context, name)
      : new LogLines(context, name);
  onInterrupt(() => {
    terminal.settle();
    if (!json)
      terminal.print(`No longer watching. The campaign goes on; look again with: posthorn watch ${id}`);
  });
  let before: Stats['status'] | undefined;
  try {
    const last = await followCampaign({
      client,
      clock,
      id,
      onStats: (stats) => shown.stats(stats),
      isOver: (stats) => {
        const fellBack = stats.status === 'draft' && before === 'scheduled';
        before = stats.status;
        return fellBack;
      },
      onTrouble: (words) => shown.trouble(words),
    });
    shown.end();
    if (last.status === 'draft') return await tellRefusal(context, id);
    if (!json) sumUp(context, id, last);
    return addsUp(last) ? 0 : 1;
  } finally {
    shown.end();
  }
}

/** Its hour came, and it could not begin: whoever waits for it would wait for ever. */
async function tellRefusal({ client, terminal }: CommandContext, id: string): Promise<ExitCode> {
  const { startRefused } = await client.get<CampaignView>(`/v1/campaigns/${encodeURIComponent(id)}`);
  const why = startRefused ? ` ${plain(startRefused.detail)} (${startRefused.code})` : '';
  terminal.complain(`posthorn: its hour came and it could not start; it is a draft again.${why}`);
  return 1;
}

interface Shown {
  stats(stats: Stats): void;
  trouble(words: string | undefined): void;
  end(): void;
}

class LiveView implements Shown {
  readonly #context: CommandContext;
  readonly #name: string;
  readonly #pace = new CampaignPace();
  #stats: Stats | undefined;
  #trouble: string | undefined;
  #cancel: () => void = () => {};

  constructor(context: CommandContext, name: string) {
    this.#context = context;
    this.#name = plain(name);
    this.#tick();
  }

  stats(stats: Stats): void {
    this.#stats = stats;
    this.#pace.add(stats, this.#context.clock.monotonic());
    this.#draw();
  }

  trouble(words: string | undefined): void {
    this.#trouble = words;
    this.#draw();
  }

  end(): void {
    this.#cancel();
    this.#context.terminal.settle();
  }

  /** The server is silent while nothing changes, but the rate is falling meanwhile. */
  #tick(): void {
    this.#cancel = this.#context.clock.after(TICK_MS, () => {
      this.#draw();
      this.#tick();
    });
  }

  #draw(): void {
    const { terminal, clock } = this.#context;
    const stats = this.#stats;
    const lines = stats ? liveLines(terminal, this.#name, stats, this.#pace, clock.monotonic()) : [];
    terminal.live(this.#trouble === undefined ? lines : [...lines, terminal.paint('yellow', this.#trouble)]);
  }
}

class LogLines implements Shown {
  readonly #context: CommandContext;
  readonly #pace = new CampaignPace();
  #status: string | undefined;
  #printedAt = -Infinity;
  #said: string | undefined;
  /** The newest account, as long as it is not printed. */
  #unsaid: string | undefined;

  constructor(context: CommandContext, name: string) {
    this.#context = context;
    context.terminal.print(`Watching ${plain(name)}`);
  }

  stats(stats: Stats): void {
    const now = this.#context.clock.monotonic();
    this.#pace.add(stats, now);
    const line = plainLine(stats, this.#pace, now);
    if (stats.status === this.#status && now - this.#printedAt < LOG_EVERY_MS) {
      this.#unsaid = line === this.#said ? undefined : line;
      return;
    }
    this.#status = stats.status;
    this.#printedAt = now;
    this.#said = line;
    this.#unsaid = undefined;
    this.#line(line);
  }

  trouble(words: string | undefined): void {
    this.#line(words ?? 'Connected again.');
  }

  /** What a cancelled campaign came to is known a moment after its status: the last word is never left out. */
  end(): void {
    if (this.#unsaid !== undefined) this.#line(this.#unsaid);
    this.#unsaid = undefined;
  }

  #line(text: string): void {
    const { terminal, clock } = this.#context;
    terminal.print(`${timeOfDay(clock.now())}  ${text}`);
  }
}

class JsonLines implements Shown {
  readonly #context: CommandContext;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  stats(stats: Stats): void {
    this.#context.terminal.print(JSON.stringify(stats));
  }

  trouble(words: string | undefined): void {
    if (words !== undefined) this.#context.terminal.complain(`posthorn: ${words}`);
  }

  end(): void {}
}

function sumUp({ terminal }: CommandContext, id: string, stats: Stats): void {
  const { paint } = terminal;
  terminal.print();
  if (!terminal.interactive && byProvider(stats) !== '') terminal.print(`accepted by ${byProvider(stats)}`);
  if (!addsUp(stats)) {
    terminal.print(paint('red', 'The account does not add up. Please report this: it must never happen.'));
    return;
  }
  terminal.print(
    `${stats.status === 'finished' ? paint('green', 'Finished') : 'Cancelled'}: every candidate is accounted for.`,
  );
  const look = (status: string): string => `GET /v1/deliveries?campaignId=${id}&status=${status}`;
  if (stats.dead > 0)
    terminal.print(`${count(stats.dead)} could not be sent: posthorn failed --campaign ${id}`);
  if (stats.failed > 0) terminal.print(`${count(stats.failed)} failed for good: ${look('failed')}`);
  if (stats.unknown > 0)
    terminal.print(`${count(stats.unknown)} may have been sent, the answer was lost: ${look('unknown')}`);
}
