import { Body, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ChatFacade } from '#domain/chat/chat.facade.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { BroadcastBody } from './chat.body.js';
import { AsQuery } from './chat.query.js';
import { Speaker, speaking } from './speaker.js';
import { IntoConversations } from './unseen.js';

@RestController('v1/rooms')
@IntoConversations()
export class RoomsController {
  readonly #chat: ChatFacade;

  constructor(@Inject(ChatFacade) chat: ChatFacade) {
    this.#chat = chat;
  }

  /**
   * Tells whoever is connected of an event of your own: a stroke on a whiteboard, where a cursor is. It is kept nowhere, and may
   * be dropped where somebody is slow. In rooms and groups.
   */
  @Post(':id/broadcast')
  @Scopes('chat:write', { users: true })
  @HttpCode(204)
  async broadcast(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as }: AsQuery,
    @Body() { event, data }: BroadcastBody,
  ): Promise<void> {
    await this.#chat.broadcast(speaking(speaker, as), id, event, data ?? null);
  }
}
