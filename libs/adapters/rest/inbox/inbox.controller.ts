import { HttpCode, Param, Post } from '@nestjs/common';
import { AdvanceInboxItem } from '#domain/communication/application/advance-inbox-item.js';
import { shownItem } from '#domain/communication/model/shown-inbox-item.js';
import { Caller } from '../kit/caller.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import type { InboxItemView } from './inbox.view.js';

/** What a user did with an item. Each may be said again, and in any order: an item only goes forward. */
@RestController('v1/inbox')
export class InboxController {
  readonly #advance: AdvanceInboxItem;

  constructor(advance: AdvanceInboxItem) {
    this.#advance = advance;
  }

  /** The item stood in a list that the user looked at. */
  @Post(':id/seen')
  @Scopes('users:write')
  @HttpCode(200)
  async seen(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<InboxItemView> {
    return shownItem(await this.#advance.run({ workspaceId, id, to: 'seen' }));
  }

  /** The user opened the item. */
  @Post(':id/read')
  @Scopes('users:write')
  @HttpCode(200)
  async read(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<InboxItemView> {
    return shownItem(await this.#advance.run({ workspaceId, id, to: 'read' }));
  }

  /** The user put the item away. */
  @Post(':id/archive')
  @Scopes('users:write')
  @HttpCode(200)
  async archive(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<InboxItemView> {
    return shownItem(await this.#advance.run({ workspaceId, id, to: 'archived' }));
  }
}
