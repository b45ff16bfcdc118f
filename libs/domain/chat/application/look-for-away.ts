import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { type Absence, isOver } from '#domain/chat/model/absence.js';
import { isBot } from '#domain/chat/model/bot.js';
import { type Member, unreadOf } from '#domain/chat/model/conversation.js';
import { type AwayRule, isMute } from '#domain/chat/model/digest.js';
import type { Shown } from '#domain/chat/model/presence.js';
import { Absences } from '#ports/chat/absences.js';
import { Conversations } from '#ports/chat/conversations.js';
import { Presence } from '#ports/chat/presence.js';
import { Clock } from '#ports/system/clock.js';
import { AwayAlarms, lookOf } from './away-alarms.js';
import { AwaySettings } from './away-settings.js';
import { JudgeAway } from './judge-away.js';
import { TellAway } from './tell-away.js';

/** Members looked at when one alarm rings: three reads for all of them. */
const A_PAGE = 200;
/** Of these, looked at more closely at once. */
const AT_ONCE = 20;

export interface AwayStores {
  readonly conversations: Conversations;
  readonly absences: Absences;
  readonly presence: Presence;
}

/** Finds those who have not read what was said, when alarms ring. Ringing twice tells nobody twice. */
@Injectable()
export class LookForAway {
  readonly #stores: AwayStores;
  readonly #alarms: AwayAlarms;
  readonly #judge: JudgeAway;
  readonly #tell: TellAway;
  readonly #settings: AwaySettings;
  readonly #clock: Clock;

  constructor(
    stores: AwayStores,
    alarms: AwayAlarms,
    judge: JudgeAway,
    tell: TellAway,
    @Inject(AwaySettings) settings: AwaySettings,
    @Inject(Clock) clock: Clock,
  ) {
    this.#stores = stores;
    this.#alarms = alarms;
    this.#judge = judge;
    this.#tell = tell;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** A page of the members of a conversation. */
  async members(key: string): Promise<void> {
    const look = lookOf(key);
    const { workspaceId } = look;
    const rule = this.#settings.of(workspaceId);
    const { conversations, absences, presence } = this.#stores;
    const conversation = await conversations.find(workspaceId, look.id);
    if (!rule || !conversation) return;
    const page = await conversations.members(conversation.id, { limit: A_PAGE, after: look.after });
    const now = this.#clock.now();
    const behind = page.data.filter(
      (one) => unreadOf(conversation, one) > 0 && !isMute(one, now) && !isBot(one.userId),
    );
    const userIds = behind.map(({ userId }) => userId);
    const [shown, latest] = await Promise.all([
      presence.of(workspaceId, userIds),
      absences.of(workspaceId, userIds),
    ]);
    const absenceOf = new Map(latest.map((absence) => [absence.userId, absence]));
    for (let at = 0; at < behind.length; at += AT_ONCE) {
      const some = behind.slice(at, at + AT_ONCE).map((member, i) => {
        const one = shown[at + i];
        return one && this.#member(workspaceId, rule, member, one, absenceOf.get(member.userId));
      });
      await Promise.all(some);
    }
    if (page.next !== null) await this.#alarms.goOn(look, page.next);
  }

  async user(key: string): Promise<void> {
    const { workspaceId, id } = lookOf(key);
    await this.#closely(workspaceId, id);
  }

  /** Most of a large room are there, or were told already: neither costs anything but the reading of its page. */
  async #member(
    workspaceId: WorkspaceId,
    rule: AwayRule,
    member: Member,
    shown: Shown,
    latest: Absence | undefined,
  ): Promise<void> {
    const isLasting = latest !== undefined && latest.state !== 'over';
    if (isLasting && latest.state === 'told' && !isOver(latest, shown, member)) return;
    const at = isLasting ? undefined : this.#judge.againAt(shown, rule);
    if (at === undefined) await this.#closely(workspaceId, member.userId);
    else await this.#alarms.lookAtUser(workspaceId, member.userId, at);
  }

  async #closely(workspaceId: WorkspaceId, userId: string): Promise<void> {
    const again = await this.#tell.run(workspaceId, userId);
    if (again !== undefined) await this.#alarms.lookAtUser(workspaceId, userId, again);
  }
}
