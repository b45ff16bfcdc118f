import { parseArgs } from 'node:util';
import { COSTED_TARGETS, type Cost, costOf, dollarsOf, type Line } from './cost-model.js';
import { type Price, PRICES, TAKEN_DOWN } from './prices.js';
import { type Sizing, sizingOf } from './sizing.js';
import { type ProviderName, PROVIDERS, sumOf, workOf } from './work.js';

const USAGE = `npm run cost -- [--messages N] [--minutes N] [--provider NAME] [--row-kb N] [--reported SHARE]
  --messages   messages of campaigns, 10e6 by default
  --minutes    in which they are to be sent, 20 by default
  --provider   ${Object.keys(PROVIDERS).join(', ')}; ses by default
  --row-kb     KB of one message's row, 1 by default
  --reported   share of messages of which the provider tells afterwards, 0 to 1; 1 by default`;

export interface Asked {
  readonly messages: number;
  readonly minutes: number;
  readonly provider: ProviderName;
  readonly rowKb: number;
  readonly reported: number;
}

/** @throws Error that says how it is used */
export function asked(args: readonly string[]): Asked {
  const text = { type: 'string' } as const;
  const options = { messages: text, minutes: text, provider: text, 'row-kb': text, reported: text };
  let values: Partial<Record<keyof typeof options, string>>;
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch {
    throw new Error(USAGE);
  }
  const number = (given: string | undefined, otherwise: number, max: number, isShare = false): number => {
    const value = given === undefined || given === '' ? otherwise : Number(given);
    if (!(isShare ? value >= 0 : value > 0) || value > max) throw new Error(USAGE);
    return value;
  };
  const provider = Object.keys(PROVIDERS).find((name) => name === (values.provider ?? 'ses'));
  if (provider === undefined) throw new Error(USAGE);
  return {
    messages: number(values.messages, 10e6, 1e12),
    minutes: number(values.minutes, 20, 1e6),
    provider: provider as ProviderName,
    rowKb: number(values['row-kb'], 1, 400),
    reported: number(values.reported, 1, 1, true),
  };
}

export function report({ messages, minutes, provider, rowKb, reported }: Asked): string {
  const load = { messages, rowKb, reported, provider: PROVIDERS[provider], withProvider: true };
  const work = workOf(load);
  const costs = COSTED_TARGETS.map((target) => ({ target, cost: costOf(target, load) }));
  return [
    `${count(messages)} messages by ${provider}, rows of ${rowKb} KB, ${reported * 100} % reported. US East, prices of ${TAKEN_DOWN}.`,
    '',
    `One message on DynamoDB: ${round(sumOf(work.writes))} write units, ${round(sumOf(work.reads))} read units`,
    ...[...work.writes, ...work.reads].map(([what, units]) => `  ${round(units).padStart(8)}  ${what}`),
    ...costs.flatMap(({ target, cost }) => ['', ...costLines(target, cost, messages)]),
    '',
    ...sizingLines(sizingOf(load, minutes), minutes),
    '',
    'Prices are those of, and were read on:',
    ...Object.values(PRICES).map(originOf),
    '',
  ].join('\n');
}

function costLines(target: string, cost: Cost, messages: number): string[] {
  const total = dollarsOf(cost.messages);
  return [
    `${target}: $${round(total)}, $${round((total / messages) * 1e6)} a million; $${round(dollarsOf(cost.month))} a month in which none is sent`,
    ...[...cost.messages, ...cost.month.map((line) => ({ ...line, what: `each month: ${line.what}` }))].map(
      lineOf,
    ),
  ];
}

const lineOf = ({ what, quantity, price, dollars }: Line): string =>
  `  ${`$${round(dollars)}`.padStart(12)}  ${what}: ${count(quantity)} × ${PRICES[price].per}`;

function sizingLines(sizing: Sizing, minutes: number): string[] {
  return [
    `In ${minutes} minutes: ${count(sizing.perSecond)} messages a second`,
    `  ${count(sizing.callsPerSecond)} calls of the provider and ${round(sizing.parcelsPerSecond)} parcels a second`,
    `  ${count(sizing.writesPerSecond)} write and ${count(sizing.readsPerSecond)} read units a second`,
    `  ${sizing.campaigns} campaigns side by side: one is handed over at ${count(sizing.acceptedPerSecond)} a second; their shards are busy ${Math.round(sizing.shardBusy * 100)} % of the time`,
    `  ${sizing.workers} workers, or ${sizing.functions} functions of the bulk lane`,
    ...sizing.needs.map(
      ({ what, needed, has, todo }) =>
        `  ${needed > has ? `! ${count(needed)} ${what}, of ${count(has)}: ${todo}` : `  ${count(needed)} ${what}, of ${count(has)}`}`,
    ),
  ];
}

function originOf({ dollars, per, page, read }: Price): string {
  const by = read ? `${read.page}${read.of === undefined ? '' : `, ${read.of}`}` : 'not verified';
  const amount =
    dollars < 1e-4 ? `${Number((dollars * 1e6).toPrecision(6))} a million:` : `${dollars} for each:`;
  return `  $${amount} ${per}, ${page} (${by})`;
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const round = (value: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function main(args: readonly string[]): number {
  try {
    process.stdout.write(report(asked(args)));
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}
