import { randomBytes } from 'node:crypto';
import { domainOf } from '../kit/addresses.js';
import type { Fake } from '../kit/fake.js';
import type { Rejection, Verdict } from '../kit/faults.js';
import { jsonAnswer, withHeaders, type Answer, type HttpCall } from '../kit/http-call.js';
import { startHttpFake } from '../kit/http-fake.js';
import type { HttpVendor, Outcome, Reading, Refusal } from '../kit/http-vendor.js';
import { DELIVERY_TAG } from '../kit/journal.js';
import { RequestWindow } from '../kit/rates.js';
import { FakeState, type FakeOptions } from '../kit/state.js';
import {
  badAddress,
  CREDITS_EXCEEDED,
  problem,
  scriptedSendGridError,
  sendGridError,
  sendGridErrors,
  type SendGridProblem,
} from './sendgrid-errors.js';
import { addressesOf, mailOf, problemsOf, type MailSend } from './sendgrid-mail.js';

export interface FakeSendGridOptions extends FakeOptions {
  /** Default `SENDGRID_KEY`. */
  apiKey?: string;
  /** Left out: as many as one likes, and no `X-RateLimit-*` headers. */
  requestsPerSecond?: number;
  /** Recipients until "Maximum credits exceeded". Left out: no limit. */
  credits?: number;
  /** Domains and addresses one may send from. Left out: all. */
  verifiedSenders?: string[];
}

export const SENDGRID_KEY = 'SG.fake-key';

/** SendGrid's `POST /v3/mail/send`, with `GET /v3/user/credits` and `GET /v3/scopes` beside it. */
export async function startFakeSendGrid(options: FakeSendGridOptions = {}): Promise<Fake> {
  const state = new FakeState('sendgrid', options);
  return startHttpFake(new SendGridVendor(options, state), state, options.port);
}

interface Submission {
  send: MailSend;
  /** The rate headers that the answer will carry. */
  headers: Record<string, string>;
}

class SendGridVendor implements HttpVendor<Submission> {
  readonly provider = 'sendgrid';
  readonly maxBodyBytes = 30 * 1024 * 1024;
  readonly mailMark = Buffer.from('"to":');
  readonly #options: FakeSendGridOptions;
  readonly #state: FakeState;
  readonly #window: RequestWindow | undefined;
  #sent = 0;

  constructor(options: FakeSendGridOptions, state: FakeState) {
    const { requestsPerSecond } = options;
    this.#options = options;
    this.#state = state;
    this.#window =
      requestsPerSecond === undefined ? undefined : new RequestWindow(requestsPerSecond, 1000, state.clock);
  }

  isSend(method: string, path: string): boolean {
    return method === 'POST' && path === '/v3/mail/send';
  }

  query(call: HttpCall): Answer {
    const entered = this.#enter(call);
    if (entered.refused) return entered.refused;
    const { credits = 1_000_000 } = this.#options;
    const account = {
      remain: credits - this.#sent,
      total: credits,
      overage: 0,
      used: this.#sent,
      reset_frequency: 'daily',
    };
    if (call.method === 'GET' && call.path === '/v3/user/credits')
      return jsonAnswer(200, account, entered.headers);
    if (call.method === 'GET' && call.path === '/v3/scopes')
      return jsonAnswer(200, { scopes: ['mail.send'] }, entered.headers);
    return sendGridError(404);
  }

  recipients(call: HttpCall): string[] {
    const { personalizations } = (call.json() ?? {}) as MailSend;
    return Array.isArray(personalizations) ? personalizations.flatMap(addressesOf) : [];
  }

  read(call: HttpCall): Reading<Submission> {
    const entered = this.#enter(call);
    if (entered.refused) return { kind: 'refused', answer: entered.refused };
    const refuse = (status: number, problems: SendGridProblem[]): Reading<Submission> => ({
      kind: 'refused',
      answer: withHeaders(sendGridErrors(status, problems), entered.headers),
    });
    const send = call.json() as MailSend | null | undefined;
    if (typeof send !== 'object' || send === null)
      return refuse(400, [{ message: 'Bad Request', field: null, help: null }]);
    const problems = problemsOf(send);
    if (problems.length > 0) return refuse(400, problems);
    if (!this.#verified(send.from?.email ?? '')) {
      const words =
        'The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.';
      return refuse(403, [problem('from', words)]);
    }
    return { kind: 'send', submission: { send, headers: entered.headers } };
  }

  submit(_call: HttpCall, { send, headers }: Submission, rejects: Verdict['rejects']): Outcome {
    const personalizations = send.personalizations ?? [];
    const problems: SendGridProblem[] = [];
    const rejected: Outcome['rejected'] = [];
    personalizations.forEach((one, n) => {
      addressesOf(one).forEach((to, index) => {
        const scripted: Rejection | undefined = rejects(to);
        if (!scripted) return;
        const words = badAddress(n, index);
        problems.push({ ...words, message: scripted.message ?? words.message });
        const deliveryId = one.custom_args?.[DELIVERY_TAG] ?? send.custom_args?.[DELIVERY_TAG];
        rejected.push({ to, deliveryId, error: scripted.error ?? words.message, fault: scripted.fault });
      });
    });
    const end = (answer: Answer): Outcome => ({
      answer: withHeaders(answer, headers),
      accepted: [],
      rejected,
    });
    if (problems.length > 0) return end(sendGridErrors(400, problems));
    if (send.mail_settings?.sandbox_mode?.enable) return end({ status: 200 });
    if (!this.#admit(personalizations.flatMap(addressesOf).length)) return end(CREDITS_EXCEEDED);
    const messageId = randomBytes(16).toString('base64url');
    const accepted = personalizations.map((one) => {
      const mail = mailOf(send, one);
      return { to: mail.to, messageId, deliveryId: mail.tags[DELIVERY_TAG], status: 202, mail };
    });
    return { ...end({ status: 202, headers: { 'x-message-id': messageId } }), accepted };
  }

  tally(call: HttpCall): { answer: Answer; accepted: number } {
    const entered = this.#enter(call);
    if (entered.refused) return { answer: entered.refused, accepted: 0 };
    const accepted = call.mails ?? 0;
    if (!this.#admit(accepted)) return { answer: CREDITS_EXCEEDED, accepted: 0 };
    const headers = { ...entered.headers, 'x-message-id': randomBytes(16).toString('base64url') };
    return { answer: { status: 202, headers }, accepted };
  }

  refuse(refusal: Refusal): Answer {
    return refusal.kind === 'quota' ? CREDITS_EXCEEDED : scriptedSendGridError(refusal);
  }

  tooLarge(): Answer {
    return sendGridError(413);
  }

  #enter(call: HttpCall): { refused?: Answer; headers: Record<string, string> } {
    const bearer = /^Bearer (\S+)$/i.exec(call.header('authorization') ?? '')?.[1];
    if (bearer === undefined)
      return { refused: sendGridError(401, 'Permission denied, wrong credentials'), headers: {} };
    if (bearer !== (this.#options.apiKey ?? SENDGRID_KEY))
      return { refused: sendGridError(401), headers: {} };
    const window = this.#window?.hit();
    if (!window) return { headers: {} };
    const headers = {
      'x-ratelimit-limit': String(window.limit),
      'x-ratelimit-remaining': String(window.remaining),
      // Seconds since the epoch, unlike the other vendors' seconds to go.
      'x-ratelimit-reset': String(Math.ceil((this.#state.clock.now() + window.resetMs) / 1000)),
    };
    return window.allowed ? { headers } : { refused: withHeaders(sendGridError(429), headers), headers };
  }

  #admit(recipients: number): boolean {
    if (this.#sent + recipients > (this.#options.credits ?? Infinity)) return false;
    this.#sent += recipients;
    return true;
  }

  #verified(from: string): boolean {
    const { verifiedSenders } = this.#options;
    return !verifiedSenders || verifiedSenders.includes(from) || verifiedSenders.includes(domainOf(from));
  }
}
