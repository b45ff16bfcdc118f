import type { DeliveryView } from '#adapters/rest/deliveries/delivery.view.js';
import type { FailedMessagesStatsView } from '#adapters/rest/failed-messages/failed-message.view.js';
import { findOne, type Named } from '../api/find-one.js';
import type { CommandContext, ExitCode } from '../terminal/context.js';
import { table } from '../terminal/table.js';
import { count, counted, duration, plain } from '../terminal/words.js';

export interface FailedOptions {
  /** Only those of this campaign, by id or name. */
  readonly campaign?: string;
  /** One of them, or true for all. */
  readonly retry?: string | true;
  readonly resolve?: string;
  readonly reason?: string;
  readonly stats?: boolean;
  readonly limit: number;
}

/** The dead letters: shows them, counts them, sends them again, or gives them up. */
export async function failed(context: CommandContext, options: FailedOptions): Promise<ExitCode> {
  const campaign =
    options.campaign === undefined ? undefined : await findOne(context.client, 'campaign', options.campaign);
  if (options.resolve !== undefined) await resolveOne(context, options.resolve, options.reason ?? '');
  else if (typeof options.retry === 'string') await retryOne(context, options.retry);
  else if (options.retry) await retryAll(context, campaign);
  else if (options.stats) await showStats(context);
  else await showList(context, campaign, options.limit);
  return 0;
}

async function resolveOne(
  { client, terminal, json }: CommandContext,
  id: string,
  reason: string,
): Promise<void> {
  const resolved = await client.post<DeliveryView>(`/v1/failed-messages/${encodeURIComponent(id)}/resolve`, {
    reason,
  });
  terminal.print(
    json
      ? JSON.stringify(resolved)
      : `${resolved.id} to ${plain(resolved.address)} is given up: ${plain(reason)}`,
  );
}

async function retryOne({ client, terminal, json }: CommandContext, id: string): Promise<void> {
  const retried = await client.post<DeliveryView>(`/v1/failed-messages/${encodeURIComponent(id)}/retry`);
  terminal.print(
    json ? JSON.stringify(retried) : `${retried.id} to ${plain(retried.address)} is on its way again.`,
  );
}

async function retryAll(
  { client, terminal, json }: CommandContext,
  campaign: Named | undefined,
): Promise<void> {
  const filter = campaign === undefined ? {} : { campaignId: campaign.id };
  const answer = await client.post<{ retried: number }>('/v1/failed-messages/retry', { filter });
  if (json) return terminal.print(JSON.stringify(answer));
  const { retried } = answer;
  terminal.print(
    retried === 0
      ? 'There was nothing to send again.'
      : `${counted(retried, 'message')} on ${retried === 1 ? 'its' : 'their'} way again.`,
  );
}

async function showStats({ client, terminal, json }: CommandContext): Promise<void> {
  const stats = await client.get<FailedMessagesStatsView>('/v1/failed-messages/stats');
  if (json) return terminal.print(JSON.stringify(stats));
  if (stats.total === 0) return terminal.print('No message has failed.');
  terminal.print(`${counted(stats.total, 'failed message')}`);
  const groups = [
    ['reason', stats.byReason],
    ['provider', stats.byProvider],
    ['domain', stats.byDomain],
    ['campaign', stats.byCampaign],
    ['hour', stats.byHour],
  ] as const;
  for (const [name, counts] of groups) {
    const rows = Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([value, messages]) => [count(messages), plain(value)]);
    if (rows.length === 0) continue;
    const columns = [
      { title: 'COUNT', align: 'right' },
      { title: `BY ${name.toUpperCase()}`, elastic: true },
    ] as const;
    terminal.print();
    for (const line of table(terminal, columns, rows)) terminal.print(line);
  }
}

async function showList(context: CommandContext, campaign: Named | undefined, limit: number): Promise<void> {
  const { client, terminal, clock, json } = context;
  const filter = campaign === undefined ? '' : `campaignId=${campaign.id}`;
  const found: DeliveryView[] = [];
  let more = false;
  for await (const one of client.list<DeliveryView>(`/v1/failed-messages?${filter}`)) {
    more = found.length >= limit;
    if (more) break;
    found.push(one);
  }
  if (json) return terminal.print(JSON.stringify({ data: found, more }));
  const whose = campaign === undefined ? '' : ` of ${plain(campaign.name)}`;
  if (found.length === 0) return terminal.print(`No message${whose} has failed.`);
  const rows = found.map(({ id, address, reason, provider, attemptCount, updatedAt }) => [
    id,
    plain(address),
    String(attemptCount),
    provider ?? '-',
    `${duration(clock.now() - Date.parse(updatedAt))} ago`,
    plain(reason ?? ''),
  ]);
  const columns = [
    { title: 'MESSAGE' },
    { title: 'TO' },
    { title: 'TRIES', align: 'right' },
    { title: 'PROVIDER' },
    { title: 'FAILED' },
    { title: 'WHY', elastic: true },
  ] as const;
  for (const line of table(terminal, columns, rows)) terminal.print(line);
  terminal.print();
  if (more) terminal.print(`There are more: --limit shows more of them, --stats counts them all.`);
  const which = campaign === undefined ? '' : ` --campaign ${campaign.id}`;
  terminal.print(`Send them again: posthorn failed${which} --retry`);
}
