import { Body, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CreateApiKey } from '#domain/workspace/application/create-api-key.js';
import { RevokeApiKey } from '#domain/workspace/application/revoke-api-key.js';
import type { ApiKey } from '#domain/workspace/model/api-key.js';
import { ApiKeys } from '#ports/workspace/api-keys.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { PageQuery } from '../kit/page.query.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes, Withheld } from '../kit/route.js';
import { CreateApiKeyBody } from './api-key.body.js';
import type { ApiKeyListView, ApiKeyView, IssuedApiKeyView } from './api-key.view.js';

@RestController('v1/api-keys')
export class ApiKeysController {
  readonly #commands: CommandBus;
  readonly #keys: ApiKeys;

  constructor(commands: CommandBus, @Inject(ApiKeys) keys: ApiKeys) {
    this.#commands = commands;
    this.#keys = keys;
  }

  /** Hands out a new key. Its secret is in this answer and nowhere else. */
  @Post()
  @Scopes('keys:write')
  @Withheld('key')
  async create(
    @Caller() caller: Caller,
    @Body() body: CreateApiKeyBody,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<IssuedApiKeyView> {
    const { name, scopes } = body;
    const issued = await this.#commands.execute(
      new CreateApiKey(caller, attempt.ids.next('key'), name, scopes),
    );
    answer.location(`/v1/api-keys/${issued.key.id}`);
    return { ...viewOf(issued.key), key: issued.token };
  }

  /** All keys of the workspace, the newest first, revoked ones included. */
  @Get()
  @Scopes('keys:read')
  async list(@Caller() caller: Caller, @Query() query: PageQuery): Promise<ApiKeyListView> {
    const page = await this.#keys.list(caller.workspaceId, pageRequest(query, 'api-keys'));
    return pageView(page, 'api-keys', viewOf);
  }

  /**
   * Makes a key useless for ever: at once in the process that is asked, within half a minute in others of the same
   * deployment. Revoking it again changes nothing.
   */
  @Delete(':id')
  @Scopes('keys:write')
  @HttpCode(204)
  async revoke(@Caller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.#commands.execute(new RevokeApiKey(caller.workspaceId, id));
  }
}

function viewOf(key: ApiKey): ApiKeyView {
  return {
    id: key.id,
    name: key.name,
    scopes: [...key.scopes],
    origin: key.origin,
    createdAt: new Date(key.createdAt).toISOString(),
    lastUsedAt: isoOrNull(key.lastUsedAt),
    revokedAt: isoOrNull(key.revokedAt),
  };
}

function isoOrNull(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
