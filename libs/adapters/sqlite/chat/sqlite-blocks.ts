import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Blocks } from '#ports/chat/blocks.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { chatStore } from './chat-store.js';

export class SqliteBlocks implements Blocks {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(chatStore);
  }

  async put(workspace: WorkspaceId, user: string, blocked: string): Promise<void> {
    await this.#calls.write('putBlock', { workspace, user, blocked });
  }

  async remove(workspace: WorkspaceId, user: string, blocked: string): Promise<void> {
    await this.#calls.write('removeBlock', { workspace, user, blocked });
  }

  of(workspace: WorkspaceId, user: string): Promise<readonly string[]> {
    return this.#calls.read('blockedBy', { workspace, user });
  }

  between(workspace: WorkspaceId, one: string, other: string): Promise<boolean> {
    return this.#calls.read('isBlocked', { workspace, one, other });
  }

  async among(workspace: WorkspaceId, user: string, others: readonly string[]): Promise<ReadonlySet<string>> {
    if (others.length === 0) return new Set();
    return new Set(await this.#calls.read('blockedAmong', { workspace, user, others }));
  }
}
