import type { ProviderEvent, ProviderEventKind } from '#domain/delivery/model/provider-event.js';
import type { Instant } from '#domain/kernel/brand.js';
import type { CallbackReading, ProviderCallbacks, RawCallback } from '#ports/delivery/provider-callbacks.js';
import { eventKey, isSenderPolicy, providerEvent, textOf } from '#adapters/email-providers/event-fields.js';
import { record } from '#adapters/http/json-api.js';
import { jsonOf } from '#adapters/http/signed-body.js';
import { EventWebhookSignature } from './event-webhook-signature.js';

export interface SendGridCallbackSettings {
  /** The verification key of the signed event webhook: SPKI in base64. */
  readonly webhookPublicKey: string;
}

type Fields = Record<string, unknown>;
type Meaning = { readonly kind: ProviderEventKind; readonly permanent?: boolean; readonly reason?: unknown };

/**
 * By `event`. Groups of unsubscribers are not among them: we send to none, so nobody can leave one through a mail of
 * ours.
 */
const MEANINGS: ReadonlyMap<unknown, (event: Fields) => Meaning> = new Map<
  unknown,
  (event: Fields) => Meaning
>([
  ['processed', () => ({ kind: 'sent' })],
  ['deferred', ({ response, reason }) => ({ kind: 'delayed', reason: response ?? reason })],
  ['delivered', ({ response }) => ({ kind: 'delivered', reason: response })],
  ['bounce', bounceMeaning],
  ['dropped', dropMeaning],
  ['spamreport', () => ({ kind: 'complained' })],
  ['unsubscribe', () => ({ kind: 'opted_out' })],
  [
    'open',
    // Apple fetches every picture of every mail before anybody reads it: it counts, and it must be seen to be that.
    ({ sg_machine_open: machine }) => ({
      kind: 'opened',
      reason: machine === true ? 'opened by a machine, not by a reader' : undefined,
    }),
  ],
  ['click', () => ({ kind: 'clicked' })],
]);

/** Why SendGrid did not even try. The other reasons are about our mail or our account, not about the address. */
const DROPS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['bounced address', { kind: 'bounced', permanent: true }],
  ['invalid', { kind: 'bounced', permanent: true }],
  ['spam reporting address', { kind: 'complained' }],
]);

/** What SendGrid calls back: many events a call, of any messages, the whole body signed. */
export class SendGridCallbacks implements ProviderCallbacks {
  readonly provider = 'sendgrid';
  readonly #signature: EventWebhookSignature;

  /** @throws Error naming the setting at fault, never its value */
  constructor({ webhookPublicKey }: SendGridCallbackSettings) {
    this.#signature = new EventWebhookSignature(webhookPublicKey);
  }

  read(callback: RawCallback): Promise<CallbackReading> {
    return Promise.resolve(this.#read(callback));
  }

  #read(callback: RawCallback): CallbackReading {
    const check = this.#signature.check(callback);
    if (check !== 'good') return { kind: 'refused', code: check };
    const told = jsonOf(callback.body);
    if (!Array.isArray(told)) return { kind: 'malformed', reason: 'a body that is no list of events' };
    // One entry that can't be read must not cost the others of its call: SendGrid would send them all again, with it.
    const events = told.map(record).flatMap((fields) => eventOf(fields, this.provider, callback.receivedAt));
    return { kind: 'told', events, inbound: [] };
  }
}

function eventOf(fields: Fields, provider: string, receivedAt: Instant): readonly ProviderEvent[] {
  const meaning = MEANINGS.get(fields['event'])?.(fields);
  if (!meaning) return [];
  const at = instantOfTimestamp(fields['timestamp']) ?? receivedAt;
  return [
    providerEvent(
      { key: keyOf(fields), provider, kind: meaning.kind, at },
      {
        deliveryId: fields['posthorn_delivery'],
        providerMessageId: callId(fields['sg_message_id']),
        address: fields['email'],
        permanent: meaning.permanent,
        reason: meaning.reason ?? fields['reason'],
      },
    ),
  ];
}

/** A bounce that SendGrid learns of days later has no message id: then it is the address's at that second. */
function keyOf(fields: Fields): string {
  const id = textOf(fields['sg_event_id']);
  if (id !== undefined) return eventKey(id);
  const message =
    textOf(fields['sg_message_id']) ?? textOf(fields['smtp-id']) ?? textOf(fields['email']) ?? '';
  return eventKey(message, textOf(fields['event']) ?? '', instantOfTimestamp(fields['timestamp']) ?? '');
}

/**
 * What the call was answered with as `X-Message-Id`: the events add which of SendGrid's machines had the message.
 * `MwlnLBST.recvd-6f54457b66-d9rb7-1-6436C3CF-4E.0` and, of old, `14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0`.
 */
function callId(messageId: unknown): unknown {
  return typeof messageId === 'string' ? messageId.replace(/\.(recvd-|filter\d)[^]*$/, '') : undefined;
}

function bounceMeaning({ type, status, reason }: Fields): Meaning {
  // `blocked` is a host that would not have us this time, whoever the mail was for.
  return { kind: 'bounced', permanent: type === 'bounce' && !isSenderPolicy(status, reason) };
}

function dropMeaning({ reason }: Fields): Meaning {
  const known = typeof reason === 'string' ? DROPS.get(reason.trim().toLowerCase()) : undefined;
  return known ?? { kind: 'failed' };
}

/** Epoch seconds. */
function instantOfTimestamp(value: unknown): Instant | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < 1e11
    ? Number(value) * 1000
    : undefined;
}
