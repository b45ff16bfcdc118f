import { Inject, Injectable } from '@nestjs/common';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { blockedRefusal } from '#domain/chat/model/direct.js';
import type { Draft, Message } from '#domain/chat/model/message.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { Realtime } from '#ports/chat/realtime.js';
import { AwayAlarms } from './away-alarms.js';

export interface Sent {
  readonly message: Message;
  /** False: it had been sent before. */
  readonly isNew: boolean;
}

/** The one step by which a message gets into its log, and what follows from it. */
@Injectable()
export class AppendMessage {
  readonly #log: MessageLog;
  readonly #realtime: Realtime;
  readonly #away: AwayAlarms;

  constructor(@Inject(MessageLog) log: MessageLog, @Inject(Realtime) realtime: Realtime, away: AwayAlarms) {
    this.#log = log;
    this.#realtime = realtime;
    this.#away = away;
  }

  /** @throws NoWayIn, Refusal `forbidden` */
  async run({ workspaceId }: ChatUser, draft: Draft): Promise<Sent> {
    const appended = await this.#log.append(workspaceId, draft);
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
