import type { ScheduledState } from '#domain/chat/model/scheduled-message.js';

export class ScheduledMessageView {
  /** `sch_…`; the `clientMessageId` of the message it becomes. */
  id!: string;
  conversationId!: string;
  senderId!: string;
  text!: string;
  mentions!: string[];
  replyTo!: string | null;
  /** `att_…` */
  attachments!: string[];
  /** ISO 8601, UTC. */
  sendAt!: string;
  createdAt!: string;
  state!: ScheduledState;
  /** Why it was refused when its time came. */
  refusal!: string | null;
}

export class ScheduledMessagesView {
  /** The one that is due first first; at most 100. */
  data!: ScheduledMessageView[];
}
