import {
  GetAccountCommand,
  type GetAccountCommandOutput,
  SendBulkEmailCommand,
  type SendBulkEmailCommandInput,
  type SendBulkEmailCommandOutput,
  SendEmailCommand,
  SESv2Client,
} from '@aws-sdk/client-sesv2';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { EmailMessage, EmailProvider, EmailCall } from '#ports/delivery/email-provider.js';
import type { ProviderCapabilities, ProviderQuota } from '#ports/delivery/message-provider.js';
import type { Clock } from '#ports/system/clock.js';
import { returned, sendAlike } from '#adapters/email-providers/alike.js';
import { tidied, words } from '#adapters/email-providers/words.js';
import { HttpClient } from '#adapters/http/http-client.js';
import { saidIn } from '#adapters/http/json-api.js';
import { outcomeOfSilence, outcomeOfStatus } from '#adapters/http/outcome-of-answer.js';
import { classifySesEntry, classifySesError, sesErrors } from './classify-ses.js';
import { bulkRequest, singleRequest } from './ses-request.js';
import { type SesExchange, SesRequestHandler } from './ses-request-handler.js';

export interface SesSettings {
  readonly region: string;
  /** Overrides the host, e.g. `http://127.0.0.1:4010`. */
  readonly endpoint?: string;
  /** Left out: the SDK's own chain (environment, profile, instance role …). */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly configurationSet?: string;
  readonly maxInFlight?: number;
}

const LOOKUP_TIMEOUT_MS = 10_000;
/** What SES takes in one call with a template in it. Sharing lines keeps us far below, unless no line is shared. */
const MAX_BODY_BYTES = 1_000_000;

type Answer<T> =
  { readonly ok: true; readonly output: T } | { readonly ok: false; readonly failure: SesFailure };
type SesFailure = (alone: boolean) => Outcome;

/** Amazon SES, API version 2: SendEmail for one message, SendBulkEmail for several. */
export class SesProvider implements EmailProvider {
  readonly name = 'ses';
  readonly capabilities: ProviderCapabilities;
  readonly #client: SESv2Client;
  readonly #settings: SesSettings;
  readonly #clock: Clock;
  /** Bodies made by us, by the input object that stands for them in the SDK. */
  readonly #bodies = new WeakMap<object, Uint8Array>();

  constructor(settings: SesSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    const maxInFlight = settings.maxInFlight ?? 32;
    this.capabilities = {
      maxBatch: 50,
      // The data of one entry may have 262,144 characters, and escaping at worst doubles them.
      maxBatchedMessageBytes: 100_000,
      idempotencyKey: false,
      hostedTemplates: true,
      attachments: true,
      maxInFlight,
      rateUnit: 'messages',
    };
    this.#client = new SESv2Client({
      region: settings.region,
      maxAttempts: 1,
      requestHandler: new SesRequestHandler(new HttpClient(maxInFlight)),
      ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
      ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
    });
    this.#client.middlewareStack.add(
      (next) => (args) => {
        const body = this.#bodies.get(args.input);
        // `build` comes before the body's length and signature are taken.
        if (body) (args.request as { body: unknown }).body = body;
        return next(args);
      },
      { step: 'build', name: 'posthornBody', priority: 'high' },
    );
  }

  async send(call: EmailCall): Promise<readonly Outcome[]> {
    const outcomes = await sendAlike(call.messages, (alike) => this.#sendAll(alike, call.timeoutMs));
    return outcomes.map((outcome) => tidied(outcome, this.#secrets()));
  }

  async quota(): Promise<ProviderQuota> {
    const answer = await this.#account();
    const { MaxSendRate, Max24HourSend, SentLast24Hours } = (answer.ok && answer.output.SendQuota) || {};
    return {
      ...(MaxSendRate === undefined ? {} : { perSecond: MaxSendRate }),
      // SES says -1 where there is no limit.
      ...(Max24HourSend === undefined || Max24HourSend < 0
        ? {}
        : { remainingToday: Math.max(0, Max24HourSend - (SentLast24Hours ?? 0)) }),
    };
  }

  async check(): Promise<{ ok: boolean; detail: string }> {
    const answer = await this.#account();
    if (!answer.ok) {
      const outcome = answer.failure(true);
      return { ok: false, detail: outcome.kind === 'accepted' ? '' : words(outcome.reason, this.#secrets()) };
    }
    const { SendingEnabled, ProductionAccessEnabled, SendQuota } = answer.output;
    if (!SendingEnabled) return { ok: false, detail: 'Sending is paused for this account.' };
    const sandbox = ProductionAccessEnabled
      ? ''
      : ' The account is in the sandbox: it can write to verified addresses only.';
    return { ok: true, detail: `Up to ${SendQuota?.MaxSendRate ?? '?'} messages a second.${sandbox}` };
  }

  close(): void {
    this.#client.destroy();
  }

  async #sendAll(messages: readonly EmailMessage[], timeoutMs: number): Promise<readonly Outcome[]> {
    const [message] = messages;
    if (!message) return [];
    return messages.length === 1
      ? [await this.#sendOne(message, timeoutMs)]
      : this.#sendBulk(messages, timeoutMs);
  }

  async #sendOne(message: EmailMessage, timeoutMs: number): Promise<Outcome> {
    const answer = await this.#ask(timeoutMs, (exchange) =>
      this.#client.send(
        new SendEmailCommand(singleRequest(message, this.#settings.configurationSet)),
        exchange,
      ),
    );
    if (!answer.ok) return answer.failure(true);
    const MessageId = saidIn(answer.output.MessageId);
    return MessageId === ''
      ? { kind: 'unknown', reason: 'an answer without a message id' }
      : { kind: 'accepted', providerMessageId: MessageId };
  }

  async #sendBulk(messages: readonly EmailMessage[], timeoutMs: number): Promise<readonly Outcome[]> {
    const body = bulkRequest(messages, this.#settings.configurationSet);
    if (body.length > MAX_BODY_BYTES) {
      const half = Math.floor(messages.length / 2);
      const sent = await this.#sendAll(messages.slice(0, half), timeoutMs);
      return [...sent, ...messages.slice(half).map(() => returned('the call was full'))];
    }
    // The SDK would take 200 microseconds a message to walk through the entries; so it gets an empty request to sign,
    // and our bytes as its body.
    const input: SendBulkEmailCommandInput = { DefaultContent: undefined, BulkEmailEntries: undefined };
    this.#bodies.set(input, body);
    const answer = await this.#ask<SendBulkEmailCommandOutput>(timeoutMs, (exchange) =>
      this.#client.send(new SendBulkEmailCommand(input), exchange),
    );
    if (!answer.ok) return messages.map(() => answer.failure(false));
    const results = answer.output.BulkEmailEntryResults ?? [];
    if (results.length !== messages.length) {
      return messages.map(() => ({ kind: 'unknown', reason: `an answer with ${results.length} results` }));
    }
    const now = this.#clock.now();
    return results.map(({ Status, Error: message, MessageId }) =>
      classifySesEntry(
        { name: saidIn(Status), message: saidIn(message) },
        saidIn(MessageId) || undefined,
        now,
      ),
    );
  }

  #account(): Promise<Answer<GetAccountCommandOutput>> {
    return this.#ask(LOOKUP_TIMEOUT_MS, (exchange) => this.#client.send(new GetAccountCommand({}), exchange));
  }

  /** Runs one command to its end or to the end of its time, whichever comes first. */
  async #ask<T>(timeoutMs: number, send: (options: object) => Promise<T>): Promise<Answer<T>> {
    const exchange: SesExchange = {
      deadline: performance.now() + timeoutMs,
      handed: false,
      abandoned: false,
      answer: undefined,
    };
    let timer: NodeJS.Timeout | undefined;
    // The request itself has a timeout; this one is for credentials that are never found.
    const stalled = new Promise<Answer<T>>((resolve) => {
      timer = setTimeout(() => {
        if (exchange.handed) return;
        exchange.abandoned = true;
        resolve({
          ok: false,
          failure: () => ({ kind: 'unavailable', reason: `no credentials within ${timeoutMs} ms` }),
        });
      }, timeoutMs);
    });
    const sent = send(exchange).then(
      (output): Answer<T> => ({ ok: true, output }),
      (error: unknown): Answer<T> => ({
        ok: false,
        failure: (alone) => this.#failure(error, exchange, alone),
      }),
    );
    try {
      return await Promise.race([sent, stalled]);
    } finally {
      clearTimeout(timer);
    }
  }

  #failure(error: unknown, { answer, handed }: SesExchange, alone: boolean): Outcome {
    if (answer && answer.kind !== 'answered') return outcomeOfSilence(answer);
    // The SDK puts whatever SES said into them, of any shape.
    const name = error instanceof Error ? saidIn(error.name) : 'Error';
    const message = saidIn(error instanceof Error ? error.message : error);
    if (!handed && !Object.hasOwn(sesErrors, name))
      return { kind: 'unavailable', reason: `${name}: ${message}` };
    // Some gateway's page instead of SES's own words.
    if (error instanceof SyntaxError)
      return outcomeOfStatus(answer?.status ?? 0, `HTTP ${answer?.status} that is not JSON`);
    return classifySesError({ name, message }, answer?.status, alone, this.#clock.now());
  }

  #secrets(): readonly (string | undefined)[] {
    const { credentials } = this.#settings;
    return [credentials?.secretAccessKey, credentials?.sessionToken, credentials?.accessKeyId];
  }
}
