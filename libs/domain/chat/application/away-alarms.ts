import { Inject, Injectable } from '@nestjs/common';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { lookAfter } from '#domain/chat/model/absence.js';
import type { Message } from '#domain/chat/model/message.js';
import { Timers } from '#ports/events/timers.js';
import { Clock } from '#ports/system/clock.js';
import { AwaySettings } from './away-settings.js';

/** Alarms for who has not read what was said in a conversation, and for one user. Their keys are {@link Look}s as JSON. */
export const MEMBERS_TIMER = 'look-for-away-members';
export const USER_TIMER = 'look-at-away-user';

export interface Look {
  readonly workspaceId: WorkspaceId;
  /** A conversation or a user. */
  readonly id: string;
  readonly at: Instant;
  /** Behind which page of members it goes on. */
  readonly after?: string;
}

/** Alarms that are remembered to be set; past it those are forgotten that will not be asked for again. */
const MOST_KNOWN = 20_000;

/**
 * Sets the alarms by which those are found who are away. Whatever is said, however many are in the conversation, it costs one
 * alarm for each conversation and half of the time after which one is away; and one for each user who is mentioned, who may
 * be told though the conversation is mute. An alarm is named by its time: setting it again moves none.
 */
@Injectable()
export class AwayAlarms {
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #settings: AwaySettings;
  readonly #known = new Map<string, { readonly at: Instant; readonly set: Promise<void> }>();

  constructor(
    @Inject(Timers) timers: Timers,
    @Inject(Clock) clock: Clock,
    @Inject(AwaySettings) settings: AwaySettings,
  ) {
    this.#timers = timers;
    this.#clock = clock;
    this.#settings = settings;
  }

  /**
   * After a message was put into its log, new or not: if we die in between its sender has no answer and sends it again. Then it
   * is not new, but the alarm is.
   */
  async expect(workspaceId: WorkspaceId, { conversationId, mentions }: Message): Promise<void> {
    const rule = this.#settings.of(workspaceId);
    if (!rule) return;
    const at = lookAfter(this.#clock.now(), rule.afterMs, conversationId);
    await Promise.all([
      this.#once(MEMBERS_TIMER, { workspaceId, id: conversationId, at }),
      ...mentions.map((id) => this.#once(USER_TIMER, { workspaceId, id, at })),
    ]);
  }

  lookAtUser(workspaceId: WorkspaceId, userId: string, at: Instant): Promise<void> {
    return this.#once(USER_TIMER, { workspaceId, id: userId, at });
  }

  /** Each page of the members is an alarm of its own: between two of them others ring, and whoever dies goes on there. */
  goOn(look: Look, after: string): Promise<void> {
    return this.#timers.set({
      kind: MEMBERS_TIMER,
      key: keyOf({ ...look, after }),
      at: this.#clock.now(),
    });
  }

  async #once(kind: string, look: Look): Promise<void> {
    const key = keyOf(look);
    const name = `${kind} ${key}`;
    const known = this.#known.get(name);
    if (known) return known.set;
    if (this.#known.size >= MOST_KNOWN) this.#forget();
    const set = this.#timers.set({ kind, key, at: look.at });
    this.#known.set(name, { at: look.at, set });
    try {
      await set;
    } catch (error) {
      this.#known.delete(name);
      throw error;
    }
  }

  /** What has rung first; if that is not enough all: an alarm that is set twice is one. */
  #forget(): void {
    const now = this.#clock.now();
    for (const [name, { at }] of this.#known) if (at <= now) this.#known.delete(name);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
  }
}

export function lookOf(key: string): Look {
  const [workspaceId, id, at, after] = JSON.parse(key) as [WorkspaceId, string, Instant, string?];
  return { workspaceId, id, at, ...(after !== undefined && { after }) };
}

function keyOf({ workspaceId, id, at, after }: Look): string {
  return JSON.stringify([workspaceId, id, at, ...(after === undefined ? [] : [after])]);
}
