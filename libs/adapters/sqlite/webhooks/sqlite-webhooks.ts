import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { WebhookEndpoint, WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import type {
  WebhookAttempt,
  WebhookMessage,
  WebhookMessageId,
} from '#domain/webhooks/model/webhook-message.js';
import type {
  Claimed,
  ClaimRequest,
  WebhookClaim,
  WebhookDeliveries,
  WebhookSettlement,
} from '#ports/webhooks/webhook-deliveries.js';
import type { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';
import type { SqliteStorage, StoreCalls } from '../engine/storage-client.js';
import { webhooksStore } from './webhooks-store.js';

/** Sorts after every id. */
const BEHIND_ALL_IDS = '~';

type Calls = StoreCalls<typeof webhooksStore.writes, typeof webhooksStore.reads>;

export class SqliteWebhookEndpoints implements WebhookEndpoints {
  readonly #calls: Calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(webhooksStore);
  }

  insert(endpoint: WebhookEndpoint): Promise<'inserted' | 'exists'> {
    return this.#calls.write('insert', endpoint);
  }

  find(workspace: WorkspaceId, id: WebhookEndpointId): Promise<WebhookEndpoint | undefined> {
    return this.#calls.read('find', { workspace, id });
  }

  async page(workspace: WorkspaceId, { limit, after = '' }: PageRequest): Promise<Page<WebhookEndpoint>> {
    return pageOf(await this.#calls.read('page', { workspace, after, limit: limit + 1 }), limit);
  }

  replace(before: WebhookEndpoint, after: WebhookEndpoint): Promise<'saved' | 'stale'> {
    return this.#calls.write('replace', { before, after });
  }

  remove(workspace: WorkspaceId, id: WebhookEndpointId): Promise<boolean> {
    return this.#calls.write('remove', { workspace, id });
  }
}

export class SqliteWebhookDeliveries implements WebhookDeliveries {
  readonly #calls: Calls;
  readonly #storage: SqliteStorage;

  constructor(storage: SqliteStorage) {
    this.#storage = storage;
    this.#calls = storage.calls(webhooksStore);
  }

  async enqueue(
    message: WebhookMessage,
    now: Instant,
    only?: WebhookEndpointId,
  ): Promise<{ readonly deliveries: number }> {
    return { deliveries: await this.#calls.write('enqueue', { message, now, only }) };
  }

  isWanted(workspace: WorkspaceId, type: string): Promise<boolean> {
    return this.#calls.read('isWanted', { workspace, type });
  }

  claim(request: ClaimRequest): Promise<Claimed> {
    return this.#calls.write('claim', request);
  }

  settle(
    { delivery, fence }: WebhookClaim,
    settlement: WebhookSettlement,
  ): Promise<'settled' | 'disabled' | 'stale'> {
    return this.#calls.write('settle', { delivery, fence, ...settlement });
  }

  async attempts(
    workspace: WorkspaceId,
    id: WebhookEndpointId,
    { limit, after = BEHIND_ALL_IDS }: PageRequest,
  ): Promise<Page<WebhookAttempt>> {
    return pageOf(await this.#calls.read('attempts', { workspace, id, after, limit: limit + 1 }), limit);
  }

  replay(
    workspace: WorkspaceId,
    endpoint: WebhookEndpointId,
    message: WebhookMessageId,
    now: Instant,
  ): Promise<boolean> {
    return this.#calls.write('replay', { workspace, endpoint, message, now });
  }

  async replaySince(
    workspace: WorkspaceId,
    endpoint: WebhookEndpointId,
    since: Instant,
    page: PageRequest,
    now: Instant,
  ): Promise<{ readonly replayed: number; readonly next: string | null }> {
    // Numbers start at 1, so everything of the first instant comes after this.
    const after = page.after === undefined ? ([since, 0] as const) : readCursor(page.after);
    const args = { workspace, endpoint, after, limit: page.limit, now };
    const { replayed, next } = await this.#calls.write('replaySince', args);
    return { replayed, next: next ? next.join(' ') : null };
  }

  purge(before: Instant, limit: number): Promise<number> {
    return this.#calls.write('purge', { before, limit });
  }

  onWork(wake: () => void): () => void {
    return this.#storage.on('webhooks', wake);
  }

  /** At start, before any worker runs: what the last process had claimed is free again. */
  async releaseAll(now: Instant): Promise<void> {
    await this.#calls.write('releaseAll', { now });
  }
}

function pageOf<T extends { readonly id: string }>(rows: readonly T[], limit: number): Page<T> {
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

function readCursor(text: string): readonly [number, number] {
  const [, at, no] = /^(-?\d+) (\d+)$/.exec(text) ?? [];
  if (at === undefined || no === undefined)
    throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return [Number(at), Number(no)];
}
