import type { Instant } from '#domain/kernel/brand.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key } from '../engine/keys.js';
import { AGED, attemptKey, type DeliveryItem, type LogItem, messageKey, slotItem } from './webhook-items.js';

/** Messages that are forgotten side by side. */
const AT_ONCE = 8;
/** More endpoints than one message can ever have been sent to. */
const MOST_DELIVERIES = 10_000;

/**
 * Forgets old messages, found by an index: one that it shows late goes with the next time.
 *
 * The message itself goes first, so that nobody can begin it again; its entry in the log last, so that whatever a process
 * that died has left is found again.
 */
export async function purgeWebhooks(table: DynamoTable, before: Instant, limit: number): Promise<number> {
  const found = await Promise.all(
    AGED.map((pk) => table.list<LogItem>({ index: 'gsi1', pk, to: key(Math.max(0, before)), limit })),
  );
  const old = found
    .flat()
    .sort((a, b) => a.at - b.at)
    .slice(0, limit);
  let forgotten = 0;
  while (old.length > 0) {
    const gone = await Promise.all(old.splice(0, AT_ONCE).map((entry) => forget(table, entry)));
    forgotten += gone.filter(Boolean).length;
  }
  return forgotten;
}

/** Whether it was there: the index may still show what another has forgotten. */
async function forget(table: DynamoTable, entry: LogItem): Promise<boolean> {
  const { workspaceId, id, enqueuedAt, endpoints } = entry;
  const message = messageKey(workspaceId, id);
  await table.delete(message);
  const deliveries = await table.list<DeliveryItem>({ pk: message.pk, limit: MOST_DELIVERIES });
  for (const delivery of deliveries) await forgetDelivery(table, delivery);
  // Slots that nobody has claimed have no delivery yet.
  const slots = endpoints.map((endpointId) => slotItem({ workspaceId, endpointId }, id, enqueuedAt));
  await table.writeAll(slots.map((slot) => ({ delete: slot })));
  return (await table.delete(entry, when`attribute_exists(pk)`)) === 'done';
}

async function forgetDelivery(table: DynamoTable, delivery: DeliveryItem): Promise<void> {
  let seen: DeliveryItem | undefined = delivery;
  while (seen) {
    const name = seen;
    await table.writeAll([...(seen.attemptIds ?? [])].map((id) => ({ delete: attemptKey(name, id) })));
    // Settled at this moment it has one attempt more.
    const done = await table.transact([
      { kind: 'delete', key: seen, if: when`#fence = ${seen.fence}` },
      { kind: 'delete', key: slotItem(seen, seen.messageId, seen.slotAt) },
    ]);
    seen = done.kind === 'done' ? undefined : (done.by.get(0) as DeliveryItem | undefined);
  }
}
