import { randomUUID } from 'node:crypto';
import type { Fake } from '../kit/fake.js';
import type { Verdict } from '../kit/faults.js';
import { gatewayAnswer, jsonAnswer, type Answer, type HttpCall } from '../kit/http-call.js';
import { startHttpFake } from '../kit/http-fake.js';
import type { HttpVendor, Outcome, Reading, Refusal } from '../kit/http-vendor.js';
import { DELIVERY_TAG } from '../kit/journal.js';
import { FakeState, type FakeOptions } from '../kit/state.js';
import { badRequest, fcmError, googleError, scriptedFcmError } from './fcm-errors.js';
import { addressOf, deliveryIdOf, fcmSendOf, mailOf, violationsOf, type FcmSend } from './fcm-messages.js';
import { newServiceAccount, type ServiceAccountFile } from './service-account-file.js';
import { TOKEN_PATH, TokenEndpoint, type FakeTokens } from './token-endpoint.js';

/** Uninstalled; another project's; no token that FCM ever gave out. */
export type DeviceFault = 'unregistered' | 'mismatched' | 'invalid';

export interface FakeFcmOptions extends FakeOptions {
  /** Whose key the token endpoint knows; its `token_uri` becomes the fake's own. Left out: a new one. */
  serviceAccount?: ServiceAccountFile;
  /** Seconds that an access token is good for. Default 3,600, as Google has it. */
  tokenSeconds?: number;
  /** By address, `token:…` or `fid:…`. All others are registered. */
  devices?: Record<string, DeviceFault>;
}

export interface FakeFcm extends Fake {
  /** What the product is configured with. */
  readonly serviceAccount: ServiceAccountFile;
  readonly tokens: FakeTokens;
  declareDevice(address: string, fault: DeviceFault | 'registered'): void;
}

/** FCM's `POST /v1/projects/{id}/messages:send`, and beside it the OAuth endpoint that its callers need. */
export async function startFakeFcm(options: FakeFcmOptions = {}): Promise<FakeFcm> {
  const account = options.serviceAccount ?? newServiceAccount();
  const state = new FakeState('fcm', options);
  const tokens = new TokenEndpoint(state.clock, options.tokenSeconds ?? 3600);
  const vendor = new FcmVendor(account.project_id, tokens, options.devices);
  const fake = await startHttpFake(vendor, state, options.port);
  const serviceAccount = { ...account, token_uri: fake.url + TOKEN_PATH };
  tokens.open(serviceAccount);
  return {
    ...fake,
    serviceAccount,
    tokens,
    declareDevice: (address, fault) => vendor.declareDevice(address, fault),
  };
}

const ERROR_CODES: Readonly<Record<DeviceFault, string>> = {
  unregistered: 'UNREGISTERED',
  mismatched: 'SENDER_ID_MISMATCH',
  invalid: 'INVALID_ARGUMENT',
};

class FcmVendor implements HttpVendor<FcmSend> {
  readonly provider = 'fcm';
  readonly maxBodyBytes = 1024 * 1024;
  readonly mailMark = Buffer.from(`"${DELIVERY_TAG}"`);
  readonly #projectId: string;
  readonly #tokens: TokenEndpoint;
  readonly #devices: Map<string, DeviceFault>;

  constructor(projectId: string, tokens: TokenEndpoint, devices: Record<string, DeviceFault> = {}) {
    this.#projectId = projectId;
    this.#tokens = tokens;
    this.#devices = new Map(Object.entries(devices));
  }

  declareDevice(address: string, fault: DeviceFault | 'registered'): void {
    if (fault === 'registered') this.#devices.delete(address);
    else this.#devices.set(address, fault);
  }

  isSend(method: string, path: string): boolean {
    return method === 'POST' && /^\/v1\/projects\/[^/]+\/messages:send(?:\?|$)/.test(path);
  }

  query(call: HttpCall): Answer {
    if (call.method === 'POST' && call.path === TOKEN_PATH) return this.#tokens.answer(call);
    return gatewayAnswer(404, 'Not Found');
  }

  recipients(call: HttpCall): string[] {
    const send = fcmSendOf(call.json());
    const address = send && addressOf(send);
    return address === undefined ? [] : [address];
  }

  read(call: HttpCall): Reading<FcmSend> {
    const stopped = this.#enter(call);
    if (stopped) return { kind: 'refused', answer: stopped };
    const send = fcmSendOf(call.json());
    if (!send) {
      const nothing = { field: 'message', description: 'Invalid JSON payload received.' };
      return { kind: 'refused', answer: badRequest([nothing]) };
    }
    const violations = violationsOf(send);
    return violations.length > 0
      ? { kind: 'refused', answer: badRequest(violations) }
      : { kind: 'send', submission: send };
  }

  submit(_call: HttpCall, send: FcmSend, rejects: Verdict['rejects']): Outcome {
    const to = addressOf(send) ?? '';
    const deliveryId = deliveryIdOf(send);
    const scripted = rejects(to);
    const declared = this.#devices.get(to);
    const error = scripted ? (scripted.error ?? 'UNREGISTERED') : declared && ERROR_CODES[declared];
    if (error !== undefined) {
      const answer = fcmError(error, scripted?.message);
      return { answer, accepted: [], rejected: [{ to, deliveryId, error, fault: scripted?.fault }] };
    }
    if (send.validateOnly) return { answer: this.#named('fake_message_id'), accepted: [], rejected: [] };
    const messageId = this.#name(randomUUID());
    const mail = mailOf(this.#projectId, send);
    return {
      answer: jsonAnswer(200, { name: messageId }),
      accepted: [{ to: [to], messageId, deliveryId, status: 200, mail }],
      rejected: [],
    };
  }

  tally(call: HttpCall): { answer: Answer; accepted: number } {
    const stopped = this.#enter(call);
    if (stopped) return { answer: stopped, accepted: 0 };
    return { answer: this.#named(randomUUID()), accepted: call.mails ?? 0 };
  }

  refuse(refusal: Refusal): Answer {
    return refusal.kind === 'quota' ? fcmError('QUOTA_EXCEEDED') : scriptedFcmError(refusal);
  }

  tooLarge(): Answer {
    return gatewayAnswer(413, 'Request Entity Too Large');
  }

  /** What stands before the messages: a token, and a project that it may send for. */
  #enter(call: HttpCall): Answer | undefined {
    if (!this.#tokens.admits(call.header('authorization'))) {
      return scriptedFcmError({ kind: 'status', status: 401 });
    }
    const [, , , project = ''] = call.path.split('/');
    if (decodeURIComponent(project) === this.#projectId) return undefined;
    const words = `Permission 'cloudmessaging.messages.create' denied on resource 'projects/${project}' (or it may not exist).`;
    return googleError(403, 'PERMISSION_DENIED', words);
  }

  #named(id: string): Answer {
    return jsonAnswer(200, { name: this.#name(id) });
  }

  #name(id: string): string {
    return `projects/${this.#projectId}/messages/${id}`;
  }
}
