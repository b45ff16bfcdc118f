import { IsIn, IsOptional } from 'class-validator';
import { type InboxState, inboxStates } from '#domain/communication/model/inbox-item.js';
import { PageQuery } from '../kit/page.query.js';

export class InboxQuery extends PageQuery {
  /** Only those in this state; all but the archived ones if left out. */
  @IsOptional()
  @IsIn(inboxStates)
  state?: InboxState;
}
