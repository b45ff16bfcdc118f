import { randomBytes } from 'node:crypto';
import type { Fake } from '../kit/fake.js';
import type { Verdict } from '../kit/faults.js';
import { jsonAnswer, withHeaders, type Answer, type HttpCall } from '../kit/http-call.js';
import { startHttpFake } from '../kit/http-fake.js';
import type { HttpVendor, Outcome, Reading, Refusal } from '../kit/http-vendor.js';
import { RequestWindow } from '../kit/rates.js';
import { FakeState, type FakeOptions } from '../kit/state.js';
import { MAGIC_RECIPIENTS, scriptedTwilioError, twilioError } from './twilio-errors.js';
import {
  accountResource,
  deliveryIdOf,
  mailOf,
  messageResource,
  problemOf,
  type TwilioAccount,
} from './twilio-messages.js';
import {
  inboundParameters,
  signedForm,
  statusParameters,
  type InboundText,
  type MessageStatus,
  type SignedCallback,
} from './twilio-signing.js';

export interface FakeTwilioOptions extends FakeOptions {
  /** Default `TWILIO_ACCOUNT`. */
  account?: TwilioAccount;
  /** Default `active`. Any other sends nothing. */
  accountStatus?: 'active' | 'suspended' | 'closed';
  /** The numbers one may send from. Left out: all but the magic ones. */
  senders?: string[];
  /** Over all endpoints. Left out: as many as one likes. */
  requestsPerSecond?: number;
  /** Messages until 63038; the fake's day does not end. Left out: no limit. */
  dailyLimit?: number;
}

export interface FakeTwilio extends Fake {
  /**
   * The status callback of a message that was taken, signed, to the URL that the message came with.
   * @throws Error if there is no such message (any more), or nobody wanted to be called back about it
   */
  callback(messageSid: string, status: MessageStatus, errorCode?: number): SignedCallback;
  /** What Twilio posts when somebody writes to one of our numbers. */
  inbound(text: InboundText): SignedCallback;
}

export const TWILIO_ACCOUNT: TwilioAccount = {
  sid: 'AC00000000000000000000000000fa4e01',
  token: 'fa4e0000000000000000000000705e12',
};

/** Twilio's `POST /2010-04-01/Accounts/{Sid}/Messages.json`, with `GET /2010-04-01/Accounts/{Sid}.json` beside it. */
export async function startFakeTwilio(options: FakeTwilioOptions = {}): Promise<FakeTwilio> {
  const state = new FakeState('twilio', options);
  const { account = TWILIO_ACCOUNT } = options;
  const fake = await startHttpFake(new TwilioVendor(account, options, state), state, options.port);
  return {
    ...fake,
    inbound: (text) => signedForm(account.token, text.url, inboundParameters(account, text)),
    callback: (sid, status, errorCode) => {
      const mail = fake.mails().find(({ messageId }) => messageId === sid);
      const { StatusCallback: url, MessagingServiceSid: service } = mail?.tags ?? {};
      if (!mail || url === undefined) throw new Error(`nobody is to be called back about ${sid}`);
      const message = { sid, from: mail.from, to: mail.to.join(), service };
      const change = { now: state.clock.now(), errorCode };
      return signedForm(account.token, url, statusParameters(account, message, status, change));
    },
  };
}

class TwilioVendor implements HttpVendor<URLSearchParams> {
  readonly provider = 'twilio';
  readonly maxBodyBytes = 1024 * 1024;
  /** Nothing else of a form looks like it: the values have their equals signs escaped. */
  readonly mailMark = Buffer.from('Body=');
  readonly #account: TwilioAccount;
  readonly #options: FakeTwilioOptions;
  readonly #state: FakeState;
  readonly #root: string;
  readonly #window: RequestWindow | undefined;
  #sent = 0;

  constructor(account: TwilioAccount, options: FakeTwilioOptions, state: FakeState) {
    const { requestsPerSecond } = options;
    this.#account = account;
    this.#options = options;
    this.#state = state;
    this.#root = `/2010-04-01/Accounts/${account.sid}`;
    this.#window =
      requestsPerSecond === undefined ? undefined : new RequestWindow(requestsPerSecond, 1000, state.clock);
  }

  isSend(method: string, path: string): boolean {
    return method === 'POST' && /^\/2010-04-01\/Accounts\/[^/?]+\/Messages\.json(?:\?|$)/.test(path);
  }

  query(call: HttpCall): Answer {
    const refused = this.#enter(call);
    if (refused) return refused;
    if (call.method !== 'GET' || call.path !== `${this.#root}.json`) return twilioError(20404);
    const { accountStatus = 'active' } = this.#options;
    return jsonAnswer(200, accountResource(this.#account, accountStatus, this.#state.clock.now()));
  }

  recipients(call: HttpCall): string[] {
    const to = formOf(call).get('To');
    return to === null ? [] : [to];
  }

  read(call: HttpCall): Reading<URLSearchParams> {
    const refused = this.#enter(call) ?? this.#standing(call);
    if (refused) return { kind: 'refused', answer: refused };
    const form = formOf(call);
    const code = problemOf(form, this.#options.senders);
    return code === undefined
      ? { kind: 'send', submission: form }
      : { kind: 'refused', answer: twilioError(code) };
  }

  submit(_call: HttpCall, form: URLSearchParams, rejects: Verdict['rejects']): Outcome {
    const to = form.get('To') ?? '';
    const deliveryId = deliveryIdOf(form);
    const scripted = rejects(to);
    const code = scripted ? Number(scripted.error ?? 21211) : MAGIC_RECIPIENTS[to];
    if (code !== undefined) {
      const { message, fault } = scripted ?? {};
      const answer = twilioError(code, message === undefined ? {} : { message });
      return { answer, accepted: [], rejected: [{ to, deliveryId, error: String(code), fault }] };
    }
    if (!this.#admit(1)) return { answer: twilioError(63038), accepted: [], rejected: [] };
    const messageId = newSid();
    const answer = jsonAnswer(201, messageResource(this.#account, messageId, form, this.#state.clock.now()));
    return {
      answer,
      accepted: [{ to: [to], messageId, deliveryId, status: 201, mail: mailOf(form) }],
      rejected: [],
    };
  }

  /** Bench mode: the shortest answer that is one. */
  tally(call: HttpCall): { answer: Answer; accepted: number } {
    const refused = this.#enter(call) ?? this.#standing(call);
    if (refused) return { answer: refused, accepted: 0 };
    const accepted = call.mails ?? 0;
    if (!this.#admit(accepted)) return { answer: twilioError(63038), accepted: 0 };
    return { answer: jsonAnswer(201, { sid: newSid(), status: 'queued', error_code: null }), accepted };
  }

  refuse(refusal: Refusal): Answer {
    return refusal.kind === 'quota' ? twilioError(63038) : scriptedTwilioError(refusal);
  }

  tooLarge(): Answer {
    return twilioError(21617);
  }

  /** What stands before every endpoint: the credentials, the account in the path, the rate. */
  #enter(call: HttpCall): Answer | undefined {
    const basic = /^Basic (\S+)$/i.exec(call.header('authorization') ?? '')?.[1] ?? '';
    const { sid, token } = this.#account;
    if (Buffer.from(basic, 'base64').toString('utf8') !== `${sid}:${token}`)
      return withHeaders(twilioError(20003), { 'www-authenticate': 'Basic realm="Twilio API"' });
    if (call.path !== `${this.#root}.json` && !call.path.startsWith(`${this.#root}/`))
      return twilioError(20404);
    const window = this.#window?.hit();
    if (!window || window.allowed) return undefined;
    const seconds = Math.max(1, Math.ceil(window.resetMs / 1000));
    return withHeaders(twilioError(20429), { 'retry-after': String(seconds) });
  }

  /** Whether this account may send, and this is a way to ask for it. */
  #standing(call: HttpCall): Answer | undefined {
    if ((this.#options.accountStatus ?? 'active') !== 'active') return twilioError(20005);
    const form = /^application\/x-www-form-urlencoded\b/i.test(call.header('content-type') ?? '');
    return form ? undefined : twilioError(21604);
  }

  #admit(messages: number): boolean {
    if (this.#sent + messages > (this.#options.dailyLimit ?? Infinity)) return false;
    this.#sent += messages;
    return true;
  }
}

function formOf(call: HttpCall): URLSearchParams {
  return new URLSearchParams(call.body.toString('utf8'));
}

function newSid(): string {
  return `SM${randomBytes(16).toString('hex')}`;
}
