import type { PlainMail } from './plain-mail.js';
import type { ResendClient } from './resend-client.js';

/** Nobody waits longer than this for company. */
const LINGER_MS = 5;

interface Waiting {
  readonly mail: PlainMail;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Brings single mails together into calls of a hundred: a call leaves when it is full, or a few milliseconds after its first mail. */
export class MailBatches {
  readonly #client: ResendClient;
  readonly #size: number;
  readonly #inFlight: number;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #calls = 0;
  #underway = 0;

  constructor(client: ResendClient, size: number, inFlight: number) {
    this.#client = client;
    this.#size = size;
    this.#inFlight = inFlight;
  }

  /** Resolves when the provider has accepted the mail. */
  add(mail: PlainMail): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ mail, resolve, reject });
      if (this.#waiting.length >= this.#size) this.#leave();
      else this.#timer ??= setTimeout(() => this.#leave(), LINGER_MS);
    });
  }

  #leave(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#waiting.length > 0 && this.#underway < this.#inFlight)
      void this.#post(this.#waiting.splice(0, this.#size));
  }

  async #post(waiting: readonly Waiting[]): Promise<void> {
    this.#underway += 1;
    this.#calls += 1;
    try {
      await this.#client.batch(
        waiting.map(({ mail }) => mail),
        `bullmq-${process.pid}-${this.#calls}`,
      );
      for (const { resolve } of waiting) resolve();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
    this.#underway -= 1;
    if (this.#waiting.length >= this.#size) this.#leave();
    else if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#leave(), LINGER_MS);
  }
}
