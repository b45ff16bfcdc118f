import { Get, Param, Query } from '@nestjs/common';
import { SearchMessages } from '#domain/chat/application/search-messages.js';
import type { FoundMessage } from '#ports/chat/message-search.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { messageView } from './chat-views.js';
import { SearchQuery } from './search.query.js';
import type { FoundMessagesView, FoundMessageView } from './search.view.js';
import { Speaker, speaking } from './speaker.js';
import { IntoConversations } from './unseen.js';

/** Looks for messages in conversations that the user is in. */
@RestController('v1')
@IntoConversations()
export class SearchController {
  readonly #search: SearchMessages;

  constructor(search: SearchMessages) {
    this.#search = search;
  }

  /** In all conversations of the user. */
  @Get('search')
  @Scopes('chat:read', { users: true })
  async everywhere(
    @Speaker() speaker: Speaker,
    @Query() { as, q, ...query }: SearchQuery,
  ): Promise<FoundMessagesView> {
    const page = pageRequest(query, 'search');
    return pageView(await this.#search.run(speaking(speaker, as), { text: q }, page), 'search', foundView);
  }

  /** In one conversation. An empty `q` finds all that was said there, the newest first. */
  @Get('conversations/:id/search')
  @Scopes('chat:read', { users: true })
  async within(
    @Speaker() speaker: Speaker,
    @Param('id') conversationId: string,
    @Query() { as, q, ...query }: SearchQuery,
  ): Promise<FoundMessagesView> {
    const page = pageRequest(query, 'search');
    const found = await this.#search.run(speaking(speaker, as), { text: q, conversationId }, page);
    return pageView(found, 'search', foundView);
  }
}

function foundView({ message, highlights }: FoundMessage): FoundMessageView {
  return { message: messageView(message), highlights: highlights.map(({ start, end }) => ({ start, end })) };
}
