import { Inject, Injectable } from '@nestjs/common';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { blockedRefusal } from '#domain/chat/model/direct.js';
import type { Draft, Message } from '#domain/chat/model/message.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { Realtime } from '#ports/chat/realtime.js';
import { AwayAlarms } from './away-alarms.js';
import { ModerateMessage } from './moderate-message.js';
import { PublishMessages } from './publish-messages.js';

export interface Sent {
  readonly message: Message;
  /** False: it had been sent before. */
  readonly isNew: boolean;
}

/** The one step by which a message gets into its log, who is asked before, and what follows from it. */
@Injectable()
export class AppendMessage {
  readonly #log: MessageLog;
  readonly #realtime: Realtime;
  readonly #away: AwayAlarms;
  readonly #moderate: ModerateMessage;
  readonly #publish: PublishMessages;

  constructor(
    @Inject(MessageLog) log: MessageLog,
    @Inject(Realtime) realtime: Realtime,
    away: AwayAlarms,
    moderate: ModerateMessage,
    publish: PublishMessages,
  ) {
    this.#log = log;
    this.#realtime = realtime;
    this.#away = away;
    this.#moderate = moderate;
    this.#publish = publish;
  }

  /**
   * The alarm for those who are away is durable when it resolves, whether the message is new or not: if we die in between its
   * sender has no answer, sends it again, and it is set then. What tells other applications is committed with the message.
   * @throws NoWayIn, Refusal `forbidden` | `message_refused` | `moderation_unavailable`
   */
  async run(by: ChatUser, asked: Draft): Promise<Sent> {
    const { workspaceId } = by;
    const draft = await this.#moderate.draft(by, asked);
    const announced = await this.#publish.isWanted(workspaceId, 'chat.message.created');
    const appended = await this.#log.append(workspaceId, draft, announced);
    switch (appended.kind) {
      case 'no_member':
        throw new NoWayIn();
      case 'blocked':
        throw blockedRefusal();
      case 'appended': {
        const { message, isNew } = appended;
        // Told once: sending again, which is limited by nothing, is no way to make others' devices busy.
        if (isNew) this.#realtime.tell(workspaceId, { kind: 'message', message });
        await this.#away.expect(workspaceId, message);
        return { message, isNew };
      }
    }
  }
}
