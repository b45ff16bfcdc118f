import { deliveryStatuses } from '#domain/delivery/model/delivery.js';
import type { Stats } from '../api/follow-campaign.js';
import { progressBar } from '../terminal/progress-bar.js';
import type { Terminal } from '../terminal/terminal.js';
import { padded, wrapped } from '../terminal/text-width.js';
import { count, duration, percent, perSecond } from '../terminal/words.js';

/** Those that are shown even when there are none. */
const ALWAYS = new Set<string>(['pending', 'submitting', 'accepted']);

/** Columns beside the bar, so that it does not change its length with every digit. */
const WIDEST_BESIDE = 42;

/** The rate is that of the last few seconds (ms). */
const RATE_OVER_MS = 6_000;

export function addsUp(stats: Stats): boolean {
  return stats.candidates === deliveryStatuses.reduce((sum, term) => sum + stats[term], 0);
}

/** `10,000 candidates = 4,588 pending + 100 submitting + …` in pieces that stay together. */
export function equation(stats: Stats): string[] {
  const shown = deliveryStatuses.filter((term) => ALWAYS.has(term) || stats[term] > 0);
  const terms = shown.map((term, at) => `${at === 0 ? '=' : '+'} ${count(stats[term])} ${term}`);
  return [`${count(stats.candidates)} candidates`, ...terms];
}

export function byProvider({ byProvider: accepted }: Stats): string {
  return Object.entries(accepted)
    .map(([name, messages]) => `${name} ${count(messages)}`)
    .join(', ');
}

/** How fast a campaign goes, and when it will be through. */
export class CampaignPace {
  #samples: { readonly at: number; readonly done: number }[] = [];

  add(stats: Stats, at: number): void {
    this.#samples = this.#samples.filter((sample) => at - sample.at <= RATE_OVER_MS);
    this.#samples.push({ at, done: doneOf(stats) });
  }

  /** Messages a second; undefined until there is something to judge by. */
  rate(now: number): number | undefined {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last || now - first.at < 900) return undefined;
    return Math.max(0, ((last.done - first.done) * 1000) / (now - first.at));
  }

  /** Milliseconds to the end; undefined while nothing moves. */
  left(stats: Stats, now: number): number | undefined {
    const rate = this.rate(now);
    return rate === undefined || rate < 0.01 ? undefined : (leftOf(stats) / rate) * 1000;
  }
}

/** Lines for a screen, redrawn in place. */
export function liveLines(
  terminal: Terminal,
  name: string,
  stats: Stats,
  pace: CampaignPace,
  now: number,
): string[] {
  const { paint } = terminal;
  const providers = byProvider(stats);
  return [
    `${paint('bold', name)} ${paint('dim', '·')} ${status(terminal, stats)}`,
    barLine(terminal, stats, pace, now),
    ...wrapped(equation(stats), terminal.width - 1, '  '),
    ...(providers === '' ? [] : [paint('dim', `accepted by ${providers}`)]),
  ];
}

/** One line for a log. */
export function plainLine(stats: Stats, pace: CampaignPace, now: number): string {
  return [stats.status, percent(shareOf(stats)), ...speed(stats, pace, now), equation(stats).join(' ')].join(
    '  ',
  );
}

function barLine(terminal: Terminal, stats: Stats, pace: CampaignPace, now: number): string {
  const total = totalOf(stats);
  const beside = [
    padded(percent(shareOf(stats)), 5, 'right'),
    `${count(doneOf(stats))} of ${count(total)}`,
    ...speed(stats, pace, now),
  ].join('  ');
  return `${progressBar(terminal, shareOf(stats), Math.max(beside.length + 3, WIDEST_BESIDE))}  ${beside}`;
}

function speed(stats: Stats, pace: CampaignPace, now: number): string[] {
  if (stats.status !== 'running') return [];
  const rate = pace.rate(now);
  const left = pace.left(stats, now);
  return [
    ...(rate === undefined ? [] : [perSecond(rate)]),
    ...(left === undefined || leftOf(stats) === 0 ? [] : [`ETA ${duration(left)}`]),
  ];
}

function status({ paint }: Terminal, { status: now, expanding }: Stats): string {
  const colours = { running: 'cyan', finished: 'green', paused: 'yellow', cancelled: 'yellow' } as const;
  const colour = now === 'draft' || now === 'scheduled' ? 'dim' : colours[now];
  return (
    paint(colour, now) + (expanding && now === 'running' ? paint('dim', ', still adding recipients') : '')
  );
}

function doneOf({ candidates, pending, submitting }: Stats): number {
  return candidates - pending - submitting;
}

/** While the audience is being added, where it is heading counts: or the bar would start full and go backwards. */
function totalOf({ candidates, audience, expanding, status: now }: Stats): number {
  const growing = expanding || now === 'draft' || now === 'scheduled';
  return growing ? Math.max(candidates, audience) : candidates;
}

function leftOf(stats: Stats): number {
  return totalOf(stats) - doneOf(stats);
}

function shareOf(stats: Stats): number {
  const total = totalOf(stats);
  if (total === 0) return stats.status === 'finished' ? 1 : 0;
  return doneOf(stats) / total;
}
