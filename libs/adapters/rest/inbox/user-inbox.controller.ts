import { Get, Inject, Param, Query } from '@nestjs/common';
import { shownItem } from '#domain/communication/model/shown-inbox-item.js';
import { Inbox } from '#ports/communication/inbox.js';
import { Caller } from '../kit/caller.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { InboxQuery } from './inbox.query.js';
import type { InboxView } from './inbox.view.js';

@RestController('v1/users')
export class UserInboxController {
  readonly #inbox: Inbox;

  constructor(@Inject(Inbox) inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** What lies in a user's inbox, the newest first. Somebody nothing was sent to has an empty one. */
  @Get(':userId/inbox')
  @Scopes('users:read')
  async list(
    @Caller() { workspaceId }: Caller,
    @Param('userId') userId: string,
    @Query() query: InboxQuery,
  ): Promise<InboxView> {
    const { state } = query;
    // One state's list goes on elsewhere than another's.
    const list = state === undefined ? 'inbox' : `inbox.${state}`;
    const wanted = state === undefined ? {} : { state };
    const [page, counts] = await Promise.all([
      this.#inbox.page(workspaceId, userId, wanted, pageRequest(query, list)),
      this.#inbox.counts(workspaceId, userId),
    ]);
    return { ...pageView(page, list, shownItem), counts };
  }
}
