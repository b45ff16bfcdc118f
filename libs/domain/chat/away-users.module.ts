import { type DynamicModule, Module, type OnModuleInit, type Type } from '@nestjs/common';
import { RingTimers } from '#domain/events/ring-timers.js';
import { Absences } from '#ports/chat/absences.js';
import { Conversations } from '#ports/chat/conversations.js';
import { Presence } from '#ports/chat/presence.js';
import { Clock } from '#ports/system/clock.js';
import { AwayAlarms, MEMBERS_TIMER, USER_TIMER } from './application/away-alarms.js';
import { AwaySettings } from './application/away-settings.js';
import { JudgeAway } from './application/judge-away.js';
import { LookForAway } from './application/look-for-away.js';
import { TellAway } from './application/tell-away.js';
import { ChatModule } from './chat.module.js';

/** Needs from the composition root, beside what the chat needs: Absences, Presence, Ids and Log. */
@Module({})
export class AwayUsersModule implements OnModuleInit {
  readonly #timers: RingTimers;
  readonly #look: LookForAway;

  constructor(timers: RingTimers, look: LookForAway) {
    this.#timers = timers;
    this.#look = look;
  }

  /** @param communication exports the CommunicationFacade: that is all the chat knows of it */
  static over(communication: Type): DynamicModule {
    return {
      module: AwayUsersModule,
      imports: [ChatModule, communication],
      providers: [
        JudgeAway,
        TellAway,
        {
          provide: LookForAway,
          inject: [Conversations, Absences, Presence, AwayAlarms, JudgeAway, TellAway, AwaySettings, Clock],
          useFactory: (
            conversations: Conversations,
            absences: Absences,
            presence: Presence,
            alarms: AwayAlarms,
            judge: JudgeAway,
            tell: TellAway,
            settings: AwaySettings,
            clock: Clock,
          ) => new LookForAway({ conversations, absences, presence }, alarms, judge, tell, settings, clock),
        },
      ],
    };
  }

  onModuleInit(): void {
    this.#timers.on(MEMBERS_TIMER, (key) => this.#look.members(key));
    this.#timers.on(USER_TIMER, (key) => this.#look.user(key));
  }
}
