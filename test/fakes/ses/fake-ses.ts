import { parseMailbox } from '../kit/addresses.js';
import type { Fake } from '../kit/fake.js';
import type { Verdict } from '../kit/faults.js';
import { jsonAnswer, type Answer, type HttpCall } from '../kit/http-call.js';
import { startHttpFake } from '../kit/http-fake.js';
import type { HttpVendor, Outcome, Reading, Refusal } from '../kit/http-vendor.js';
import { DELIVERY_TAG } from '../kit/journal.js';
import type { MailContent } from '../kit/mails.js';
import { FakeState, type FakeOptions } from '../kit/state.js';
import { SesAccount, type SesAccountOptions } from './ses-account.js';
import { fill, readBulk, submitBulk, type BulkSend } from './ses-bulk.js';
import {
  addressProblem,
  attachmentsOf,
  checkHeaders,
  checkTags,
  lowerCased,
  parseData,
  rawMail,
  replyTo,
  simpleMail,
} from './ses-content.js';
import {
  badRequest,
  DAILY_QUOTA,
  RATE_EXCEEDED,
  scriptedSesError,
  sesError,
  singleSendError,
  SesRefusal,
} from './ses-errors.js';
import { checkSignature, type SesCredentials } from './ses-signature.js';
import { SesTemplates } from './ses-templates.js';
import {
  addressesOf,
  BULK_PATH,
  pairsOf,
  SEND_PATH,
  type SesSendBulkEmail,
  type SesSendEmail,
  type SesTemplateContent,
} from './ses-wire.js';

export interface FakeSesOptions extends FakeOptions, SesAccountOptions {
  credentials?: SesCredentials;
  /** Hosted templates that exist from the start. */
  templates?: Record<string, SesTemplateContent>;
}

export const SES_CREDENTIALS: SesCredentials = {
  accessKeyId: 'AKIAFAKEFAKEFAKEFAKE',
  secretAccessKey: 'fake-secret-key',
};

/** Amazon SES, API version 2, over its REST wire: point the SDK's `endpoint` at `url`, with any region. */
export async function startFakeSes(options: FakeSesOptions = {}): Promise<Fake> {
  const state = new FakeState('ses', options);
  return startHttpFake(new SesVendor(options, state), state, options.port);
}

interface SingleSend {
  kind: 'single';
  request: SesSendEmail;
  to: string[];
}

class SesVendor implements HttpVendor<SingleSend | BulkSend> {
  readonly provider = 'ses';
  readonly maxBodyBytes = 54 * 1024 * 1024; // 40 MB of message, in base64
  readonly mailMark = Buffer.from('"Destination":');
  readonly #account: SesAccount;
  readonly #templates: SesTemplates;
  readonly #credentials: SesCredentials;
  readonly #counting: boolean;

  constructor(options: FakeSesOptions, state: FakeState) {
    this.#account = new SesAccount(options, state.clock);
    this.#templates = new SesTemplates(options.templates);
    this.#credentials = options.credentials ?? SES_CREDENTIALS;
    this.#counting = state.counting;
  }

  isSend(method: string, path: string): boolean {
    return method === 'POST' && (path === SEND_PATH || path === BULK_PATH);
  }

  query(call: HttpCall): Answer {
    return guarded(() => {
      const refused = checkSignature(call, this.#credentials, this.#counting);
      if (refused) return refused;
      const [resource, name] = call.path.split('/').slice(3);
      if (call.method === 'GET' && resource === 'account') return this.#account.describe();
      if (call.method === 'GET' && resource === 'identities')
        return this.#account.identity(decodeURIComponent(name ?? ''));
      if (resource === 'templates') return this.#templates.manage(call);
      return sesError(404, 'UnknownOperationException', '');
    });
  }

  recipients(call: HttpCall): string[] {
    const request = call.json() as Partial<SesSendEmail & SesSendBulkEmail> | undefined;
    const destinations =
      call.path === BULK_PATH
        ? request?.BulkEmailEntries?.map((one) => one.Destination)
        : [request?.Destination];
    return (destinations ?? []).flatMap(addressesOf).map(bare);
  }

  read(call: HttpCall): Reading<SingleSend | BulkSend> {
    try {
      const refused = checkSignature(call, this.#credentials, this.#counting);
      if (refused) return { kind: 'refused', answer: refused };
      const request = call.json();
      if (typeof request !== 'object' || request === null)
        throw badRequest('The request body is not valid JSON.');
      this.#account.checkSender((request as SesSendEmail).FromEmailAddress);
      return { kind: 'send', submission: call.path === BULK_PATH ? readBulk(request) : readSingle(request) };
    } catch (error) {
      return { kind: 'refused', answer: answerTo(error) };
    }
  }

  async submit(call: HttpCall, send: SingleSend | BulkSend, rejects: Verdict['rejects']): Promise<Outcome> {
    try {
      if (send.kind === 'single') return await this.#submitSingle(call, send, rejects);
      return submitBulk(call, send, { account: this.#account, templates: this.#templates, rejects });
    } catch (error) {
      return { answer: answerTo(error), accepted: [], rejected: [] };
    }
  }

  tally(call: HttpCall): { answer: Answer; accepted: number } {
    const refused = checkSignature(call, this.#credentials, true);
    if (refused) return { answer: refused, accepted: 0 };
    const bulk = call.path === BULK_PATH;
    const wanted = bulk ? (call.mails ?? 0) : 1;
    const results: { Status: string; MessageId?: string }[] = [];
    let accepted = 0;
    for (let entry = 0; entry < wanted; entry += 1) {
      const limit = this.#account.admit(1);
      if (limit === 'yes') {
        accepted += 1;
        results.push({ Status: 'SUCCESS', MessageId: this.#account.nextMessageId() });
      } else {
        results.push({ Status: limit === 'rate' ? 'ACCOUNT_THROTTLED' : 'ACCOUNT_DAILY_QUOTA_EXCEEDED' });
      }
    }
    if (bulk) return { answer: jsonAnswer(200, { BulkEmailEntryResults: results }), accepted };
    if (accepted === 0) return { answer: RATE_EXCEEDED, accepted };
    return { answer: jsonAnswer(200, { MessageId: results[0]?.MessageId }), accepted };
  }

  refuse(refusal: Refusal, call: HttpCall): Answer {
    if (refusal.kind === 'status') return scriptedSesError(refusal);
    if (call.path !== BULK_PATH) return DAILY_QUOTA;
    const result = { Status: 'ACCOUNT_DAILY_QUOTA_EXCEEDED', Error: 'Daily message quota exceeded.' };
    const request = call.json() as SesSendBulkEmail | undefined;
    const entries = Array<object>(call.mails ?? request?.BulkEmailEntries?.length ?? 0).fill(result);
    return { ...jsonAnswer(200, { BulkEmailEntryResults: entries }), error: result.Status };
  }

  tooLarge(): Answer {
    return sesError(413, 'RequestEntityTooLarge', 'Request size exceeds the limit.');
  }

  async #submitSingle(
    call: HttpCall,
    { request, to }: SingleSend,
    rejects: Verdict['rejects'],
  ): Promise<Outcome> {
    const deliveryId = pairsOf(request.EmailTags)[DELIVERY_TAG];
    const scripted = to.map(rejects).find(Boolean);
    if (scripted) {
      const answer = singleSendError(scripted.error ?? 'MessageRejected', scripted.message);
      const { error } = answer;
      const rejected = to.map((one) => ({ to: one, deliveryId, error, fault: scripted.fault }));
      return { answer, accepted: [], rejected };
    }
    const { mail, unrendered } = await this.#compose(request, to);
    const envelope = mail?.to ?? to;
    const limit = this.#account.admit(envelope.length);
    if (limit !== 'yes')
      return { answer: limit === 'rate' ? RATE_EXCEEDED : DAILY_QUOTA, accepted: [], rejected: [] };
    const messageId = this.#account.nextMessageId();
    const answer = jsonAnswer(200, { MessageId: messageId }, { 'x-amzn-requestid': call.id });
    return {
      answer,
      accepted: [{ to: envelope, messageId, deliveryId, status: 200, mail, unrendered }],
      rejected: [],
    };
  }

  async #compose(
    request: SesSendEmail,
    to: string[],
  ): Promise<{ mail: MailContent | undefined; unrendered?: string }> {
    const { Simple, Raw, Template } = request.Content ?? {};
    if (Simple) return { mail: simpleMail(request, to) };
    if (Raw) return { mail: await rawMail(request, to) };
    if (!Template) throw badRequest('Content must hold Simple, Raw or Template.');
    const content = this.#templates.find(Template);
    if (!content)
      throw new SesRefusal(404, 'NotFoundException', `Template ${Template.TemplateName} does not exist.`);
    checkHeaders(Template.Headers);
    return fill(this.#templates, content, parseData(Template.TemplateData), {
      from: request.FromEmailAddress ?? '',
      to,
      headers: { ...replyTo(request.ReplyToAddresses), ...lowerCased(Template.Headers) },
      tags: pairsOf(request.EmailTags),
      attachments: attachmentsOf(Template.Attachments),
    });
  }
}

function readSingle(request: SesSendEmail): SingleSend {
  const addresses = addressesOf(request.Destination);
  if (addresses.length > 50) throw badRequest('Recipient count exceeds 50.');
  if (addresses.length === 0 && !request.Content?.Raw) throw badRequest('Missing recipients.');
  const problem = addresses.map(addressProblem).find(Boolean);
  if (problem) throw badRequest(problem);
  checkTags(request.EmailTags);
  return { kind: 'single', request, to: addresses.map(bare) };
}

function bare(address: string): string {
  return parseMailbox(address)?.email ?? address;
}

function guarded(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    return answerTo(error);
  }
}

function answerTo(error: unknown): Answer {
  if (error instanceof SesRefusal) return error.answer;
  throw error;
}
