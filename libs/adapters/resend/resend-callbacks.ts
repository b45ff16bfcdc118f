import type { ProviderEvent, ProviderEventKind } from '#domain/delivery/model/provider-event.js';
import type { CallbackReading, ProviderCallbacks, RawCallback } from '#ports/delivery/provider-callbacks.js';
import {
  eventKey,
  instantOf,
  isSenderPolicy,
  listOf,
  providerEvent,
  type RawFields,
  textOf,
} from '#adapters/email-providers/event-fields.js';
import { record } from '#adapters/http/json-api.js';
import { jsonOf } from '#adapters/http/signed-body.js';
import { SvixSignature } from './svix-signature.js';

export interface ResendCallbackSettings {
  /** Of the webhook as Resend shows it: `whsec_…`. */
  readonly webhookSecret: string;
}

type Fields = Record<string, unknown>;

interface Meaning {
  readonly kind: ProviderEventKind;
  readonly fields?: (data: Fields) => RawFields;
}

/** By the event's type. Resend tells of domains, contacts and mail it received, too: there is nothing in it for us. */
const MEANINGS: ReadonlyMap<unknown, Meaning> = new Map<unknown, Meaning>([
  ['email.sent', { kind: 'sent' }],
  ['email.delivered', { kind: 'delivered' }],
  ['email.delivery_delayed', { kind: 'delayed' }],
  ['email.bounced', { kind: 'bounced', fields: bounceFields }],
  ['email.complained', { kind: 'complained' }],
  ['email.failed', { kind: 'failed', fields: ({ failed }) => ({ reason: record(failed)['reason'] }) }],
  [
    'email.suppressed',
    {
      // Not sent, since the address had bounced for good or complained before: what it would do again.
      kind: 'bounced',
      fields: ({ suppressed }) => ({ permanent: true, reason: record(suppressed)['message'] }),
    },
  ],
  ['email.opened', { kind: 'opened' }],
  ['email.clicked', { kind: 'clicked' }],
]);

/** What Resend calls back: one event a call, signed by the Svix scheme. */
export class ResendCallbacks implements ProviderCallbacks {
  readonly provider = 'resend';
  readonly #signature: SvixSignature;

  /** @throws Error naming the setting at fault, never its value */
  constructor({ webhookSecret }: ResendCallbackSettings) {
    this.#signature = new SvixSignature(webhookSecret);
  }

  read(callback: RawCallback): Promise<CallbackReading> {
    return Promise.resolve(this.#read(callback));
  }

  #read(callback: RawCallback): CallbackReading {
    const check = this.#signature.check(callback);
    if (check.kind === 'refused') return check;
    const { type, created_at: createdAt, data } = record(jsonOf(callback.body));
    if (textOf(type) === undefined) return { kind: 'malformed', reason: 'an event without a type' };
    const meaning = MEANINGS.get(type);
    if (!meaning) return { kind: 'told', events: [], inbound: [] };
    const email = record(data);
    const emailId = textOf(email['email_id']);
    if (emailId === undefined) return { kind: 'malformed', reason: 'an event without an email_id' };
    const at = instantOf(createdAt) ?? callback.receivedAt;
    const event = { key: eventKey(check.id, emailId), provider: this.provider, kind: meaning.kind, at };
    return { kind: 'told', events: [eventOf(event, email, meaning)], inbound: [] };
  }
}

function eventOf(
  event: Pick<ProviderEvent, 'key' | 'provider' | 'kind' | 'at'>,
  email: Fields,
  { fields }: Meaning,
): ProviderEvent {
  const recipients = listOf(email['to']);
  return providerEvent(event, {
    deliveryId: deliveryTag(email['tags']),
    providerMessageId: email['email_id'],
    // We write to one at a time. Of a mail to several, sent by somebody else's hand, it does not say which one it was.
    address: recipients.length === 1 ? recipients[0] : undefined,
    ...fields?.(email),
  });
}

/** Tags come back as an object; in the form they are sent in, a list of names and values, they are read as well. */
function deliveryTag(tags: unknown): unknown {
  if (!Array.isArray(tags)) return record(tags)['posthorn_delivery'];
  return tags.map(record).find(({ name }) => name === 'posthorn_delivery')?.['value'];
}

function bounceFields({ bounce }: Fields): RawFields {
  const { type, message, diagnosticCode } = record(bounce);
  const codes = Array.isArray(diagnosticCode) ? diagnosticCode : [diagnosticCode];
  return {
    permanent: type === 'Permanent' && !isSenderPolicy(message, ...codes),
    reason: textOf(message) ?? codes.find(textOf),
  };
}
