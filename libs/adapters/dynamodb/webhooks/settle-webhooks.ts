import { healthAfter } from '#domain/webhooks/model/webhook-endpoint.js';
import type { WebhookClaim, WebhookSettlement } from '#ports/webhooks/webhook-deliveries.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { type Expression, fields, to, when } from '../engine/expressions.js';
import type { WaitingEndpoints } from './waiting-endpoints.js';
import { changedOnBoards } from './wanted-board.js';
import {
  attemptKey,
  deliveryKey,
  type EndpointItem,
  endpointKey,
  type EndpointName,
  endpointOf,
  slotItem,
} from './webhook-items.js';

type Settled = 'settled' | 'disabled' | 'stale';

/** Writes down what came of a post, and what it says about the endpoint, in one transaction. */
export class SettleWebhooks {
  readonly #table: DynamoTable;
  readonly #waiting: WaitingEndpoints;

  constructor(table: DynamoTable, waiting: WaitingEndpoints) {
    this.#table = table;
    this.#waiting = waiting;
  }

  async settle(claim: WebhookClaim, settlement: WebhookSettlement): Promise<Settled> {
    const { endpointId, message } = claim;
    const name = { workspaceId: message.workspaceId, endpointId };
    const { state } = settlement;
    let settled: Settled | undefined;
    while (settled === undefined) settled = await this.#try(name, claim, settlement);
    if (settled !== 'stale' && state.status === 'pending') await this.#waiting.hurry(name, state.dueAt);
    return settled;
  }

  /** Undefined where the endpoint was changed meanwhile: its health is judged anew. */
  async #try(
    name: EndpointName,
    claim: WebhookClaim,
    settlement: WebhookSettlement,
  ): Promise<Settled | undefined> {
    const endpoint = await this.#table.get<EndpointItem>(endpointKey(name.workspaceId, name.endpointId));
    if (!endpoint) return 'stale';
    const { writes, disables } = healthWrites(endpoint, settlement);
    const done = await this.#table.transact([...deliveryWrites(name, claim, settlement), ...writes]);
    if (done.kind === 'done') return disables ? 'disabled' : 'settled';
    return done.by.has(0) ? 'stale' : undefined;
  }
}

function deliveryWrites(
  name: EndpointName,
  { delivery, fence, message }: WebhookClaim,
  { state, attempt }: WebhookSettlement,
): Write[] {
  const slotAt = Number(delivery);
  const dueAt = state.status === 'pending' ? state.dueAt : undefined;
  const slots: Write[] = [
    { kind: 'delete', key: slotItem(name, message.id, slotAt) },
    ...(dueAt === undefined
      ? []
      : [{ kind: 'put' as const, item: { ...slotItem(name, message.id, dueAt) } }]),
  ];
  return [
    {
      kind: 'update',
      key: deliveryKey(name, message.id),
      change: settledTo(state.status, dueAt ?? slotAt, attempt, fence),
      if: when`#fence = ${fence} AND #status = ${'pending'}`,
    },
    { kind: 'put', item: { ...attemptKey(name, attempt.id), ...attempt } },
    ...(dueAt === slotAt ? [] : slots),
  ];
}

function settledTo(
  status: string,
  slotAt: number,
  { id, number }: WebhookSettlement['attempt'],
  fence: number,
): Expression {
  return to`SET #status = ${status}, #attempts = ${number}, #fence = ${fence + 1}, #slotAt = ${slotAt}
    REMOVE #leaseUntil, #holder ADD #attemptIds ${new Set([id])}`;
}

/** An endpoint that stays as it was is not touched: many of its deliveries are settled at once. */
function healthWrites(
  item: EndpointItem,
  { effect, attempt }: WebhookSettlement,
): { writes: Write[]; disables: boolean } {
  const before = endpointOf(item);
  const health = healthAfter(before, effect, attempt.at);
  const disables = health.status !== before.status;
  if (!disables && health.failingSince === before.failingSince) return { writes: [], disables };
  const { revision } = before;
  const change: Write = {
    kind: 'update',
    key: item,
    change: fields({ ...health, revision: revision + 1 }),
    if: when`#revision = ${revision}`,
  };
  return { writes: [change, ...(disables ? changedOnBoards({ ...before, ...health }) : [])], disables };
}
