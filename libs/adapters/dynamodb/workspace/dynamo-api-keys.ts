import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';
import type { ApiKeys, HashedApiKey } from '#ports/workspace/api-keys.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import { pageByKey } from '../engine/key-pages.js';
import {
  type ApiKeyItem,
  apiKeyOf,
  type ApiKeyPointer,
  byHash,
  byId,
  hashedApiKeyOf,
  insertsOf,
  listOf,
} from './api-key-items.js';

export class DynamoApiKeys implements ApiKeys {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async insert(apiKey: ApiKey, tokenHash: Uint8Array): Promise<'inserted' | 'exists' | 'taken'> {
    const inserted = await this.#table.transact(insertsOf(apiKey, tokenHash));
    if (inserted.kind === 'done') return 'inserted';
    return inserted.by.has(0) ? 'exists' : 'taken';
  }

  async findByHash(tokenHash: Uint8Array): Promise<HashedApiKey | undefined> {
    const item = await this.#table.get<ApiKeyItem>(byHash(Buffer.from(tokenHash).toString('hex')));
    return item && hashedApiKeyOf(item);
  }

  async find(workspaceId: WorkspaceId, id: string): Promise<ApiKey | undefined> {
    const pointer = await this.#pointer(workspaceId, id);
    const item = pointer && (await this.#table.get<ApiKeyItem>(byHash(pointer.hash)));
    return item && apiKeyOf(item);
  }

  async list(workspaceId: WorkspaceId, request: PageRequest): Promise<Page<ApiKey>> {
    const pages = { table: this.#table, pk: listOf(workspaceId), descending: true };
    const { data, next } = await pageByKey<ApiKeyPointer>({ ...pages, nameOf: ({ id }) => id }, request);
    const items = await this.#table.getAll<ApiKeyItem>(data.map(({ hash }) => byHash(hash)));
    const byIds = new Map(items.map((item) => [item.id, apiKeyOf(item)]));
    return { data: data.flatMap(({ id }) => byIds.get(id) ?? []), next };
  }

  async revoke(workspaceId: WorkspaceId, id: string, at: Instant): Promise<boolean> {
    const pointer = await this.#pointer(workspaceId, id);
    if (!pointer) return false;
    const change = to`SET #revokedAt = if_not_exists(#revokedAt, ${at})`;
    const { kind } = await this.#table.update(byHash(pointer.hash), change, when`attribute_exists(pk)`);
    return kind === 'done';
  }

  async touch(id: string, at: Instant): Promise<void> {
    const pointer = await this.#table.get<ApiKeyPointer>(byId(id));
    if (!pointer) return;
    const isLater = when`attribute_exists(pk) AND (attribute_not_exists(#lastUsedAt) OR #lastUsedAt < ${at})`;
    await this.#table.update(byHash(pointer.hash), to`SET #lastUsedAt = ${at}`, isLater);
  }

  async #pointer(workspaceId: WorkspaceId, id: string): Promise<ApiKeyPointer | undefined> {
    const pointer = await this.#table.get<ApiKeyPointer>(byId(id));
    return pointer?.workspaceId === workspaceId ? pointer : undefined;
  }
}
