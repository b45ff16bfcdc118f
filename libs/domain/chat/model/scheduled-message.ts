import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ConversationId } from './conversation.js';

/** `sch_…`; the client message id of the message that is made of it. */
export type ScheduledMessageId = Brand<string, 'ScheduledMessageId'>;

/** `waiting` may be changed and called off, `sending` neither, `refused` was not taken when its time came. */
export type ScheduledState = 'waiting' | 'sending' | 'refused';

/** What somebody is to say later. Once it has been said it is a message, and nothing is left of this. */
export interface ScheduledMessage {
  readonly id: ScheduledMessageId;
  readonly workspaceId: WorkspaceId;
  readonly conversationId: ConversationId;
  readonly senderId: string;
  readonly text: string;
  readonly mentions: readonly string[];
  readonly replyTo?: string;
  /** `att_…`, each once: held for it from now on. Left out: none. */
  readonly attachments?: readonly string[];
  readonly sendAt: Instant;
  readonly createdAt: Instant;
  readonly state: ScheduledState;
  /** Why it was refused, in words. */
  readonly refusal?: string;
}

export type ScheduleChange = Partial<Pick<ScheduledMessage, 'text' | 'mentions' | 'sendAt'>>;

/** Of one user. */
export const MOST_SCHEDULED = 100;
/** Nobody plans further ahead. */
const LATEST_MS = 366 * 86_400_000;

/** @throws Refusal `invalid_schedule` */
export function readSendAt(sendAt: Instant, now: Instant): Instant {
  if (sendAt > now && sendAt <= now + LATEST_MS) return sendAt;
  const detail = 'A message is scheduled for a time to come, within a year.';
  throw new Refusal('invalid_schedule', detail, {
    faults: [{ pointer: '/sendAt', code: 'invalid_schedule', detail }],
  });
}
