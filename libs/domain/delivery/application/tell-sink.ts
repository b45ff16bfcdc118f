import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { EventSink } from '#ports/events/event-sink.js';
import type { Settlement } from '#ports/delivery/ledger.js';

/** Puts what became of each message of a call, once that is in the ledger: under one id, however often it is put. Whom it went to is not said. */
export function tellSink(
  sink: Pick<EventSink, 'put'>,
  { id: dispatchId, workspaceId, channel }: Dispatch,
  { claim: { lane }, key, provider, verdicts, now }: Settlement,
): void {
  for (const { ordinal, verdict } of verdicts)
    sink.put({
      id: `${dispatchId}/${ordinal}/${key}`,
      at: now,
      type: `delivery.${verdict.to === 'pending' ? 'retried' : verdict.to}`,
      workspaceId,
      fields: { dispatchId, ordinal, channel, lane, provider },
    });
}
