import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ScheduleMessages } from '#domain/chat/application/schedule-messages.js';
import type { ScheduledMessage, ScheduledMessageId } from '#domain/chat/model/scheduled-message.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { AsQuery } from './chat.query.js';
import { ReviseScheduledBody, ScheduleMessageBody } from './scheduled.body.js';
import type { ScheduledMessagesView, ScheduledMessageView } from './scheduled.view.js';
import { Speaker, speaking } from './speaker.js';
import { IntoConversations } from './unseen.js';

/** What users are to say later. Only its sender sees it. */
@RestController('v1')
@IntoConversations()
export class ScheduledMessagesController {
  readonly #schedule: ScheduleMessages;

  constructor(schedule: ScheduleMessages) {
    this.#schedule = schedule;
  }

  /** Has a user say something at a time to come. It is said once, under the id of this, and only if they are a member then. */
  @Post('conversations/:id/scheduled-messages')
  @Scopes('chat:write', { users: true })
  async add(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as }: AsQuery,
    @Body() { text, sendAt, mentions, replyTo, attachments }: ScheduleMessageBody,
    @Attempt() { ids }: Attempt,
    @Answer() answer: Answer,
  ): Promise<ScheduledMessageView> {
    const scheduledId = ids.next('sch') as string as ScheduledMessageId;
    const message = await this.#schedule.add(speaking(speaker, as), scheduledId, {
      conversationId: id,
      text,
      sendAt: Date.parse(sendAt),
      ...(mentions != null && { mentions }),
      ...(replyTo != null && { replyTo }),
      ...(attachments != null && { attachments }),
    });
    answer.location(`/v1/scheduled-messages/${message.id}`);
    return viewOf(message);
  }

  /** All that a user has scheduled. */
  @Get('scheduled-messages')
  @Scopes('chat:read', { users: true })
  async list(@Speaker() speaker: Speaker, @Query() { as }: AsQuery): Promise<ScheduledMessagesView> {
    return { data: (await this.#schedule.list(speaking(speaker, as))).map(viewOf) };
  }

  /** One that is still to be said. */
  @Get('scheduled-messages/:scheduledId')
  @Scopes('chat:read', { users: true })
  async find(
    @Speaker() speaker: Speaker,
    @Param('scheduledId') id: string,
    @Query() { as }: AsQuery,
  ): Promise<ScheduledMessageView> {
    return viewOf(await this.#schedule.find(speaking(speaker, as), id));
  }

  /** Has it say something else, or at another time. */
  @Patch('scheduled-messages/:scheduledId')
  @Scopes('chat:write', { users: true })
  async revise(
    @Speaker() speaker: Speaker,
    @Param('scheduledId') id: string,
    @Query() { as }: AsQuery,
    @Body() { text, sendAt, mentions }: ReviseScheduledBody,
  ): Promise<ScheduledMessageView> {
    const change = {
      ...(text != null && { text }),
      ...(sendAt != null && { sendAt: Date.parse(sendAt) }),
      ...(mentions != null && { mentions }),
    };
    return viewOf(await this.#schedule.revise(speaking(speaker, as), id, change));
  }

  /** Calls it off. When this answers it is never said. */
  @Delete('scheduled-messages/:scheduledId')
  @Scopes('chat:write', { users: true })
  @HttpCode(204)
  async cancel(
    @Speaker() speaker: Speaker,
    @Param('scheduledId') id: string,
    @Query() { as }: AsQuery,
  ): Promise<void> {
    await this.#schedule.cancel(speaking(speaker, as), id);
  }
}

function viewOf(message: ScheduledMessage): ScheduledMessageView {
  const { id, conversationId, senderId, text, mentions, replyTo, state, refusal } = message;
  return {
    id,
    conversationId,
    senderId,
    text,
    mentions: [...mentions],
    replyTo: replyTo ?? null,
    attachments: [...(message.attachments ?? [])],
    sendAt: new Date(message.sendAt).toISOString(),
    createdAt: new Date(message.createdAt).toISOString(),
    state,
    refusal: refusal ?? null,
  };
}
