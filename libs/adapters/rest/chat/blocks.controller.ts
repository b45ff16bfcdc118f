import { Body, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { BlockUsers } from '#domain/chat/application/block-users.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { BlockBody } from './chat.body.js';
import { AsQuery } from './chat.query.js';
import type { BlocksView } from './chat.view.js';
import { Speaker, speaking } from './speaker.js';

/** Whom a user wants nothing from. */
@RestController('v1/blocks')
export class BlocksController {
  readonly #blocks: BlockUsers;

  constructor(blocks: BlockUsers) {
    this.#blocks = blocks;
  }

  /** Whom the user has blocked. */
  @Get()
  @Scopes('chat:read', { users: true })
  async list(@Speaker() speaker: Speaker, @Query() { as }: AsQuery): Promise<BlocksView> {
    return { data: [...(await this.#blocks.of(speaking(speaker, as)))] };
  }

  /** Blocks somebody: nothing passes between the two any more, and neither can put the other into a conversation. */
  @Post()
  @Scopes('chat:write', { users: true })
  @HttpCode(204)
  async block(
    @Speaker() speaker: Speaker,
    @Query() { as }: AsQuery,
    @Body() { userId }: BlockBody,
  ): Promise<void> {
    await this.#blocks.block(speaking(speaker, as), userId);
  }

  /** Takes a block back. */
  @Delete(':userId')
  @Scopes('chat:write', { users: true })
  @HttpCode(204)
  async unblock(
    @Speaker() speaker: Speaker,
    @Param('userId') userId: string,
    @Query() { as }: AsQuery,
  ): Promise<void> {
    await this.#blocks.unblock(speaking(speaker, as), userId);
  }
}
