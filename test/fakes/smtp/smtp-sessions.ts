import type { Socket } from 'node:net';
import type { SMTPServerAuthentication, SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import { domainOf } from '../kit/addresses.js';
import type { SmtpStage } from '../kit/fault-rules.js';
import type { Ending, Verdict } from '../kit/faults.js';
import { DELIVERY_HEADER } from '../kit/journal.js';
import { readMime } from '../kit/mails.js';
import { SendRate } from '../kit/rates.js';
import type { Acceptance, CallRef, FakeState } from '../kit/state.js';
import {
  BAD_CREDENTIALS,
  DAILY_QUOTA,
  RATE_EXCEEDED,
  scriptedReply,
  SmtpReply,
  TOO_LARGE,
} from './smtp-replies.js';

export interface SmtpAccount {
  /** Default `SMTP_LOGIN`. `off`: anyone may send. */
  auth?: { user: string; pass: string } | 'off';
  /** Messages per second, with a second's burst. Left out: as fast as one likes. */
  messagesPerSecond?: number;
  /** Domains and addresses that MAIL FROM may name. Left out: all. */
  verifiedSenders?: string[];
}

export const SMTP_LOGIN = { user: 'fake-user', pass: 'fake-pass' };

type Callback<T = void> = (error?: Error | null, value?: T) => void;

/** What one stage of a session came to: go on, give this reply, or say nothing because the line is dead. */
type StageEnd = 'go on' | 'gone' | SmtpReply;

/** The script, played against every session: each stage asks the fault plan, and DATA writes the journal. */
export class SmtpSessions {
  readonly #state: FakeState;
  readonly #account: SmtpAccount;
  readonly #socketOf: (sessionId: string) => Socket | undefined;
  readonly #rate: SendRate | undefined;
  /** The message transaction that each session is in. */
  readonly #calls = new Map<string, CallRef>();

  constructor(state: FakeState, account: SmtpAccount, socketOf: (sessionId: string) => Socket | undefined) {
    const { messagesPerSecond } = account;
    this.#state = state;
    this.#account = account;
    this.#socketOf = socketOf;
    this.#rate = messagesPerSecond === undefined ? undefined : new SendRate(messagesPerSecond, state.clock);
  }

  connect(session: SMTPServerSession, callback: Callback): void {
    this.#state.count('connections');
    this.#answer(callback, this.#play('connect', session, this.#newCall()));
  }

  auth(
    login: SMTPServerAuthentication,
    session: SMTPServerSession,
    callback: Callback<{ user?: string }>,
  ): void {
    const call = this.#newCall();
    const wanted = this.#account.auth === 'off' ? undefined : (this.#account.auth ?? SMTP_LOGIN);
    const good = !wanted || (login.username === wanted.user && login.password === wanted.pass);
    const end = this.#play('auth', session, call).then((played) =>
      played === 'go on' && !good ? this.#refuse(call, BAD_CREDENTIALS) : played,
    );
    this.#answer((error) => (error ? callback(error) : callback(null, { user: login.username ?? '' })), end);
  }

  /** MAIL FROM opens a message transaction: what the other vendors call a request. */
  mailFrom(from: string, session: SMTPServerSession, callback: Callback): void {
    const call = this.#newCall();
    this.#calls.set(session.id, call);
    this.#state.arrived(0);
    this.#state.write([this.#state.line('request', call, { method: 'MAIL', path: from })]);
    const end = this.#play('mail', session, call).then((played) => {
      if (played !== 'go on') return played;
      if (!this.#mayUse(from)) return this.#refuse(call, scriptedReply({ status: 553 }));
      return this.#rate && this.#rate.take(1) === 0 ? this.#refuse(call, RATE_EXCEEDED) : played;
    });
    this.#answer(callback, end);
  }

  rcptTo(to: string, session: SMTPServerSession, callback: Callback): void {
    const call = this.#callOf(session);
    this.#answer(callback, this.#play('rcpt', session, call, [to]));
  }

  data(stream: SMTPServerDataStream, session: SMTPServerSession, callback: Callback<string>): void {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => {
      if (!stream.sizeExceeded) chunks.push(chunk);
    });
    stream.once('end', () => {
      const message = stream.sizeExceeded ? undefined : Buffer.concat(chunks);
      const call = this.#callOf(session);
      this.#state.started();
      const end = this.#deliver(message, session, call).finally(() => this.#state.finished());
      this.#answer(
        (error) => (error ? callback(error) : callback(null, `2.0.0 Ok: queued as ${call.id}`)),
        end,
      );
    });
  }

  closed(session: SMTPServerSession): void {
    this.#calls.delete(session.id);
  }

  async #deliver(message: Buffer | undefined, session: SMTPServerSession, call: CallRef): Promise<StageEnd> {
    const state = this.#state;
    if (!message) return this.#refuse(call, TOO_LARGE);
    const to = session.envelope.rcptTo.map(({ address }) => address);
    const verdict = this.#judge('data', call, to);
    const early = await this.#act(verdict, session, call, to);
    if (early !== 'go on') return early;
    if (state.counting) state.countAccepted(to.length);
    else state.accept(call, [await acceptanceOf(message, to, call)]);
    return this.#afterwards(verdict.ending, session, call);
  }

  /** The mail is accepted and on disk; now it may still go wrong for the one who waits for the reply. */
  async #afterwards(ending: Ending, session: SMTPServerSession, call: CallRef): Promise<StageEnd> {
    const state = this.#state;
    if (ending.kind === 'acceptThenDrop') return this.#drop(session, call);
    if (ending.kind === 'hang' && ending.accepted) await this.#hang(call);
    const reply = ending.kind === 'status' ? scriptedReply(ending) : undefined;
    const status = reply?.responseCode ?? 250;
    state.write([state.line('answered', call, { status })]);
    state.countStatus(status, call.fault);
    return reply ?? 'go on';
  }

  async #play(
    stage: SmtpStage,
    session: SMTPServerSession,
    call: CallRef,
    to: string[] = [],
  ): Promise<StageEnd> {
    return this.#act(this.#judge(stage, call, to), session, call, to);
  }

  #judge(stage: SmtpStage, call: CallRef, to: string[]): Verdict {
    const verdict = this.#state.plan.decide(this.#state.plan.open(this.#state.clock.now(), stage), to);
    call.fault = verdict.fault;
    return verdict;
  }

  /** Does what the verdict says for a stage, short of accepting a mail. */
  async #act(verdict: Verdict, session: SMTPServerSession, call: CallRef, to: string[]): Promise<StageEnd> {
    const { ending, delayMs, rejects } = verdict;
    if (delayMs > 0) await this.#state.clock.wait(delayMs);
    const rejection = to.map(rejects).find(Boolean);
    if (rejection) return this.#reject(call, to, scriptedReply(rejection), rejection.fault);
    if (ending.kind === 'quota') return this.#refuse(call, DAILY_QUOTA);
    if (ending.kind === 'dropBeforeRead') return this.#drop(session, call);
    if (ending.kind === 'status' && !ending.accepted) return this.#refuse(call, scriptedReply(ending));
    if (ending.kind === 'hang' && !ending.accepted) {
      await this.#hang(call);
      if (this.#socketOf(session.id)?.destroyed !== false) return this.#drop(session, call);
    }
    return 'go on';
  }

  #refuse(call: CallRef, reply: SmtpReply): SmtpReply {
    const { responseCode: status, message: error } = reply;
    this.#state.write([this.#state.line('refused', call, { status, error })]);
    this.#state.count('refused');
    this.#state.countStatus(status, call.fault);
    return reply;
  }

  #reject(call: CallRef, to: string[], reply: SmtpReply, fault: string): SmtpReply {
    const { responseCode: status, message: error } = reply;
    this.#state.write(
      to.map((one) => this.#state.line('rejected', { id: call.id, fault }, { to: one, status, error })),
    );
    this.#state.count('rejected', to.length);
    this.#state.countStatus(status, fault);
    return reply;
  }

  async #hang(call: CallRef): Promise<void> {
    this.#state.write([this.#state.line('hung', call)]);
    this.#state.count('hung');
    await this.#state.hang();
  }

  #drop(session: SMTPServerSession, call: CallRef): 'gone' {
    this.#state.write([this.#state.line('dropped', call)]);
    this.#state.count('dropped');
    if (call.fault) this.#state.countFault(call.fault);
    this.#socketOf(session.id)?.destroy();
    return 'gone';
  }

  #answer(callback: (error?: Error | null) => void, end: Promise<StageEnd>): void {
    end.then(
      (played) => {
        if (played !== 'gone') callback(played === 'go on' ? null : played);
      },
      (error: unknown) => callback(new SmtpReply(554, '5.3.0', `the fake itself failed: ${String(error)}`)),
    );
  }

  #newCall(): CallRef {
    return { id: this.#state.nextCallId() };
  }

  #callOf(session: SMTPServerSession): CallRef {
    return this.#calls.get(session.id) ?? this.#newCall();
  }

  #mayUse(from: string): boolean {
    const { verifiedSenders } = this.#account;
    return !verifiedSenders || verifiedSenders.includes(from) || verifiedSenders.includes(domainOf(from));
  }
}

async function acceptanceOf(message: Buffer, to: string[], call: CallRef): Promise<Acceptance> {
  const mail = await readMime(message, to);
  const deliveryId = mail.headers[DELIVERY_HEADER];
  return { to, messageId: call.id, deliveryId, status: 250, mail };
}
