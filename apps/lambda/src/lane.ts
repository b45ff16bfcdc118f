import type { DeliverParcel } from '#domain/delivery/application/work-lane.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { Claimed, Lanes } from '#ports/delivery/lanes.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import { endsWithin, type Invocation } from './invocation.js';

/** What of the event of a queue is read: each message names a parcel, `{"parcel": "…"}`. */
export interface QueueEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly receiptHandle: string;
    readonly body: string;
  }[];
}

/** Messages that are to come again. All others Lambda deletes. */
export interface QueueAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

export interface LaneDeps {
  readonly lane: Lane;
  readonly lanes: Pick<Lanes, 'claim'>;
  /** Tells the lanes which parcels were named: they claim these first. */
  readonly heard: (
    lane: Lane,
    signals: readonly { readonly parcel: string; readonly receipt: string }[],
  ) => void;
  readonly deliver: DeliverParcel;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds before its end in which an invocation begins no call: longer than the longest call to a provider takes. */
  readonly stopBeforeMs?: number;
}

const STOP_BEFORE_MS = 15_000;
/** Of those, milliseconds that are left for answering. */
const ANSWER_MS = 1_000;
/** Parcels that were due and not named, beside those that were. */
const MOST_UNNAMED = 10;

/**
 * A batch of one lane's queue. A message is done when the parcel that it names was taken to an end here: sent, settled, or put back, which
 * names it anew. All others come again: those that somebody else has in hand, that are not due, and those for which there was no time.
 *
 * The lease of a claim is as long as the invocation can last: should it be killed in the middle, its parcels are free when it has been,
 * their messages come again when they are visible, and what was in doubt is an orphan of the next claim, as after any death.
 */
export function handlerOf(
  deps: LaneDeps,
): (event: QueueEvent, invocation: Invocation) => Promise<QueueAnswer> {
  const { lane, lanes, heard, clock, log, stopBeforeMs = STOP_BEFORE_MS } = deps;
  return async ({ Records }, invocation) => {
    const isLate = (): boolean => invocation.getRemainingTimeInMillis() <= stopBeforeMs;
    const named = Records.map((record) => ({ ...record, parcel: parcelIn(record.body) }));
    heard(
      lane,
      named.flatMap(({ parcel, receiptHandle: receipt }) =>
        parcel === undefined ? [] : [{ parcel, receipt }],
      ),
    );
    const done = new Set<string>();
    const inHand: Promise<void>[] = [];
    const most = named.length + MOST_UNNAMED;
    while (inHand.length < most && !isLate()) {
      const leaseMs = invocation.getRemainingTimeInMillis();
      const claimed = await lanes.claim(lane, most - inHand.length, leaseMs, clock.now());
      if (claimed.claims.length === 0) break;
      inHand.push(...takeAll(deps, claimed, isLate, done));
    }
    const leftMs = invocation.getRemainingTimeInMillis() - ANSWER_MS;
    if (!(await endsWithin(clock, leftMs, Promise.all(inHand))))
      log.warn('lane.out_of_time', { lane, inHand: inHand.length, done: done.size });
    const again = named.filter(({ parcel }) => parcel === undefined || !done.has(parcel));
    return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

function takeAll(
  { deliver, log, lane }: LaneDeps,
  { claims, loaded }: Claimed,
  isLate: () => boolean,
  done: Set<string>,
): Promise<void>[] {
  return claims.map(async (claim) => {
    try {
      await deliver(claim, isLate, loaded?.[claim.parcel]);
      done.add(claim.parcel);
    } catch (error) {
      // Its lease will lapse and the parcel come again; nothing is lost.
      log.error('lane.parcel_failed', { lane, parcel: claim.parcel, error });
    }
  });
}

/** Undefined of what is no message of ours: it comes again until it is a dead letter, where somebody sees it. */
function parcelIn(body: string): string | undefined {
  try {
    const { parcel } = JSON.parse(body) as { readonly parcel?: unknown };
    return typeof parcel === 'string' ? parcel : undefined;
  } catch {
    return undefined;
  }
}
