import type { Instant } from '#domain/kernel/brand.js';
import type { PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { wants } from '#domain/webhooks/model/webhook-endpoint.js';
import { TEST_EVENT, type WebhookMessageId } from '#domain/webhooks/model/webhook-message.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import { key } from '../engine/keys.js';
import type { WaitingEndpoints } from './waiting-endpoints.js';
import {
  attemptKey,
  type DeliveryItem,
  deliveryKey,
  type EndpointItem,
  endpointKey,
  type EndpointName,
  logPartitions,
  type LogItem,
  type MessageItem,
  messageKey,
  slotItem,
} from './webhook-items.js';

const AT_ONCE = 16;
/** Of one message at one endpoint: the newest stay when it is sent again. An item holds 400 KB. */
const KEPT_ATTEMPTS = 1_000;

/** Makes pending what was sent before, or was never sent. */
export class ReplayWebhooks {
  readonly #table: DynamoTable;
  readonly #waiting: WaitingEndpoints;

  constructor(table: DynamoTable, waiting: WaitingEndpoints) {
    this.#table = table;
    this.#waiting = waiting;
  }

  async one(name: EndpointName, messageId: WebhookMessageId, now: Instant): Promise<boolean> {
    if (!(await this.#endpoint(name))) return false;
    const isKept = await this.#makePending(name, messageId, now);
    if (isKept) await this.#waiting.hurry(name, now);
    return isKept;
  }

  async since(
    name: EndpointName,
    since: Instant,
    { limit, after }: PageRequest,
    now: Instant,
  ): Promise<{ readonly replayed: number; readonly next: string | null }> {
    const endpoint = await this.#endpoint(name);
    if (!endpoint) return { replayed: 0, next: null };
    const found = await this.#messagesSince(name, since, limit + 1, after);
    const page = found.slice(0, limit);
    const wanted = page.filter(({ type }) => type !== TEST_EVENT && wants(endpoint.events, type));
    const left = [...wanted];
    while (left.length > 0)
      await Promise.all(left.splice(0, AT_ONCE).map(({ id }) => this.#makePending(name, id, now)));
    if (wanted.length > 0) await this.#waiting.hurry(name, now);
    const last = page.at(-1);
    return { replayed: wanted.length, next: found.length > limit && last ? last.sk : null };
  }

  async #endpoint({ workspaceId, endpointId }: EndpointName): Promise<EndpointItem | undefined> {
    return endpointId === ''
      ? undefined
      : this.#table.get<EndpointItem>(endpointKey(workspaceId, endpointId));
  }

  /** In order of time, and of id within an instant. */
  async #messagesSince(
    { workspaceId }: EndpointName,
    since: Instant,
    limit: number,
    after: string | undefined,
  ): Promise<readonly LogItem[]> {
    if (after !== undefined && !/^\d{16}#./.test(after))
      throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
    const found = await Promise.all(
      logPartitions(workspaceId).map((pk) =>
        this.#table.list<LogItem>({
          pk,
          limit,
          ...(after === undefined ? { from: key(Math.max(0, since)) } : { after: { pk, sk: after } }),
        }),
      ),
    );
    return found
      .flat()
      .sort((a, b) => (a.sk < b.sk ? -1 : 1))
      .slice(0, limit);
  }

  /** False where the message is not kept. One that is pending stays as it is: it may be under way. */
  async #makePending(name: EndpointName, messageId: WebhookMessageId, now: Instant): Promise<boolean> {
    if (messageId === '') return false;
    const kept = messageKey(name.workspaceId, messageId);
    for (;;) {
      const [message, delivery] = await Promise.all([
        this.#table.get<MessageItem>(kept),
        this.#table.get<DeliveryItem>(deliveryKey(name, messageId)),
      ]);
      if (!message) return false;
      if (delivery?.status === 'pending') return true;
      const exists: Write = { kind: 'check', key: kept, if: when`attribute_exists(pk)` };
      const writes = delivery
        ? await this.#again(name, delivery, now)
        : firstTime(name, messageId, message.enqueuedAt, now);
      const done = await this.#table.transact([exists, ...writes]);
      if (done.kind === 'done') return true;
      // Its slot is there already: it is pending, and nobody has claimed it yet.
      if (done.by.has(1) && !delivery && !(await this.#isClaimed(name, messageId))) return true;
    }
  }

  async #again(name: EndpointName, delivery: DeliveryItem, now: Instant): Promise<Write[]> {
    const ids = [...(delivery.attemptIds ?? [])].sort();
    const dropped = ids.slice(0, Math.max(0, ids.length - KEPT_ATTEMPTS));
    await this.#table.writeAll(dropped.map((id) => ({ delete: attemptKey(name, id) })));
    const { fence, messageId } = delivery;
    const pending = to`SET #status = ${'pending'}, #attempts = ${0}, #slotAt = ${now}`;
    return [
      {
        kind: 'update',
        key: delivery,
        change: dropped.length > 0 ? to`${pending} DELETE #attemptIds ${new Set(dropped)}` : pending,
        if: when`#fence = ${fence} AND #status <> ${'pending'}`,
      },
      { kind: 'put', item: { ...slotItem(name, messageId, now) } },
    ];
  }

  async #isClaimed(name: EndpointName, messageId: WebhookMessageId): Promise<boolean> {
    return (await this.#table.get(deliveryKey(name, messageId))) !== undefined;
  }
}

/** Of a message that was not for the endpoint when it came, unless the slot of that moment says that it was. */
function firstTime(
  name: EndpointName,
  messageId: WebhookMessageId,
  enqueuedAt: Instant,
  now: Instant,
): Write[] {
  const absent = when`attribute_not_exists(pk)`;
  const { workspaceId, endpointId } = name;
  const slot = slotItem(name, messageId, now);
  const place = deliveryKey(name, messageId);
  const fresh = { status: 'pending', attempts: 0, fence: 0, slotAt: now };
  const delivery = { ...place, workspaceId, endpointId, messageId, ...fresh };
  const first = slotItem(name, messageId, enqueuedAt);
  return [
    ...(enqueuedAt === now ? [] : [{ kind: 'check' as const, key: first, if: absent }]),
    { kind: 'put', item: { ...slot }, if: absent },
    { kind: 'put', item: delivery, if: absent },
  ];
}
