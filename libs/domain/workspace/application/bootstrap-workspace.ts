import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import { ApiKeyTokens } from '#ports/workspace/api-key-tokens.js';
import { ApiKeys } from '#ports/workspace/api-keys.js';
import { Workspaces } from '#ports/workspace/workspaces.js';
import type { ApiKey, ApiKeyOrigin } from '../model/api-key.js';
import type { Workspace } from '../model/workspace.js';

export interface Bootstrapped {
  readonly workspace: Workspace;
  /** The owner key that this start made up, to be shown now or never. */
  readonly madeToken: string | undefined;
}

/** Sees to it that there is a workspace and that its owner can get in. */
@Injectable()
export class BootstrapWorkspace {
  readonly #workspaces: Workspaces;
  readonly #keys: ApiKeys;
  readonly #tokens: ApiKeyTokens;
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(
    @Inject(Workspaces) workspaces: Workspaces,
    @Inject(ApiKeys) keys: ApiKeys,
    @Inject(ApiKeyTokens) tokens: ApiKeyTokens,
    @Inject(Ids) ids: Ids,
    @Inject(Clock) clock: Clock,
    @Inject(Log) log: Log,
  ) {
    this.#workspaces = workspaces;
    this.#keys = keys;
    this.#tokens = tokens;
    this.#ids = ids;
    this.#clock = clock;
    this.#log = log;
  }

  /** @param givenToken the owner key named by the operator, any text; without it the first start makes one up */
  async run(givenToken: string | undefined): Promise<Bootstrapped> {
    const known = await this.#workspaces.first();
    const { workspace, founded, token } = known
      ? { workspace: known, founded: false, token: undefined }
      : await this.#found(givenToken);
    if (founded) return { workspace, madeToken: givenToken === undefined ? token : undefined };
    if (givenToken !== undefined) await this.#admit(workspace.id, givenToken);
    return { workspace, madeToken: undefined };
  }

  async #found(
    givenToken: string | undefined,
  ): Promise<{ founded: boolean; workspace: Workspace; token: string }> {
    const id = this.#ids.next('wsp') as WorkspaceId;
    const key = this.#ownerKey(id, givenToken === undefined ? 'first-start' : 'environment');
    const token = givenToken ?? this.#tokens.issue(key.id);
    const candidate: Workspace = { id, name: 'Default', createdAt: this.#clock.now() };
    return { ...(await this.#workspaces.found(candidate, key, this.#tokens.hash(token))), token };
  }

  /** The environment has the last word: its key gets in, and the one it named before no longer does. */
  async #admit(workspaceId: WorkspaceId, token: string): Promise<void> {
    const tokenHash = this.#tokens.hash(token);
    const known = await this.#keys.findByHash(tokenHash);
    // Revoking is for ever: a key that leaked must not come back because a process restarted.
    if (known?.revokedAt !== undefined) this.#log.warn('owner_key.revoked', { keyId: known.id });
    if (!known) await this.#keys.insert(this.#ownerKey(workspaceId, 'environment'), tokenHash);
    const current = await this.#keys.findByHash(tokenHash);
    for (const key of await this.#environmentKeys(workspaceId)) {
      if (key.id !== current?.id) await this.#keys.revoke(workspaceId, key.id, this.#clock.now());
    }
  }

  async #environmentKeys(workspaceId: WorkspaceId): Promise<ApiKey[]> {
    const found: ApiKey[] = [];
    for (let after: string | undefined, more = true; more;) {
      const page = await this.#keys.list(workspaceId, { limit: 200, after });
      found.push(...page.data.filter((key) => key.origin === 'environment' && key.revokedAt === undefined));
      after = page.next ?? undefined;
      more = page.next !== null;
    }
    return found;
  }

  #ownerKey(workspaceId: WorkspaceId, origin: ApiKeyOrigin): ApiKey {
    return {
      id: this.#ids.next('key'),
      workspaceId,
      name: origin === 'environment' ? 'Owner (POSTHORN_API_KEY)' : 'Owner',
      scopes: ['admin'],
      origin,
      createdAt: this.#clock.now(),
      lastUsedAt: undefined,
      revokedAt: undefined,
    };
  }
}
