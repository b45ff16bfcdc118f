import { MemoryAbsences } from '#adapters/memory/chat/memory-absences.js';
import { MemoryPresence } from '#adapters/memory/chat/memory-presence.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { CommunicationFacade, NotificationToSend } from '#domain/communication/communication.facade.js';
import { RingTimers } from '#domain/events/ring-timers.js';
import type { Absence } from '../model/absence.js';
import type { AwayRule } from '../model/digest.js';
import { MEMBERS_TIMER, USER_TIMER } from '../application/away-alarms.js';
import { JudgeAway } from '../application/judge-away.js';
import { LookForAway } from '../application/look-for-away.js';
import { TellAway } from '../application/tell-away.js';
import { acme, ChatUnderTest, user } from './chat-under-test.js';

export const MINUTE = 60_000;
export const AWAY_AFTER = 5 * MINUTE;

export const rule: AwayRule = {
  afterMs: AWAY_AFTER,
  type: 'missed_messages_digest',
  words: true,
  chatUrl: 'https://chat.example/c/{conversationId}',
  data: { companyName: 'Office' },
};

/** Keeps what it was asked to send as its facade promises: once for an id. */
export class KeptNotifications implements CommunicationFacade {
  readonly sent = new Map<string, NotificationToSend>();
  asked = 0;
  /** What happens before, and after, one is kept: the process may die there. */
  before: () => Promise<void> = async () => {};
  after: () => Promise<void> = async () => {};

  async notify(
    _workspace: unknown,
    notification: NotificationToSend,
    id = '',
  ): Promise<{ id: string; status: string }> {
    this.asked += 1;
    await this.before();
    if (!this.sent.has(id)) this.sent.set(id, notification);
    await this.after();
    return { id, status: 'accepted' };
  }

  /** Whom, in the order of telling. */
  get told(): string[] {
    return [...this.sent.values()].map(({ to }) => to['userId'] ?? '');
  }
}

/** Dies when it is told to, and counts what was begun. */
export class MortalAbsences extends MemoryAbsences {
  diesBefore: 'tell' | undefined;
  asked = 0;

  override async begin(absence: Absence): Promise<Absence> {
    this.asked += 1;
    return super.begin(absence);
  }

  override async tell(...args: Parameters<MemoryAbsences['tell']>): Promise<void> {
    if (this.diesBefore === 'tell') throw new Error('The process has died.');
    return super.tell(...args);
  }
}

/** The chat with somebody who looks for those who are away. What is stored outlasts {@link restart}; who is there does not. */
export class AwayUnderTest extends ChatUnderTest {
  readonly absences = new MortalAbsences();
  readonly notifications = new KeptNotifications();
  readonly errors = new MemoryLog();
  readonly rules: { current: AwayRule | undefined };
  presence: MemoryPresence;
  look: LookForAway;
  #ringing: RingTimers | undefined;
  readonly #ids = new CountingIds();

  constructor() {
    const rules: { current: AwayRule | undefined } = { current: rule };
    super(undefined, { of: () => rules.current });
    this.rules = rules;
    this.presence = new MemoryPresence(this.clock);
    this.look = this.#looking();
  }

  /** All that a process remembers is gone. */
  async restart(): Promise<void> {
    await this.stop();
    this.presence = new MemoryPresence(this.clock);
    this.look = this.#looking();
    this.start();
  }

  start(): void {
    const { timers, clock, errors } = this;
    this.#ringing = new RingTimers(timers, clock, new SeededRandomness(), errors);
    this.#ringing.on(MEMBERS_TIMER, (key) => this.look.members(key));
    this.#ringing.on(USER_TIMER, (key) => this.look.user(key));
    this.#ringing.start();
  }

  async stop(): Promise<void> {
    await this.#ringing?.stop();
    this.#ringing = undefined;
  }

  /** A device of theirs is there, until it goes. */
  come(userId: string, device = 'phone'): Promise<void> {
    return this.presence.hold(acme, userId, { id: device, state: 'online' }, 365 * 24 * 60 * MINUTE);
  }

  go(userId: string, device = 'phone'): Promise<void> {
    return this.presence.drop(acme, userId, device);
  }

  async read(userId: string, conversationId: string, readSeq: number): Promise<void> {
    await this.facade.advance(user(userId), conversationId, { readSeq });
  }

  /** In steps: every alarm on the way rings in its turn. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= MINUTE / 2) await this.clock.advance(Math.min(left, MINUTE / 2));
    // A page of members is several turns of the loop.
    for (let turn = 0; turn < 50; turn++) await this.clock.advance(0);
  }

  #looking(): LookForAway {
    const { conversations, absences, presence, clock, notifications, errors } = this;
    const settings = { of: () => this.rules.current };
    const judge = new JudgeAway(absences, presence, conversations, settings, clock);
    const tell = new TellAway(judge, absences, notifications, this.#ids, clock, errors);
    return new LookForAway({ conversations, absences, presence }, this.alarms, judge, tell, settings, clock);
  }
}
