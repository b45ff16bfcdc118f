import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import { Clock } from '#ports/system/clock.js';
import { ApiKeys } from '#ports/workspace/api-keys.js';
import { VerifyApiKey } from './verify-api-key.js';

export class RevokeApiKey extends Command<void> {
  readonly workspaceId: WorkspaceId;
  readonly keyId: string;

  constructor(workspaceId: WorkspaceId, keyId: string) {
    super();
    this.workspaceId = workspaceId;
    this.keyId = keyId;
  }
}

@CommandHandler(RevokeApiKey)
export class RevokeApiKeyHandler implements ICommandHandler<RevokeApiKey> {
  readonly #keys: ApiKeys;
  readonly #verify: VerifyApiKey;
  readonly #clock: Clock;

  constructor(@Inject(ApiKeys) keys: ApiKeys, verify: VerifyApiKey, @Inject(Clock) clock: Clock) {
    this.#keys = keys;
    this.#verify = verify;
    this.#clock = clock;
  }

  async execute({ workspaceId, keyId }: RevokeApiKey): Promise<void> {
    const revoked = await this.#keys.revoke(workspaceId, keyId, this.#clock.now());
    if (!revoked) throw notFound('API key');
    // After the commit: a lookup that began before it is not remembered, one that begins now sees it.
    this.#verify.forget(keyId);
  }
}
