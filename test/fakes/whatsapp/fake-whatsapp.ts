import { randomUUID } from 'node:crypto';
import type { Fake } from '../kit/fake.js';
import type { Verdict } from '../kit/faults.js';
import { gatewayAnswer, jsonAnswer, type Answer, type HttpCall } from '../kit/http-call.js';
import { startHttpFake } from '../kit/http-fake.js';
import type { HttpVendor, Outcome, Reading, Refusal } from '../kit/http-vendor.js';
import { RequestWindow } from '../kit/rates.js';
import { FakeState, type FakeOptions } from '../kit/state.js';
import { graphError, scriptedGraphError } from './whatsapp-errors.js';
import {
  deliveryIdOf,
  mailOf,
  numberOf,
  problemOf,
  type ApprovedTemplate,
  type WhatsAppBody,
} from './whatsapp-messages.js';

export interface FakeWhatsAppOptions extends FakeOptions {
  /** Default `WHATSAPP_ACCOUNT.token`. */
  token?: string;
  /** Default `WHATSAPP_ACCOUNT.phoneNumberId`. */
  phoneNumberId?: string;
  /** By name. Default: `hello_world` in `en_US`, without variables. */
  templates?: Readonly<Record<string, ApprovedTemplate>>;
  /** Left out: no limit. */
  messagesPerSecond?: number;
}

export interface FakeWhatsApp extends Fake {
  /** The person (a number in E.164) has written: for 24 hours free text may go to them. */
  openWindow(number: string): void;
}

/** What both sides know of the fake business. The number that it sends from is WHATSAPP_NUMBER. */
export const WHATSAPP_ACCOUNT = {
  token: 'EAAfakeWhatsAppToken',
  phoneNumberId: '106540352242922',
  appSecret: 'fake-whatsapp-app-secret',
  verifyToken: 'fake-whatsapp-verify-token',
} as const;
export const WHATSAPP_NUMBER = '+15550783881';

const WINDOW_MS = 24 * 60 * 60 * 1000;
const SEND_PATH = /^\/v\d+\.\d+\/([^/]+)\/messages$/;
const NUMBER_PATH = /^\/v\d+\.\d+\/([^/]+)$/;

/** The Graph API over HTTP, as far as WhatsApp's Cloud API needs it: one number's messages, and the number itself. */
export async function startFakeWhatsApp(options: FakeWhatsAppOptions = {}): Promise<FakeWhatsApp> {
  const state = new FakeState('whatsapp', options);
  const vendor = new WhatsAppVendor(options, state);
  const fake = await startHttpFake(vendor, state, options.port);
  return { ...fake, openWindow: (number) => vendor.openWindow(number) };
}

class WhatsAppVendor implements HttpVendor<WhatsAppBody> {
  readonly provider = 'whatsapp';
  readonly maxBodyBytes = 1024 * 1024;
  readonly mailMark = Buffer.from('"biz_opaque_callback_data"');
  readonly #token: string;
  readonly #phoneNumberId: string;
  readonly #templates: Readonly<Record<string, ApprovedTemplate>>;
  readonly #state: FakeState;
  readonly #rate: RequestWindow | undefined;
  /** When each person last wrote. */
  readonly #wrote = new Map<string, number>();

  constructor(options: FakeWhatsAppOptions, state: FakeState) {
    this.#token = options.token ?? WHATSAPP_ACCOUNT.token;
    this.#phoneNumberId = options.phoneNumberId ?? WHATSAPP_ACCOUNT.phoneNumberId;
    this.#templates = options.templates ?? { hello_world: { languages: ['en_US'], parameters: 0 } };
    this.#state = state;
    const { messagesPerSecond } = options;
    if (messagesPerSecond !== undefined) this.#rate = new RequestWindow(messagesPerSecond, 1000, state.clock);
  }

  openWindow(number: string): void {
    this.#wrote.set(number, this.#state.clock.now());
  }

  isSend(method: string, path: string): boolean {
    return method === 'POST' && SEND_PATH.test(path);
  }

  query(call: HttpCall): Answer {
    const refused = this.#enter(call, NUMBER_PATH);
    if (refused) return refused;
    if (call.method !== 'GET') return graphError(100, { title: 'Unsupported post request' });
    return jsonAnswer(200, {
      id: this.#phoneNumberId,
      verified_name: 'Example Shop',
      display_phone_number: WHATSAPP_NUMBER,
      quality_rating: 'GREEN',
      code_verification_status: 'VERIFIED',
      throughput: { level: 'STANDARD' },
    });
  }

  recipients(call: HttpCall): string[] {
    const number = numberOf(bodyOf(call));
    return number === '' ? [] : [number];
  }

  read(call: HttpCall): Reading<WhatsAppBody> {
    const body = bodyOf(call);
    const answer =
      this.#enter(call, SEND_PATH) ??
      (this.#rate?.hit().allowed === false ? graphError(130429) : undefined) ??
      problemOf(body, this.#templates) ??
      this.#problemOfRecipient(body);
    return answer ? { kind: 'refused', answer } : { kind: 'send', submission: body };
  }

  submit(_call: HttpCall, body: WhatsAppBody, rejects: Verdict['rejects']): Outcome {
    const to = numberOf(body);
    const deliveryId = deliveryIdOf(body);
    const rejection = rejects(to);
    if (rejection) {
      const { error = '131026', message, fault } = rejection;
      const answer = graphError(Number(error), message === undefined ? {} : { title: message });
      return { answer, accepted: [], rejected: [{ to, deliveryId, error, fault }] };
    }
    const messageId = messageIdFor(to);
    const mail = mailOf(body, WHATSAPP_NUMBER);
    return {
      answer: taken(String(body.to), to, messageId),
      accepted: [{ to: [to], messageId, deliveryId, status: 200, mail }],
      rejected: [],
    };
  }

  /** Bench mode: a message a call, whoever it is for. */
  tally(call: HttpCall): { answer: Answer; accepted: number } {
    const refused = this.#enter(call, SEND_PATH);
    if (refused) return { answer: refused, accepted: 0 };
    return { answer: taken('', '', messageIdFor('')), accepted: 1 };
  }

  refuse(refusal: Refusal): Answer {
    return refusal.kind === 'quota' ? graphError(80007) : scriptedGraphError(refusal);
  }

  tooLarge(): Answer {
    return gatewayAnswer(413, 'Payload Too Large');
  }

  /** What stands before everything: the token, and a number that it may use. */
  #enter(call: HttpCall, path: RegExp): Answer | undefined {
    const bearer = /^Bearer (\S+)$/.exec(call.header('authorization') ?? '')?.[1];
    if (bearer === undefined) {
      const title = 'An access token is required to request this resource.';
      return graphError(104, { status: 401, title });
    }
    if (bearer !== this.#token) return graphError(190, { subcode: 463 });
    const id = path.exec(call.path)?.[1];
    if (id === this.#phoneNumberId) return undefined;
    const title = `Unsupported request. Object with ID '${id ?? ''}' does not exist, cannot be loaded due to missing permissions, or does not support this operation.`;
    return graphError(100, { title, subcode: 33 });
  }

  #problemOfRecipient(body: WhatsAppBody): Answer | undefined {
    const to = numberOf(body);
    if (to === WHATSAPP_NUMBER) return graphError(131021);
    const wrote = this.#wrote.get(to) ?? -Infinity;
    const open = this.#state.clock.now() - wrote < WINDOW_MS;
    return body.type === 'template' || open ? undefined : graphError(131047);
  }
}

function taken(input: string, to: string, id: string): Answer {
  return jsonAnswer(200, {
    messaging_product: 'whatsapp',
    contacts: [{ input, wa_id: to.slice(1) }],
    messages: [{ id, message_status: 'accepted' }],
  });
}

function messageIdFor(to: string): string {
  return `wamid.${Buffer.from(`\u001d\u0001${to.slice(1)}\u0015${randomUUID()}`).toString('base64')}`;
}

/** An empty one if the body is not what the endpoint takes. */
function bodyOf(call: HttpCall): WhatsAppBody {
  const body = call.json();
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {};
}
