import { randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CommunicationFacade } from 'posthorn/nest';

const VALID_MS = 10 * 60_000;
const TRIES = 5;

interface Challenge {
  readonly code: string;
  readonly until: number;
  triesLeft: number;
}

@Injectable()
export class SignInService {
  /** A real application keeps these in its database. */
  readonly #challenges = new Map<string, Challenge>();
  readonly #communication: CommunicationFacade;

  constructor(communication: CommunicationFacade) {
    this.#communication = communication;
  }

  async begin(email: string): Promise<{ challenge: string; notification: string }> {
    const challenge = randomUUID();
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const now = new Date();
    const until = now.getTime() + VALID_MS;
    this.#challenges.set(challenge, { code, until, triesLeft: TRIES });
    const { id } = await this.#communication.notify(
      'mfa_code',
      { email },
      { code, validFor: '10 minutes', occurredAt: now.toISOString(), companyName: 'Acme' },
      // A code that nobody can use any more is not worth sending.
      { idempotencyKey: `sign-in-${challenge}`, expiresAt: new Date(until) },
    );
    return { challenge, notification: id };
  }

  isRight(challenge: string, code: string): boolean {
    const known = this.#challenges.get(challenge);
    if (!known || known.until < Date.now() || known.triesLeft-- <= 0) return false;
    const isRight =
      code.length === known.code.length && timingSafeEqual(Buffer.from(code), Buffer.from(known.code));
    if (isRight) this.#challenges.delete(challenge);
    return isRight;
  }

  async explain(id: string): Promise<{ status: string; words: string[] }> {
    const { status, data } = await this.#communication.trace(id);
    return { status, words: data.map(({ words }) => words) };
  }
}
