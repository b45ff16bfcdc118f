import { DynamoFellowWorkers } from '#adapters/dynamodb/delivery/dynamo-fellow-workers.js';
import type { AwsConfig } from '#apps/server/src/config/aws-config.js';
import { alone, type Company } from '#domain/delivery/application/company.js';
import { Fellowship } from '#domain/delivery/application/fellowship.js';
import type { Clock } from '#ports/system/clock.js';
import type { Ground } from '../target/ground.js';

/** Shorter than that of servers: functions come and go, and each that comes among others waits for it. */
const LONGEST_LEASE_MS = 3_000;

export type FellowshipGround = Pick<Ground, 'table' | 'clock' | 'ids' | 'log'> & {
  readonly config: { readonly aws: Pick<AwsConfig, 'fellowLeaseMs'> };
};

/** This process among all that send: while it works on an event it is one of them, and before and after that it is not. */
export interface LaneFellowship {
  readonly company: Company;
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** Over the one table: Redis may be out of reach, and without the table nothing is sent anyway. News of breakers each finds out for itself. */
export function laneFellowship({ config, table, clock, ids, log }: FellowshipGround): LaneFellowship {
  const fellowship = new Fellowship(
    new DynamoFellowWorkers(table, clock),
    countingFrozenTime(clock),
    ids.next('prc'),
    {
      leaseMs: Math.min(LONGEST_LEASE_MS, config.aws.fellowLeaseMs),
      remembers: true,
      onContact: (inContact, error) =>
        inContact ? log.info('workers.in_touch') : log.warn('workers.out_of_touch', { error }),
    },
  );
  return {
    company: { shares: fellowship, news: alone.news },
    async during(work) {
      await fellowship.come();
      try {
        return await work();
      } finally {
        fellowship.rest();
      }
    },
  };
}

/** Nobody says whether the monotonic clock of a frozen process goes on; the other one is right when it wakes. */
function countingFrozenTime(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.now(),
    after: (ms, wake) => clock.after(ms, wake),
  };
}
