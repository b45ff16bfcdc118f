import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import type { Attachment } from '#domain/chat/model/message.js';
import { Attachments } from '#ports/chat/attachments.js';
import { Clock } from '#ports/system/clock.js';

/** What a message is to hold, of what its sender has uploaded. From now on there is a day for it to get into the log. */
@Injectable()
export class TakeAttachments {
  readonly #attachments: Attachments;
  readonly #clock: Clock;

  constructor(@Inject(Attachments) attachments: Attachments, @Inject(Clock) clock: Clock) {
    this.#attachments = attachments;
    this.#clock = clock;
  }

  /** Each once, in the order asked. @throws Refusal `validation_failed` naming those that are not there or another's */
  async run({ workspaceId, userId }: ChatUser, asked: readonly string[]): Promise<readonly Attachment[]> {
    const ids = [...new Set(asked)];
    if (ids.length === 0) return [];
    const taken = await this.#attachments.take(workspaceId, userId, ids, this.#clock.now());
    if (taken.length === ids.length) return taken;
    const detail = 'You have uploaded nothing with this id, or it was sent nowhere for a day.';
    const faults = asked.flatMap((id, i) =>
      taken.some((one) => one.id === id) ? [] : [{ pointer: `/attachments/${i}`, code: 'not_found', detail }],
    );
    throw new Refusal('validation_failed', 'Some of the attachments are not there.', { faults });
  }
}
