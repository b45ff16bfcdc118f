import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Refusal } from '#domain/kernel/refusal.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { ApiKeyTokens } from '#ports/workspace/api-key-tokens.js';
import { ApiKeys } from '#ports/workspace/api-keys.js';
import type { ApiKey, Caller } from '../model/api-key.js';
import { beyond, type Scope } from '../model/scopes.js';

export interface IssuedApiKey {
  readonly key: ApiKey;
  /** Shown once: it cannot be had again. */
  readonly token: string;
}

/** `id` comes from the request, so that a request repeated after a crash makes one key and not two. */
export class CreateApiKey extends Command<IssuedApiKey> {
  readonly caller: Caller;
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];

  constructor(caller: Caller, id: string, name: string, scopes: readonly Scope[]) {
    super();
    this.caller = caller;
    this.id = id;
    this.name = name;
    this.scopes = scopes;
  }
}

@CommandHandler(CreateApiKey)
export class CreateApiKeyHandler implements ICommandHandler<CreateApiKey> {
  readonly #keys: ApiKeys;
  readonly #tokens: ApiKeyTokens;
  readonly #ids: Ids;
  readonly #clock: Clock;

  constructor(
    @Inject(ApiKeys) keys: ApiKeys,
    @Inject(ApiKeyTokens) tokens: ApiKeyTokens,
    @Inject(Ids) ids: Ids,
    @Inject(Clock) clock: Clock,
  ) {
    this.#keys = keys;
    this.#tokens = tokens;
    this.#ids = ids;
    this.#clock = clock;
  }

  async execute(command: CreateApiKey): Promise<IssuedApiKey> {
    const { caller, name } = command;
    const scopes = [...new Set(command.scopes)];
    const tooMuch = beyond(caller.scopes, scopes);
    if (tooMuch.length > 0)
      throw new Refusal('forbidden', `Your key may not hand on: ${tooMuch.join(', ')}.`);
    const issue = (id: string): IssuedApiKey => ({
      key: {
        id,
        workspaceId: caller.workspaceId,
        name,
        scopes,
        origin: 'issued',
        createdAt: this.#clock.now(),
        lastUsedAt: undefined,
        revokedAt: undefined,
      },
      token: this.#tokens.issue(id),
    });
    const issued = issue(command.id);
    if ((await this.#insert(issued)) === 'inserted') return issued;
    // An earlier attempt of this request made the key and died before it could show the secret. Nobody has that
    // secret, so that key is good for nothing: it goes, and this attempt makes another.
    await this.#keys.revoke(caller.workspaceId, command.id, this.#clock.now());
    const another = issue(this.#ids.next('key'));
    await this.#insert(another);
    return another;
  }

  #insert({ key, token }: IssuedApiKey): ReturnType<ApiKeys['insert']> {
    return this.#keys.insert(key, this.#tokens.hash(token));
  }
}
