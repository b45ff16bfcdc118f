import { Inject, Injectable } from '@nestjs/common';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { CommunicationFacade } from '#domain/communication/communication.facade.js';
import type { Absence } from '#domain/chat/model/absence.js';
import { digestOf, toldIn } from '#domain/chat/model/digest.js';
import { Absences } from '#ports/chat/absences.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import { type AwayVerdict, JudgeAway } from './judge-away.js';

type ToTell = Extract<AwayVerdict, { kind: 'tell' }>;

/** Asking again would be refused again: the type was removed, or asks for what we do not have. */
const PERMANENT: ReadonlySet<string> = new Set([
  'validation_failed',
  'missing_variable',
  'invalid_address',
  'quota_exceeded',
]);

/**
 * Tells somebody who is away what they miss, once: by which channel is for their preferences to say. The notification's id is
 * kept before it is sent: whoever dies before or after sending it, or does this twice, sends one.
 */
@Injectable()
export class TellAway {
  readonly #judge: JudgeAway;
  readonly #absences: Absences;
  readonly #communication: CommunicationFacade;
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(
    judge: JudgeAway,
    @Inject(Absences) absences: Absences,
    @Inject(CommunicationFacade) communication: CommunicationFacade,
    @Inject(Ids) ids: Ids,
    @Inject(Clock) clock: Clock,
    @Inject(Log) log: Log,
  ) {
    this.#judge = judge;
    this.#absences = absences;
    this.#communication = communication;
    this.#ids = ids;
    this.#clock = clock;
    this.#log = log;
  }

  /** When to look at them again, if at all. */
  async run(workspaceId: WorkspaceId, userId: string): Promise<Instant | undefined> {
    const found = await this.#judge.of(workspaceId, userId);
    if (found.kind !== 'tell') return againAt(found);
    const absence = found.begun ?? (await this.#begin(workspaceId, userId, found));
    if (absence.state === 'told') return undefined;
    // They may have come, or read it, while it was begun.
    const verdict = found.begun ? found : await this.#judge.of(workspaceId, userId);
    if (verdict.kind !== 'tell') return againAt(verdict);
    await this.#notify(absence, verdict);
    await this.#absences.tell(absence, toldIn(verdict.behind));
    return undefined;
  }

  /** With what they are going to be told: if they have read that when we come back to it, it is over. */
  #begin(workspaceId: WorkspaceId, userId: string, { behind }: ToTell): Promise<Absence> {
    const id = this.#ids.next('ntf');
    const beganAt = this.#clock.now();
    return this.#absences.begin({ workspaceId, userId, id, beganAt, state: 'telling', told: toldIn(behind) });
  }

  async #notify({ workspaceId, userId, id }: Absence, { behind, rule, since }: ToTell): Promise<void> {
    const data = digestOf(userId, behind, rule, since);
    try {
      await this.#communication.notify(workspaceId, { type: rule.type, to: { userId }, data }, id);
    } catch (error) {
      if (!(error instanceof Refusal) || !PERMANENT.has(error.code)) throw error;
      this.#log.warn('chat.away_not_told', { workspaceId, code: error.code, error });
    }
  }
}

function againAt(verdict: AwayVerdict): Instant | undefined {
  return verdict.kind === 'again' ? verdict.at : undefined;
}
