import type { ProviderView } from '#adapters/rest/providers/provider.view.js';
import type { CommandContext, ExitCode } from '../terminal/context.js';
import type { Colour } from '../terminal/paint.js';
import { table } from '../terminal/table.js';
import { count, duration, perSecond, plain } from '../terminal/words.js';

const COLOURS: Readonly<Record<ProviderView['state'], Colour>> = {
  closed: 'green',
  'half-open': 'yellow',
  parked: 'yellow',
  open: 'red',
};

export async function providers({ client, terminal, clock, json }: CommandContext): Promise<ExitCode> {
  const found = await client.get<ProviderView[]>('/v1/providers');
  if (json) {
    terminal.print(JSON.stringify(found));
    return 0;
  }
  const rows = found.map(({ name, channel, state, since, sentLastMinute, failureRate, budget }) => [
    name,
    channel,
    terminal.paint(COLOURS[state], state),
    since === null ? '-' : `${duration(clock.now() - Date.parse(since))} ago`,
    count(sentLastMinute),
    `${(failureRate * 100).toFixed(failureRate > 0 && failureRate < 0.1 ? 1 : 0)} %`,
    budgetOf(budget),
    String(budget.inFlight),
  ]);
  const columns = [
    { title: 'PROVIDER' },
    { title: 'CHANNEL' },
    { title: 'STATE' },
    { title: 'SINCE' },
    { title: 'SENT/MIN', align: 'right' },
    { title: 'FAILING', align: 'right' },
    { title: 'BUDGET' },
    { title: 'CALLS', align: 'right' },
  ] as const;
  for (const line of table(terminal, columns, rows)) terminal.print(line);
  for (const { name, until, reason } of found) {
    if (reason !== null) terminal.print(`${name}: ${plain(reason)}`);
    const wait = until === null ? 0 : Date.parse(until) - clock.now();
    if (wait > 0) terminal.print(`${name} is tried again in ${duration(wait)}.`);
  }
  return 0;
}

function budgetOf({ perSecond: rate, burst, unit }: ProviderView['budget']): string {
  if (rate === null) return 'no limit';
  const speed = unit === 'calls' ? perSecond(rate).replace('/s', ' calls/s') : perSecond(rate);
  const bursts = burst !== null && Math.round(burst) !== Math.round(rate);
  return bursts ? `${speed}, bursts of ${count(Math.round(burst))}` : speed;
}
