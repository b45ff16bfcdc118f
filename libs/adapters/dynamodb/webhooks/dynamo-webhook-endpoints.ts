import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { WebhookEndpoint, WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import type { WebhookEndpoints } from '#ports/webhooks/webhook-endpoints.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key } from '../engine/keys.js';
import { listedAgain, unlisted } from './waiting-endpoints.js';
import { changedOnBoards, looksDifferent, wipedFromBoards, writtenOnBoards } from './wanted-board.js';
import { type EndpointItem, endpointItem, endpointKey, endpointOf } from './webhook-items.js';

/** Each change is one transaction, with the boards that every event is held against. */
export class DynamoWebhookEndpoints implements WebhookEndpoints {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  /** @throws Refusal `validation_failed` where many were made at once, more than one transaction can tell of an event */
  async insert(endpoint: WebhookEndpoint): Promise<'inserted' | 'exists'> {
    const done = await this.#table.transact([
      { kind: 'put', item: endpointItem(endpoint), if: when`attribute_not_exists(pk)` },
      ...writtenOnBoards(endpoint),
    ]);
    if (done.kind === 'done') return 'inserted';
    if (done.by.has(0)) return 'exists';
    throw new Refusal('validation_failed', 'The workspace has too many webhook endpoints.');
  }

  async find(workspaceId: WorkspaceId, id: WebhookEndpointId): Promise<WebhookEndpoint | undefined> {
    if (id === '') return undefined;
    const item = await this.#table.get<EndpointItem>(endpointKey(workspaceId, id));
    return item && endpointOf(item);
  }

  async page(workspaceId: WorkspaceId, { limit, after }: PageRequest): Promise<Page<WebhookEndpoint>> {
    const rows = await this.#table.list<EndpointItem>({
      pk: key('WHE', workspaceId),
      limit: limit + 1,
      ...(after && { after: { ...endpointKey(workspaceId, after) } }),
    });
    const data = rows.slice(0, limit).map(endpointOf);
    return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  async replace(before: WebhookEndpoint, after: WebhookEndpoint): Promise<'saved' | 'stale'> {
    const { id, workspaceId, revision } = before;
    const saved = { ...after, id, workspaceId, revision: revision + 1 };
    const isBack = before.status.is === 'disabled' && saved.status.is === 'enabled';
    const { kind } = await this.#table.transact([
      { kind: 'put', item: endpointItem(saved), if: when`#revision = ${revision}` },
      ...(looksDifferent(before, saved) ? changedOnBoards(saved) : []),
      ...(isBack ? [listedAgain({ workspaceId, endpointId: id })] : []),
    ]);
    return kind === 'done' ? 'saved' : 'stale';
  }

  /** Its deliveries and attempts go with their messages. */
  async remove(workspaceId: WorkspaceId, id: WebhookEndpointId): Promise<boolean> {
    if (id === '') return false;
    const { kind } = await this.#table.transact([
      { kind: 'delete', key: endpointKey(workspaceId, id), if: when`attribute_exists(pk)` },
      ...wipedFromBoards({ workspaceId, id }),
      unlisted({ workspaceId, endpointId: id }),
    ]);
    return kind === 'done';
  }
}
