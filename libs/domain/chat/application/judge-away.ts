import { Inject, Injectable } from '@nestjs/common';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { type Absence, awaySince, isOver, nextLookAt } from '#domain/chat/model/absence.js';
import { isBot } from '#domain/chat/model/bot.js';
import type { Member } from '#domain/chat/model/conversation.js';
import { type AwayRule, type Behind, behindIn, hasNews } from '#domain/chat/model/digest.js';
import type { Shown } from '#domain/chat/model/presence.js';
import { Absences } from '#ports/chat/absences.js';
import { Conversations } from '#ports/chat/conversations.js';
import { Presence } from '#ports/chat/presence.js';
import { Clock } from '#ports/system/clock.js';
import { AwaySettings } from './away-settings.js';

export type AwayVerdict =
  | { readonly kind: 'nothing' }
  /** They are there, or have not been away for so long yet. */
  | { readonly kind: 'again'; readonly at: Instant }
  | {
      readonly kind: 'tell';
      readonly behind: readonly Behind[];
      readonly since: Instant;
      readonly rule: AwayRule;
      /** Whoever began to tell them has not said that it was done. */
      readonly begun?: Absence;
    };

/** Conversations of one user that are looked into: the newest. */
const MOST_CHATS = 100;
const NOTHING: AwayVerdict = { kind: 'nothing' };
/** Of no conversation. */
const NOWHERE: Pick<Member, 'conversationId' | 'readSeq'> = {
  conversationId: '' as Member['conversationId'],
  readSeq: 0,
};

/** Whether a user is to be told now of what they miss. */
@Injectable()
export class JudgeAway {
  readonly #absences: Absences;
  readonly #presence: Presence;
  readonly #conversations: Conversations;
  readonly #settings: AwaySettings;
  readonly #clock: Clock;
  /** Whoever was there before we started, and has not come back yet, is given time to. */
  readonly #startedAt: Instant;

  constructor(
    @Inject(Absences) absences: Absences,
    @Inject(Presence) presence: Presence,
    @Inject(Conversations) conversations: Conversations,
    @Inject(AwaySettings) settings: AwaySettings,
    @Inject(Clock) clock: Clock,
  ) {
    this.#absences = absences;
    this.#presence = presence;
    this.#conversations = conversations;
    this.#settings = settings;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** When to look at them again; undefined if they have been away for long enough. */
  againAt(shown: Shown, { afterMs }: AwayRule): Instant | undefined {
    const now = this.#clock.now();
    const since = awaySince(shown, this.#startedAt);
    if (since === undefined) return nextLookAt(now, afterMs, shown.userId);
    return now - since < afterMs ? since + afterMs : undefined;
  }

  async of(workspaceId: WorkspaceId, userId: string): Promise<AwayVerdict> {
    const rule = this.#settings.of(workspaceId);
    if (!rule || isBot(userId)) return NOTHING;
    const [[shown], [latest], { data: chats }] = await Promise.all([
      this.#presence.of(workspaceId, [userId]),
      this.#absences.of(workspaceId, [userId]),
      this.#conversations.ofUser(workspaceId, userId, { limit: MOST_CHATS }),
    ]);
    if (!shown) return NOTHING;
    const members = chats.map(({ member }) => member);
    const present = latest && (await this.#unlessOver(latest, shown, members));
    if (present?.state === 'told') return NOTHING;
    const behind = behindIn(chats, this.#clock.now());
    if (behind.length === 0 || (!present && latest && !hasNews(behind, latest))) {
      if (present) await this.#absences.end(present);
      return NOTHING;
    }
    const at = this.againAt(shown, rule);
    if (at !== undefined) return { kind: 'again', at };
    const since = awaySince(shown, this.#startedAt) ?? this.#startedAt;
    return { kind: 'tell', behind, since, rule, ...(present && { begun: present }) };
  }

  async #unlessOver(latest: Absence, shown: Shown, members: readonly Member[]): Promise<Absence | undefined> {
    if (latest.state === 'over') return undefined;
    if (![...members, NOWHERE].some((member) => isOver(latest, shown, member))) return latest;
    await this.#absences.end(latest);
    return undefined;
  }
}
