import { Body, Inject, Param, Post } from '@nestjs/common';
import { readUserId } from '#domain/communication/model/profile-draft.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { UserTokens } from '#ports/workspace/user-tokens.js';
import { Caller } from '../kit/caller.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes, Withheld } from '../kit/route.js';
import { MintChatTokenBody, MintUserTokenBody } from './user-token.body.js';
import type { UserTokenView } from './user-token.view.js';

const AN_HOUR = 3_600;

/**
 * Tokens with which users connect themselves. Your server asks for one, for a user whom it has made sure of, and hands it
 * to their page: it speaks for that user of your workspace, and for nobody and nothing else.
 */
@RestController('v1')
export class UserTokensController {
  readonly #tokens: UserTokens;

  constructor(@Inject(UserTokens) tokens: UserTokens) {
    this.#tokens = tokens;
  }

  /** Mints a token for a user: for the socket `/inbox`, and for chat. They need no profile. */
  @Post('users/:userId/tokens')
  @Scopes('users:write')
  @Withheld('token')
  mint(
    @Caller() { workspaceId }: Caller,
    @Param('userId') userId: string,
    @Body() { ttlSeconds }: MintUserTokenBody,
  ): Promise<UserTokenView> {
    return this.#mint(workspaceId, userId, ttlSeconds);
  }

  /** The same, with the user in the body. */
  @Post('chat/tokens')
  @Scopes('users:write')
  @Withheld('token')
  mintForChat(
    @Caller() { workspaceId }: Caller,
    @Body() { userId, ttlSeconds }: MintChatTokenBody,
  ): Promise<UserTokenView> {
    return this.#mint(workspaceId, userId, ttlSeconds);
  }

  async #mint(workspaceId: WorkspaceId, user: string, ttlSeconds = AN_HOUR): Promise<UserTokenView> {
    const userId = readUserId(user);
    const { token, expiresAt } = await this.#tokens.mint({ workspaceId, userId }, ttlSeconds * 1000);
    return { token, userId, expiresAt: new Date(expiresAt).toISOString() };
  }
}
