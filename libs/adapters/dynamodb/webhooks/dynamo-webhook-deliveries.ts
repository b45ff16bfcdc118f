import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { wants, type WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import type {
  WebhookAttempt,
  WebhookMessage,
  WebhookMessageId,
} from '#domain/webhooks/model/webhook-message.js';
import type { Randomness } from '#ports/system/randomness.js';
import type {
  Claimed,
  ClaimRequest,
  WebhookClaim,
  WebhookDeliveries,
  WebhookSettlement,
} from '#ports/webhooks/webhook-deliveries.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { ClaimWebhooks } from './claim-webhooks.js';
import { purgeWebhooks } from './purge-webhooks.js';
import { ReplayWebhooks } from './replay-webhooks.js';
import { SettleWebhooks } from './settle-webhooks.js';
import { WaitingEndpoints } from './waiting-endpoints.js';
import { WantedBoard } from './wanted-board.js';
import {
  type AttemptItem,
  attemptKey,
  attemptPartitions,
  logItem,
  messageKey,
  slotItem,
} from './webhook-items.js';

export class DynamoWebhookDeliveries implements WebhookDeliveries {
  readonly #table: DynamoTable;
  readonly #board: WantedBoard;
  readonly #waiting: WaitingEndpoints;
  readonly #claims: ClaimWebhooks;
  readonly #settlements: SettleWebhooks;
  readonly #replays: ReplayWebhooks;
  readonly #listeners = new Set<() => void>();

  constructor(table: DynamoTable, randomness: Randomness) {
    this.#table = table;
    this.#board = new WantedBoard(table);
    this.#waiting = new WaitingEndpoints(table, randomness);
    this.#claims = new ClaimWebhooks(table, this.#waiting);
    this.#settlements = new SettleWebhooks(table, this.#waiting);
    this.#replays = new ReplayWebhooks(table, this.#waiting);
  }

  async enqueue(
    message: WebhookMessage,
    now: Instant,
    only?: WebhookEndpointId,
  ): Promise<{ readonly deliveries: number }> {
    const { workspaceId, id, type } = message;
    const wanting = (await this.#board.of(workspaceId)).filter((one) =>
      only === undefined ? wants(one.events, type) : one.id === only,
    );
    if (wanting.length === 0) return { deliveries: 0 };
    const enabled = wanting.filter((one) => one.enabled).map((one) => one.id);
    const names = enabled.map((endpointId) => ({ workspaceId, endpointId }));
    const { kind } = await this.#table.transact([
      {
        kind: 'put',
        item: { ...messageKey(workspaceId, id), ...message, enqueuedAt: now },
        if: when`attribute_not_exists(pk)`,
      },
      { kind: 'put', item: logItem(message, now, enabled) },
      ...names.map((name) => ({ kind: 'put' as const, item: { ...slotItem(name, id, now) } })),
    ]);
    // Known already as well: whoever enqueued it may have died before this.
    await Promise.all(names.map((name) => this.#waiting.hurry(name, now)));
    if (kind === 'refused') return { deliveries: 0 };
    if (enabled.length > 0) this.wake();
    return { deliveries: enabled.length };
  }

  async isWanted(workspaceId: WorkspaceId, type: string): Promise<boolean> {
    return (await this.#board.of(workspaceId)).some(({ events }) => wants(events, type));
  }

  claim(request: ClaimRequest): Promise<Claimed> {
    return this.#claims.claim(request);
  }

  settle(claim: WebhookClaim, settlement: WebhookSettlement): Promise<'settled' | 'disabled' | 'stale'> {
    return this.#settlements.settle(claim, settlement);
  }

  async attempts(
    workspaceId: WorkspaceId,
    endpointId: WebhookEndpointId,
    { limit, after }: PageRequest,
  ): Promise<Page<WebhookAttempt>> {
    const name = { workspaceId, endpointId };
    const found = await Promise.all(
      attemptPartitions(name).map((pk) =>
        this.#table.list<AttemptItem>({
          pk,
          limit: limit + 1,
          descending: true,
          ...(after && { after: { pk, sk: attemptKey(name, after).sk } }),
        }),
      ),
    );
    const rows = found.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
    const data = rows.slice(0, limit).map(attemptOf);
    return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  async replay(
    workspaceId: WorkspaceId,
    endpointId: WebhookEndpointId,
    messageId: WebhookMessageId,
    now: Instant,
  ): Promise<boolean> {
    const isKept = await this.#replays.one({ workspaceId, endpointId }, messageId, now);
    if (isKept) this.wake();
    return isKept;
  }

  async replaySince(
    workspaceId: WorkspaceId,
    endpointId: WebhookEndpointId,
    since: Instant,
    page: PageRequest,
    now: Instant,
  ): Promise<{ readonly replayed: number; readonly next: string | null }> {
    const done = await this.#replays.since({ workspaceId, endpointId }, since, page, now);
    if (done.replayed > 0) this.wake();
    return done;
  }

  purge(before: Instant, limit: number): Promise<number> {
    return purgeWebhooks(this.#table, before, limit);
  }

  onWork(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => {
      this.#listeners.delete(wake);
    };
  }

  /** Somebody has written something, perhaps in another process. */
  wake(): void {
    for (const wake of [...this.#listeners]) wake();
  }
}

function attemptOf({ id, messageId, type, number, at, durationMs, outcome }: AttemptItem): WebhookAttempt {
  return { id, messageId, type, number, at, durationMs, outcome };
}
