import type { SmtpFailure } from './classify-smtp.js';
import { SmtpSession } from './smtp-session.js';
import type { SmtpServer } from './smtp-url.js';

/** Servers hang up on clients that keep a connection for long; we are first. */
const IDLE_MS = 10_000;
/** Many servers refuse more than this over one connection. */
const MESSAGES_PER_SESSION = 100;

export type Opened =
  { readonly session: SmtpSession; readonly fresh: boolean } | { readonly failure: SmtpFailure };

interface Idle {
  readonly session: SmtpSession;
  readonly timer: NodeJS.Timeout;
}

/** The open sessions with one server: reused while they are good, never more than `max` at a time. */
export class SmtpSessions {
  readonly #server: SmtpServer;
  readonly #max: number;
  #idle: Idle[] = [];
  #open = 0;
  #waiting: (() => void)[] = [];
  #closed = false;

  constructor(server: SmtpServer, max: number) {
    this.#server = server;
    this.#max = max;
  }

  /** An idle session, or a new one; waits for its turn, all within `timeoutMs`. Give it back with `release`, and don't wait for that. */
  async take(timeoutMs: number): Promise<Opened> {
    const deadline = performance.now() + timeoutMs;
    while (this.#open >= this.#max && this.#idle.length === 0) {
      const came = await this.#turn(deadline - performance.now());
      if (!came) return { failure: notSent(`no free connection within ${timeoutMs} ms`) };
    }
    if (this.#closed) return { failure: notSent('the provider is closed') };
    for (let last = this.#idle.pop(); last; last = this.#idle.pop()) {
      clearTimeout(last.timer);
      if (last.session.alive) return { session: last.session, fresh: false };
      this.#open -= 1;
    }
    return this.#connect(Math.max(1, deadline - performance.now()));
  }

  /** A new session in the place of one that turned out to be dead. */
  async replace(timeoutMs: number): Promise<Opened> {
    this.#open -= 1;
    return this.#connect(timeoutMs);
  }

  async release(session: SmtpSession): Promise<void> {
    await session.recover();
    const spent = session.messages >= MESSAGES_PER_SESSION;
    if (spent || this.#closed) session.quit();
    if (session.alive) {
      const timer = setTimeout(() => this.#retire(session), IDLE_MS).unref();
      this.#idle.push({ session, timer });
    } else {
      this.#open -= 1;
    }
    this.#waiting.shift()?.();
  }

  close(): void {
    this.#closed = true;
    for (const { session, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      session.quit();
      this.#open -= 1;
    }
  }

  async #connect(timeoutMs: number): Promise<Opened> {
    this.#open += 1;
    const opened = await SmtpSession.open(this.#server, Math.ceil(timeoutMs));
    if ('session' in opened) return { session: opened.session, fresh: true };
    this.#open -= 1;
    this.#waiting.shift()?.();
    return opened;
  }

  #retire(session: SmtpSession): void {
    this.#idle = this.#idle.filter((idle) => idle.session !== session);
    this.#open -= 1;
    session.quit();
  }

  #turn(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const take = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((one) => one !== take);
        resolve(false);
      }, timeoutMs);
      this.#waiting.push(take);
    });
  }
}

function notSent(reason: string): SmtpFailure {
  return { stage: 'connect', reply: undefined, reason, dotSent: false };
}
