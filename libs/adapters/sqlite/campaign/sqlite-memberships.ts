import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Membership, Memberships } from '#ports/campaign/memberships.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { membershipsStore } from './memberships-store.js';

export class SqliteMemberships implements Memberships {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(membershipsStore);
  }

  of(workspace: WorkspaceId, email: EmailAddress): Promise<readonly Membership[]> {
    return this.#calls.read('of', { workspace, email });
  }

  async leave(workspace: WorkspaceId, email: EmailAddress, list: ListId, at: Instant): Promise<void> {
    await this.#calls.write('leave', { workspace, email, list, at });
  }

  async rejoin(workspace: WorkspaceId, email: EmailAddress, list: ListId): Promise<void> {
    await this.#calls.write('rejoin', { workspace, email, list });
  }
}
