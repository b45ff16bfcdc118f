import type { Instant } from '#domain/kernel/brand.js';
import { roomOf } from '#domain/webhooks/model/webhook-endpoint.js';
import type { Claimed, ClaimRequest, WebhookClaim } from '#ports/webhooks/webhook-deliveries.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import { key } from '../engine/keys.js';
import { heldOf, type Waiting, type WaitingEndpoints } from './waiting-endpoints.js';
import {
  type DeliveryItem,
  deliveryKey,
  type EndpointItem,
  endpointKey,
  type EndpointName,
  type MessageItem,
  messageKey,
  type SlotItem,
  slotPartitions,
} from './webhook-items.js';

/** Endpoints that are looked at side by side. */
const AT_ONCE = 8;
/** What other workers have under way stays at the head of the queue meanwhile: read so many more than are wanted. */
const UNDER_WAY = 16;

interface Look {
  readonly claims: readonly WebhookClaim[];
  /** When the endpoint is worth a look again; undefined where it has no room or nothing. */
  readonly nextAt: Instant | undefined;
}

interface Taken {
  readonly slot: SlotItem;
  readonly fence: number;
  readonly attempts: number;
}

const NOTHING: Look = { claims: [], nextAt: undefined };

/**
 * Finds out what is due and holds it. Which endpoints wait comes from an index and may be late; their queues, the deliveries
 * and their leases are read consistently, and each delivery is taken by a change that only one of many can make.
 */
export class ClaimWebhooks {
  readonly #table: DynamoTable;
  readonly #waiting: WaitingEndpoints;

  constructor(table: DynamoTable, waiting: WaitingEndpoints) {
    this.#table = table;
    this.#waiting = waiting;
  }

  async claim(request: ClaimRequest): Promise<Claimed> {
    const { max, perEndpoint, held, now } = request;
    const soonest = new Soonest();
    // At most as many have no room as the caller holds, and one more says when the next is due.
    const waiting = await this.#waiting.first(max + held.size + 1);
    const withRoom = waiting.filter((one) => heldOf(held, one) < perEndpoint);
    const due = withRoom.filter(({ nextAt }) => nextAt <= now);
    soonest.note(withRoom[due.length]?.nextAt);
    const claims: WebhookClaim[] = [];
    while (due.length > 0 && claims.length < max) {
      const left = max - claims.length;
      const group = due.splice(0, Math.min(AT_ONCE, left));
      const most = Math.floor(left / group.length);
      const endpoints = await this.#endpointsOf(group);
      const looks = await Promise.all(
        group.map((one) => this.#look(one, endpoints.get(nameOf(one)), most, request)),
      );
      claims.push(...looks.flatMap((look) => look.claims));
      for (const { nextAt } of looks) soonest.note(nextAt);
    }
    soonest.note(due[0]?.nextAt);
    return { claims, nextDueAt: soonest.at };
  }

  async #endpointsOf(group: readonly Waiting[]): Promise<ReadonlyMap<string, EndpointItem>> {
    const keys = group.map(({ workspaceId, endpointId }) => endpointKey(workspaceId, endpointId));
    const found = await this.#table.getAll<EndpointItem>(keys);
    return new Map(
      found.map((endpoint) => [
        nameOf({ workspaceId: endpoint.workspaceId, endpointId: endpoint.id }),
        endpoint,
      ]),
    );
  }

  async #look(
    waiting: Waiting,
    endpoint: EndpointItem | undefined,
    most: number,
    request: ClaimRequest,
  ): Promise<Look> {
    if (endpoint?.status.is !== 'enabled') return this.#retire(waiting);
    const room = roomOf(endpoint.failingSince, request.perEndpoint) - heldOf(request.held, waiting);
    if (room <= 0) return NOTHING;
    const turn = await this.#waiting.turn(waiting);
    if (turn === undefined) return NOTHING;
    const { taken, nextAt } = await this.#takeDue(waiting, turn, Math.min(room, most), request);
    const [claims] = await Promise.all([
      this.#claimsOf(waiting, endpoint, taken),
      this.#waiting.rest(waiting, turn, nextAt),
    ]);
    return { claims, nextAt: taken.length < room ? nextAt : undefined };
  }

  /** It is disabled or gone; looked at again under a turn, for it may be enabled at this moment. */
  async #retire(waiting: Waiting): Promise<Look> {
    const turn = await this.#waiting.turn(waiting);
    if (turn === undefined) return NOTHING;
    const { workspaceId, endpointId } = waiting;
    const endpoint = await this.#table.get<EndpointItem>(endpointKey(workspaceId, endpointId));
    if (!endpoint) await this.#waiting.forget(waiting, turn);
    else if (endpoint.status.is === 'disabled') await this.#waiting.rest(waiting, turn, undefined);
    return NOTHING;
  }

  async #takeDue(
    waiting: Waiting,
    holder: string,
    most: number,
    { now, leaseMs }: ClaimRequest,
  ): Promise<{ taken: readonly Taken[]; nextAt: Instant | undefined }> {
    const soonest = new Soonest();
    const taken: Taken[] = [];
    let open: Partition[] = slotPartitions(waiting).map((pk) => ({ pk }));
    while (open.length > 0 && taken.length < most) {
      const { slots, unread } = await this.#slotsOf(open, most - taken.length + UNDER_WAY, now);
      open = unread;
      soonest.note(slots.find(({ at }) => at > now)?.at);
      const free = await this.#freeOf(waiting, slots, now, soonest);
      // Others look as well: what they have taken meanwhile is made up for by the next.
      while (free.length > 0 && taken.length < most) {
        const tries = await Promise.all(
          free.splice(0, most - taken.length).map((one) => this.#take(waiting, one, holder, now + leaseMs)),
        );
        for (const { leaseUntil } of tries) soonest.note(leaseUntil);
        taken.push(...tries.flatMap((one) => one.taken ?? []));
      }
      soonest.note(free[0]?.slot.at);
    }
    // Not all of it was read: there is more, due before.
    if (open.length > 0) soonest.note(now);
    return { taken, nextAt: soonest.at };
  }

  /** The next of each partition, the earliest first; partitions of which more may be due are `unread`. */
  async #slotsOf(
    partitions: readonly Partition[],
    limit: number,
    now: Instant,
  ): Promise<{ slots: readonly SlotItem[]; unread: Partition[] }> {
    const pages = await Promise.all(
      partitions.map(async (partition) => ({
        pk: partition.pk,
        ...(await this.#table.query<SlotItem>({ ...partition, limit })),
      })),
    );
    return {
      slots: pages.flatMap(({ items }) => items).sort((a, b) => (a.sk < b.sk ? -1 : 1)),
      unread: pages.flatMap(({ pk, items, next }) =>
        next && (items.at(-1)?.at ?? now) <= now ? [{ pk, after: next }] : [],
      ),
    };
  }

  /** Those that are due and nobody's. */
  async #freeOf(
    waiting: Waiting,
    slots: readonly SlotItem[],
    now: Instant,
    soonest: Soonest,
  ): Promise<{ slot: SlotItem; delivery: DeliveryItem | undefined }[]> {
    const due = slots.filter(({ at }) => at <= now);
    const found = await this.#table.getAll<DeliveryItem>(
      due.map(({ messageId }) => deliveryKey(waiting, messageId)),
    );
    const deliveries = new Map(found.map((delivery) => [delivery.messageId, delivery]));
    return due.flatMap((slot) => {
      const delivery = deliveries.get(slot.messageId);
      // It was settled since the queue was read.
      if (delivery && (delivery.status !== 'pending' || delivery.slotAt !== slot.at)) return [];
      if ((delivery?.leaseUntil ?? 0) <= now) return [{ slot, delivery }];
      soonest.note(delivery?.leaseUntil);
      return [];
    });
  }

  async #take(
    waiting: Waiting,
    { slot, delivery }: { slot: SlotItem; delivery: DeliveryItem | undefined },
    holder: string,
    leaseUntil: Instant,
  ): Promise<{ taken?: Taken; leaseUntil: Instant | undefined }> {
    const { workspaceId, endpointId } = waiting;
    const { messageId, at } = slot;
    const { fence = 0, attempts = 0 } = delivery ?? {};
    const change = to`SET #status = ${'pending'}, #fence = ${fence + 1}, #attempts = ${attempts},
      #slotAt = ${at}, #leaseUntil = ${leaseUntil}, #holder = ${holder},
      #workspaceId = ${workspaceId}, #endpointId = ${endpointId}, #messageId = ${messageId}`;
    const condition = delivery
      ? when`#fence = ${fence} AND #status = ${'pending'} AND #slotAt = ${at}`
      : when`attribute_not_exists(pk)`;
    const done = await this.#table.update<DeliveryItem>(deliveryKey(waiting, messageId), change, condition);
    const { item } = done;
    const isOurs = done.kind === 'done' || (item?.holder === holder && item.fence === fence + 1);
    if (isOurs) return { taken: { slot, fence: fence + 1, attempts }, leaseUntil };
    return { leaseUntil: item?.status === 'pending' ? item.leaseUntil : undefined };
  }

  async #claimsOf(
    waiting: Waiting,
    { url, secrets }: EndpointItem,
    taken: readonly Taken[],
  ): Promise<readonly WebhookClaim[]> {
    const { workspaceId, endpointId } = waiting;
    const found = await this.#table.getAll<MessageItem>(
      taken.map(({ slot }) => messageKey(workspaceId, slot.messageId)),
    );
    const messages = new Map(found.map((message) => [message.id, message]));
    const claims = taken.map(async ({ slot, fence, attempts }): Promise<WebhookClaim | undefined> => {
      const item = messages.get(slot.messageId);
      if (!item) {
        // It is being forgotten at this moment: what was taken goes the same way.
        await this.#table.delete(deliveryKey(waiting, slot.messageId), when`#fence = ${fence}`);
        return undefined;
      }
      const { id, type, at, body } = item;
      const message = { id, workspaceId, type, at, body };
      return { delivery: String(slot.at), fence, endpointId, message, attempts, url, secrets };
    });
    return (await Promise.all(claims)).filter((claim) => claim !== undefined);
  }
}

function nameOf({ workspaceId, endpointId }: EndpointName): string {
  return key(workspaceId, endpointId);
}

interface Partition {
  readonly pk: string;
  readonly after?: Readonly<Record<string, unknown>>;
}

class Soonest {
  at: Instant | undefined;

  note(at: Instant | undefined): void {
    if (at !== undefined && at < (this.at ?? Infinity)) this.at = at;
  }
}
