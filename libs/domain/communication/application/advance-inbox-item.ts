import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import { Inbox } from '#ports/communication/inbox.js';
import { Clock } from '#ports/system/clock.js';
import { advance, type InboxItem, type InboxState } from '../model/inbox-item.js';

export interface InboxStep {
  readonly workspaceId: WorkspaceId;
  readonly id: string;
  readonly to: Exclude<InboxState, 'unseen'>;
  /** Set when a user asks: an item of another one is not there for them. */
  readonly userId?: string;
}

/** A user, or the application for them, has seen, read or archived an item. */
@Injectable()
export class AdvanceInboxItem {
  readonly #inbox: Inbox;
  readonly #clock: Clock;

  constructor(@Inject(Inbox) inbox: Inbox, @Inject(Clock) clock: Clock) {
    this.#inbox = inbox;
    this.#clock = clock;
  }

  /**
   * Answers the item as it is then. One that is as far already, or further, stays as it is: two screens of one user may
   * say the same, in any order.
   * @throws Refusal `not_found`
   */
  async run({ workspaceId, id, to, userId }: InboxStep): Promise<InboxItem> {
    const item = await this.#inbox.find(workspaceId, id);
    if (!item || (userId !== undefined && item.userId !== userId)) throw notFound('inbox item');
    const next = advance(item, to, this.#clock.now());
    return next ? this.#inbox.save(next) : item;
  }
}
