import { hash, randomUUID } from 'node:crypto';
import type { Fake } from '../kit/fake.js';
import type { Verdict } from '../kit/faults.js';
import { jsonAnswer, withHeaders, type Answer, type HttpCall } from '../kit/http-call.js';
import { startHttpFake } from '../kit/http-fake.js';
import type { HttpVendor, Outcome, Reading, Refusal } from '../kit/http-vendor.js';
import { DELIVERY_TAG } from '../kit/journal.js';
import { RequestWindow, type WindowState } from '../kit/rates.js';
import { FakeState, type FakeOptions } from '../kit/state.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { addressesOf, mailOf, problemOf, senderDomain, tagsOf, type ResendEmail } from './resend-emails.js';
import { BAD_ADDRESS, resendError, resendQuota, scriptedResendError } from './resend-errors.js';

export interface FakeResendOptions extends FakeOptions {
  /** Default `RESEND_KEY`. */
  apiKey?: string;
  /** Per team, over all endpoints. Default 5, as Resend has it. */
  requestsPerSecond?: number | 'off';
  /** Recipients a day; the fake's day does not end. Left out: no limit. */
  dailyQuota?: number;
  /** Domains one may send from. Left out: all. */
  verifiedDomains?: string[];
}

export const RESEND_KEY = 're_fake_key';
export const MAX_BATCH = 100;

/** Resend over HTTP: `POST /emails`, `POST /emails/batch`, `GET /domains`. */
export async function startFakeResend(options: FakeResendOptions = {}): Promise<Fake> {
  const state = new FakeState('resend', options);
  return startHttpFake(new ResendVendor(options, state), state, options.port);
}

interface Submission {
  emails: ResendEmail[];
  batch: boolean;
  permissive: boolean;
  key: string | undefined;
  fingerprint: string;
  /** The rate headers that the answer will carry. */
  headers: Record<string, string>;
}

class ResendVendor implements HttpVendor<Submission> {
  readonly provider = 'resend';
  readonly maxBodyBytes = 55 * 1024 * 1024; // 40 MB after base64
  /** Begins with a letter that mails seldom have, so it is found in a tenth of the time that `"to":` takes. */
  readonly mailMark = Buffer.from(`{"name":"${DELIVERY_TAG}"`);
  readonly #options: FakeResendOptions;
  readonly #state: FakeState;
  readonly #window: RequestWindow | undefined;
  readonly #keys: IdempotencyKeys;
  #sent = 0;
  /** Sets the counted ids of one fake apart from those of another. */
  readonly #run = randomUUID().slice(0, -12);
  #tallied = 0;

  constructor(options: FakeResendOptions, state: FakeState) {
    const { requestsPerSecond = 5 } = options;
    this.#options = options;
    this.#state = state;
    this.#window =
      requestsPerSecond === 'off' ? undefined : new RequestWindow(requestsPerSecond, 1000, state.clock);
    this.#keys = new IdempotencyKeys(state.clock, state.journalSince(0).entries);
  }

  isSend(method: string, path: string): boolean {
    return method === 'POST' && (path === '/emails' || path === '/emails/batch');
  }

  query(call: HttpCall): Answer {
    const entered = this.#enter(call);
    if (entered.refused) return entered.refused;
    if (call.method !== 'GET' || call.path !== '/domains') {
      return withHeaders(scriptedResendError({ kind: 'status', status: 404 }), entered.headers);
    }
    const names = this.#options.verifiedDomains ?? ['example.com'];
    const data = names.map((name) => ({ id: randomUUID(), name, status: 'verified', region: 'us-east-1' }));
    return jsonAnswer(200, { object: 'list', has_more: false, data }, entered.headers);
  }

  recipients(call: HttpCall): string[] {
    return emailsOf(call).flatMap(addressesOf);
  }

  read(call: HttpCall): Reading<Submission> {
    const entered = this.#enter(call);
    const refuse = (answer: Answer): Reading<Submission> => ({
      kind: 'refused',
      answer: withHeaders(answer, entered.headers),
    });
    if (entered.refused) return { kind: 'refused', answer: entered.refused };
    const key = call.header('idempotency-key');
    if (key !== undefined && (key.length < 1 || key.length > 256)) {
      return refuse(resendError(400, 'invalid_idempotency_key', 'The key must be between 1-256 chars.'));
    }
    const fingerprint = key === undefined ? '' : hash('sha256', call.body);
    const known = key === undefined ? undefined : this.#keys.look(key, fingerprint);
    if (known?.kind === 'replay') {
      return {
        kind: 'replayed',
        answer: withHeaders(known.answer, entered.headers),
        idempotencyKey: key ?? '',
      };
    }
    if (known?.kind === 'in-flight') return refuse(scriptedResendError({ kind: 'status', status: 409 }));
    if (known?.kind === 'other-body') {
      const words = 'Same idempotency key used with a different request payload.';
      return refuse(resendError(409, 'invalid_idempotent_request', words));
    }
    const batch = call.path === '/emails/batch';
    const permissive = batch && call.header('x-batch-validation') === 'permissive';
    const submission = {
      emails: emailsOf(call),
      batch,
      permissive,
      key,
      fingerprint,
      headers: entered.headers,
    };
    const refused = this.#problem(submission);
    if (refused) return refuse(refused);
    if (key !== undefined) this.#keys.begin(key, fingerprint);
    return { kind: 'send', submission };
  }

  submit(call: HttpCall, submission: Submission, rejects: Verdict['rejects']): Outcome {
    const outcome = this.#deliver(submission, rejects);
    const { key: idempotencyKey, fingerprint, headers } = submission;
    if (idempotencyKey !== undefined) {
      this.#keys.settle(idempotencyKey, outcome.answer);
      const { status, body: answer } = outcome.answer;
      const remembered = { idempotencyKey, fingerprint, status, answer };
      if (status < 300) outcome.also = [this.#state.line('remembered', call, remembered)];
    }
    outcome.answer = withHeaders(outcome.answer, headers);
    return outcome;
  }

  /** Bench mode knows no idempotency keys (it would have to keep them all), and ids that only look like Resend's. */
  tally(call: HttpCall): { answer: Answer; accepted: number } {
    const entered = this.#enter(call);
    if (entered.refused) return { answer: entered.refused, accepted: 0 };
    const batch = call.path === '/emails/batch';
    const accepted = batch ? (call.mails ?? 0) : 1;
    const ids = Array.from({ length: accepted }, () => `{"id":"${this.#countedId()}"}`).join();
    const headers = { 'content-type': 'application/json', ...entered.headers };
    return { answer: { status: 200, headers, body: batch ? `{"data":[${ids}]}` : ids }, accepted };
  }

  #countedId(): string {
    this.#tallied += 1;
    return this.#run + this.#tallied.toString(16).padStart(12, '0');
  }

  refuse(refusal: Refusal): Answer {
    return refusal.kind === 'quota' ? resendQuota(refusal.period) : scriptedResendError(refusal);
  }

  tooLarge(): Answer {
    return scriptedResendError({ kind: 'status', status: 413 });
  }

  /** What stands before every endpoint: the edge that wants a User-Agent, the key, the rate. */
  #enter(call: HttpCall): { refused?: Answer; headers: Record<string, string> } {
    if (!call.header('user-agent')) {
      return { refused: { status: 403, body: 'error code: 1010', error: '1010' }, headers: {} };
    }
    const bearer = /^Bearer (\S+)$/.exec(call.header('authorization') ?? '')?.[1];
    if (bearer === undefined)
      return { refused: scriptedResendError({ kind: 'status', status: 401 }), headers: {} };
    if (bearer !== (this.#options.apiKey ?? RESEND_KEY)) {
      return { refused: scriptedResendError({ kind: 'status', status: 403 }), headers: {} };
    }
    const window = this.#window?.hit();
    const headers = window ? rateHeaders(window) : {};
    if (!window || window.allowed) return { headers };
    const after = { ...headers, 'retry-after': headers['ratelimit-reset'] ?? '1' };
    return { refused: withHeaders(scriptedResendError({ kind: 'status', status: 429 }), after), headers };
  }

  /** What is wrong with the whole call. In a strict batch, and for a single email, that is any problem at all. */
  #problem({ emails, batch, permissive }: Submission): Answer | undefined {
    if (emails.length === 0 || emails.length > MAX_BATCH) {
      return resendError(422, 'validation_error', `A request must hold 1 to ${MAX_BATCH} emails.`);
    }
    const verified = this.#options.verifiedDomains;
    const foreign = emails
      .map(senderDomain)
      .find((domain) => domain && verified && !verified.includes(domain));
    if (foreign) {
      const words = `The ${foreign} domain is not verified. Please, add and verify your domain on https://resend.com/domains`;
      return resendError(403, 'validation_error', words);
    }
    if (this.#sent + emails.flatMap(addressesOf).length > (this.#options.dailyQuota ?? Infinity))
      return resendQuota('daily');
    return permissive ? undefined : emails.map((email) => problemOf(email, batch)).find(Boolean);
  }

  #deliver({ emails, batch, permissive, key }: Submission, rejects: Verdict['rejects']): Outcome {
    const outcome: Outcome = { answer: { status: 200 }, accepted: [], rejected: [] };
    const errors: { index: number; message: string }[] = [];
    emails.forEach((email, index) => {
      const to = addressesOf(email);
      const deliveryId = tagsOf(email)[DELIVERY_TAG];
      const scripted = to.map(rejects).find(Boolean);
      const message = scripted
        ? (scripted.message ?? BAD_ADDRESS)
        : problemWords(permissive ? problemOf(email, batch) : undefined);
      if (message !== undefined) {
        errors.push({ index, message });
        const { error = 'validation_error', fault } = scripted ?? {};
        for (const one of to) outcome.rejected.push({ to: one, deliveryId, error, fault });
      } else {
        const acceptance = { to, messageId: randomUUID(), deliveryId, idempotencyKey: key, status: 200 };
        outcome.accepted.push({ ...acceptance, mail: mailOf(email) });
      }
    });
    const [first] = errors;
    if (first && !permissive) {
      return { ...outcome, accepted: [], answer: resendError(422, 'validation_error', first.message) };
    }
    this.#sent += outcome.accepted.flatMap(({ to }) => to).length;
    const data = outcome.accepted.map(({ messageId }) => ({ id: messageId }));
    outcome.answer = jsonAnswer(200, batch ? { data, ...(permissive ? { errors } : {}) } : data[0]);
    return outcome;
  }
}

/** The emails of a call; none if the body is not what the endpoint takes. */
function emailsOf(call: HttpCall): ResendEmail[] {
  const body = call.json();
  const emails = call.path === '/emails/batch' ? body : [body];
  return Array.isArray(emails) && emails.every((one) => typeof one === 'object' && one !== null)
    ? (emails as ResendEmail[])
    : [];
}

function problemWords(problem: Answer | undefined): string | undefined {
  return problem && (JSON.parse(problem.body ?? '{}') as { message: string }).message;
}

function rateHeaders({ limit, remaining, resetMs }: WindowState): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(Math.max(1, Math.ceil(resetMs / 1000))),
  };
}
