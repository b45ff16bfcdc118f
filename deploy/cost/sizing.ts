import { ASSUMED } from './cost-model.js';
import { EVENT, type Messages, PARCEL, STEP, sumOf, workOf } from './work.js';

/** Shards of the counters of one dispatch, as libs/adapters/dynamodb/delivery makes them. */
export const SHARDS = 16;
/** A transaction of a hundred items takes about that long, and no second one may touch one of its items meanwhile. Not measured. */
const TRANSACTION_SECONDS = 0.02;
/** Above that share of the time most transactions find another one at the shard, and are made again. */
const BUSY_SHARD = 0.25;
/** What a table on demand takes before its quota is raised, and what a new one is warm for. */
const TABLE_QUOTA = 40_000;
const TABLE_WARM = 4_000;
const ACCOUNT_CONCURRENCY = 1_000;
/** 16 partitions of 1,000 write units each. */
const OUTBOX_WRITES = 16_000;
const HEADROOM = 1.5;

export interface Need {
  readonly what: string;
  readonly needed: number;
  readonly has: number;
  readonly todo: string;
}

export interface Sizing {
  readonly perSecond: number;
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
  readonly parcelsPerSecond: number;
  readonly callsPerSecond: number;
  /** Recipients a second that one campaign is handed over at: page by page, step by step. */
  readonly acceptedPerSecond: number;
  /** Campaigns side by side, so that neither the handing over nor the counters of one hold it up. */
  readonly campaigns: number;
  /** Share of the time in which a transaction is at a shard, with that many campaigns. */
  readonly shardBusy: number;
  readonly workers: number;
  readonly functions: number;
  readonly needs: readonly Need[];
}

export function sizingOf(load: Messages & { readonly messages: number }, minutes: number): Sizing {
  const { provider } = load;
  const perSecond = load.messages / (minutes * 60);
  const work = workOf(load);
  const writesPerSecond = perSecond * sumOf(work.writes);
  const callsPerSecond = perSecond / provider.messagesPerCall;
  const acceptedPerSecond = STEP / TRANSACTION_SECONDS;
  // Of its members a shard is met by the transaction that accepts, opens and settles a step, and by each report.
  const transactions = perSecond * ((provider.hasOwnIds ? 3 : 2.5) / STEP + load.reported);
  const busyOf = (campaigns: number): number => (transactions * TRANSACTION_SECONDS) / (SHARDS * campaigns);
  const campaigns = Math.max(1, Math.ceil(perSecond / acceptedPerSecond), Math.ceil(busyOf(1) / BUSY_SHARD));
  const workers = Math.max(1, Math.ceil((HEADROOM * perSecond) / ASSUMED.workerPerSecond));
  const functions = Math.max(2, Math.ceil((HEADROOM * perSecond) / ASSUMED.functionPerSecond));
  const { perSecond: startsWith, of } = provider.startsWith;
  const sent = of === 'calls' ? callsPerSecond : perSecond;
  const need = (what: string, needed: number, has: number, todo: string): Need => ({
    what,
    needed,
    has,
    todo,
  });
  return {
    perSecond,
    writesPerSecond,
    readsPerSecond: perSecond * sumOf(work.reads),
    parcelsPerSecond: perSecond / PARCEL,
    callsPerSecond,
    acceptedPerSecond,
    campaigns,
    shardBusy: busyOf(campaigns),
    workers,
    functions,
    needs: [
      need(
        `${of} a second at the provider`,
        sent,
        startsWith,
        'ask the provider, weeks before: reputation grows slowly',
      ),
      need(
        'write units a second of the table',
        writesPerSecond,
        TABLE_QUOTA,
        'raise the quota of the table and of the account',
      ),
      need(
        'write units a second it is warm for',
        writesPerSecond,
        TABLE_WARM,
        'set warm throughput the day before',
      ),
      need(
        'write units a second of the outbox',
        perSecond * load.reported * EVENT,
        OUTBOX_WRITES,
        'reports that come slower than mails go out are none; else more partitions',
      ),
      need('functions at once', functions, ACCOUNT_CONCURRENCY, 'raise the concurrency of the account'),
    ],
  };
}
