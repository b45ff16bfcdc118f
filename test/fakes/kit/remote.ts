import type { Arrival } from './arrivals.js';
import type { FaultRule } from './fault-rules.js';
import type { JournalEntry } from './journal.js';
import type { Mail } from './mails.js';
import type { FakeStats } from './stats.js';

export type MailSummary = Pick<Mail, 'n' | 'at' | 'from' | 'to' | 'subject' | 'deliveryId' | 'messageId'>;

/** The controls of a fake in another process, over its `/__fake/` endpoints. */
export class RemoteFake {
  readonly adminUrl: string;

  constructor(adminUrl: string) {
    this.adminUrl = adminUrl;
  }

  async setFaults(rules: readonly FaultRule[]): Promise<void> {
    await this.#ask('PUT', 'faults', rules);
  }

  stats(): Promise<FakeStats> {
    return this.#ask('GET', 'stats') as Promise<FakeStats>;
  }

  async resetStats(): Promise<void> {
    await this.#ask('DELETE', 'stats');
  }

  /** What came in of what the fake was told to note, since its counters were set back. */
  arrivals(): Promise<Arrival[]> {
    return this.#ask('GET', 'arrivals') as Promise<Arrival[]>;
  }

  /** The journal from byte `since` on, and the `since` to ask for next. */
  journal(since = 0): Promise<{ entries: JournalEntry[]; next: number }> {
    return this.#ask('GET', `journal?since=${since}`) as Promise<{ entries: JournalEntry[]; next: number }>;
  }

  mails(to?: string): Promise<MailSummary[]> {
    return this.#ask('GET', to === undefined ? 'mails' : `mails?to=${encodeURIComponent(to)}`) as Promise<
      MailSummary[]
    >;
  }

  /** `raw` is the MIME text, for the vendors that take MIME. */
  mail(n: number): Promise<Omit<Mail, 'raw'> & { raw?: string }> {
    return this.#ask('GET', `mails/${n}`) as Promise<Omit<Mail, 'raw'> & { raw?: string }>;
  }

  async clearMails(): Promise<void> {
    await this.#ask('DELETE', 'mails');
  }

  /** Lets hanging calls go on; resolves with how many there were. */
  async release(): Promise<number> {
    return ((await this.#ask('POST', 'release')) as { released: number }).released;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.adminUrl}/__fake/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = response.status === 204 ? undefined : await response.json();
    if (!response.ok) throw new Error(`fake: ${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
}
