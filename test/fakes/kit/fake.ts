import type { FaultRule } from './fault-rules.js';
import type { JournalEntry, Provider } from './journal.js';
import type { Mail } from './mails.js';
import type { FakeState } from './state.js';
import type { FakeStats } from './stats.js';

/** A running fake vendor, bound to 127.0.0.1. */
export interface Fake {
  readonly provider: Provider;
  /** What the product is pointed at. */
  readonly url: string;
  readonly port: number;
  /** Where `/__fake/…` answers: the same server, except for SMTP. */
  readonly adminUrl: string;
  readonly journalPath: string;
  setFaults(rules: readonly FaultRule[]): void;
  /** Lets hanging calls go on; returns how many there were. */
  release(): number;
  stats(): FakeStats;
  mails(): Mail[];
  clearMails(): void;
  journal(): JournalEntry[];
  /** Cuts every connection, hanging ones too. Once is enough; twice does no harm. */
  close(): Promise<void>;
}

export interface Listening {
  url: string;
  port: number;
  adminUrl: string;
  close(): Promise<void>;
}

export function fakeOf(state: FakeState, { url, port, adminUrl, close }: Listening): Fake {
  let closed: Promise<void> | undefined;
  return {
    provider: state.provider,
    url,
    port,
    adminUrl,
    journalPath: state.journalPath,
    setFaults: (rules) => state.setFaults(rules),
    release: () => state.release(),
    stats: () => state.stats(),
    mails: () => state.mails.all(),
    clearMails: () => state.mails.clear(),
    journal: () => state.journalSince(0).entries,
    close: () => (closed ??= close().then(() => state.close())),
  };
}
