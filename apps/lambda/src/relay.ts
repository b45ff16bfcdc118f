import type { Duty } from '#apps/server/src/duty.js';
import type { Outbox } from '#ports/events/outbox.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Invocation } from './invocation.js';

/** What of a stream of the table is read: new items of the outbox, by their numbers. */
export interface StreamEvent {
  readonly Records: readonly {
    readonly dynamodb?: {
      readonly SequenceNumber?: string;
      readonly NewImage?: Readonly<Record<string, { readonly N?: string } | undefined>>;
    };
  }[];
}

export interface RelayDeps {
  /** `RelayEvents`, with its handlers. */
  readonly relay: Pick<Duty, 'start' | 'stop'>;
  readonly outbox: Pick<Outbox, 'untold'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds for which an invocation waits for an event that a handler does not take. */
  readonly mostMs?: number;
}

const MOST_MS = 10_000;
const STOP_BEFORE_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** Events of the outbox looked at for those that the stream has named. */
const LOOKED_AT = 1_000;

/**
 * The stream only rings: what is told is what is in the outbox. An event that a handler does not take stays there, and is told by the
 * timer's function in its turn; it would be of no use to hold up the stream, and all that comes behind, for it. A failure of the table is thrown:
 * then the stream rings again.
 */
export function handlerOf(
  deps: RelayDeps,
): (event: StreamEvent, invocation: Invocation) => Promise<{ batchItemFailures: never[] }> {
  const { relay, outbox, clock, log, mostMs = MOST_MS } = deps;
  return async ({ Records }, invocation) => {
    const named = new Set(Records.flatMap((record) => seqIn(record) ?? []));
    const endsAt =
      clock.monotonic() + Math.min(mostMs, invocation.getRemainingTimeInMillis() - STOP_BEFORE_MS);
    await relay.start();
    try {
      let left = await untoldOf(outbox, named);
      while (left > 0 && clock.monotonic() < endsAt) {
        await new Promise<void>((resolve) => void clock.after(LOOK_EVERY_MS, resolve));
        left = await untoldOf(outbox, named);
      }
      if (left > 0) log.warn('relay.left_untold', { left });
    } finally {
      await relay.stop();
    }
    return { batchItemFailures: [] };
  };
}

async function untoldOf(outbox: Pick<Outbox, 'untold'>, named: ReadonlySet<number>): Promise<number> {
  if (named.size === 0) return 0;
  const untold = await outbox.untold(LOOKED_AT);
  return untold.filter(({ seq }) => named.has(seq)).length;
}

function seqIn({ dynamodb }: StreamEvent['Records'][number]): number | undefined {
  const seq = Number(dynamodb?.NewImage?.['seq']?.N);
  return Number.isSafeInteger(seq) ? seq : undefined;
}
