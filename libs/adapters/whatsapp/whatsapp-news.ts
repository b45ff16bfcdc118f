import type { ProviderEvent, ProviderEventKind } from '#domain/delivery/model/provider-event.js';
import type { Instant } from '#domain/kernel/brand.js';
import type { InboundMessage } from '#ports/delivery/provider-callbacks.js';
import { words } from '#adapters/email-providers/words.js';
import { record } from '#adapters/http/json-api.js';
import { readGraphError, textOf, wordsOf } from './graph-error.js';

/** What a callback tells: what became of our messages, and who wrote to us. */
export interface WhatsAppNews {
  readonly events: readonly ProviderEvent[];
  readonly inbound: readonly InboundMessage[];
}

/** Maps and not objects: a status named `constructor` must find nothing. */
const KINDS: ReadonlyMap<unknown, ProviderEventKind> = new Map([
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
]);
const WISHES: ReadonlyMap<string, 'opted_out' | 'opted_in'> = new Map([
  ['STOP', 'opted_out'],
  ['START', 'opted_in'],
]);

const UNDELIVERABLE = 131026;
const OPTED_OUT = 131050;

/** Of WhatsApp's ids: what a key can be made of. They have some 60 characters. */
const MESSAGE_ID = /^[\x21-\x7e]{1,200}$/;
const DELIVERY_ID = /^[A-Za-z0-9_-]{1,64}$/;
const WA_ID = /^[1-9]\d{6,14}$/;
const SECONDS = /^[1-9]\d{0,10}$/;

/**
 * Reads `entry[].changes[].value` of a callback whose signature is good. Whatever in it is not what WhatsApp's
 * documentation says is passed over, so that one odd status does not cost us the others.
 *
 * @param payload parsed JSON of any shape and depth
 * @param phoneNumberId passes over what other numbers were told
 * @returns undefined if there is no list of entries at all
 */
export function readWhatsAppNews(
  payload: unknown,
  receivedAt: Instant,
  phoneNumberId?: string,
): WhatsAppNews | undefined {
  const entries = record(payload)['entry'];
  if (!Array.isArray(entries)) return undefined;
  const values = entries
    .flatMap((entry) => recordsOf(record(entry)['changes']))
    .map((change) => record(change['value']))
    .filter((value) => isOf(value, phoneNumberId));
  const messages = values.flatMap((value) => recordsOf(value['messages']));
  return {
    events: [
      ...values
        .flatMap((value) => recordsOf(value['statuses']))
        .flatMap((one) => statusEvents(one, receivedAt)),
      ...messages.flatMap((message) => wishEvents(message, receivedAt)),
    ],
    inbound: messages.flatMap((message) => inboundOf(message, receivedAt)),
  };
}

/** Had another of our numbers been written to, its 24 hours would not be this one's. */
function isOf(value: Record<string, unknown>, phoneNumberId: string | undefined): boolean {
  const told = record(value['metadata'])['phone_number_id'];
  return phoneNumberId === undefined || told === undefined || told === phoneNumberId;
}

function statusEvents(status: Record<string, unknown>, receivedAt: Instant): readonly ProviderEvent[] {
  const id = textOf(status['id']);
  if (!MESSAGE_ID.test(id)) return [];
  const about = {
    provider: 'whatsapp',
    at: instantOf(status['timestamp'], receivedAt),
    providerMessageId: id,
    ...deliveryOf(status['biz_opaque_callback_data']),
    ...addressOf(status['recipient_id']),
  };
  if (status['status'] === 'failed') return failureEvents(about, status['errors']);
  const kind = KINDS.get(status['status']);
  return kind === undefined ? [] : [{ ...about, key: `${id}:${kind}`, kind }];
}

function failureEvents(
  about: Omit<ProviderEvent, 'key' | 'kind'> & { readonly providerMessageId: string },
  errors: unknown,
): readonly ProviderEvent[] {
  const error = readGraphError(recordsOf(errors)[0]);
  const said = words(wordsOf(error));
  const failed = {
    ...about,
    key: `${about.providerMessageId}:failed`,
    ...(said === '' ? {} : { reason: said }),
  };
  switch (error.code) {
    case UNDELIVERABLE:
      // Not for good: the person may have an old app, or not yet have agreed to new terms.
      return [{ ...failed, kind: 'bounced', permanent: false }];
    case OPTED_OUT:
      // Two pieces of news: this message is not coming, and none should be sent any more.
      return [
        { ...failed, kind: 'failed' },
        { ...failed, key: `${about.providerMessageId}:opted_out`, kind: 'opted_out' },
      ];
    default:
      return [{ ...failed, kind: 'failed' }];
  }
}

function inboundOf(message: Record<string, unknown>, receivedAt: Instant): readonly InboundMessage[] {
  const { address } = addressOf(message['from']);
  // `system` is WhatsApp's own word about a person (a new number): nobody has written.
  if (address === undefined || message['type'] === 'system') return [];
  return [{ channel: 'whatsapp', from: address, at: instantOf(message['timestamp'], receivedAt) }];
}

/** STOP and START, typed or on a template's button; any other text is a conversation. */
function wishEvents(message: Record<string, unknown>, receivedAt: Instant): readonly ProviderEvent[] {
  const said = textOf(record(message['text'])['body']) || textOf(record(message['button'])['text']);
  const kind = WISHES.get(said.trim().toUpperCase());
  const id = textOf(message['id']);
  const { address } = addressOf(message['from']);
  if (kind === undefined || address === undefined || !MESSAGE_ID.test(id)) return [];
  const at = instantOf(message['timestamp'], receivedAt);
  return [{ key: `${id}:${kind}`, provider: 'whatsapp', kind, at, address }];
}

function deliveryOf(value: unknown): { deliveryId?: string } {
  const id = textOf(value);
  return DELIVERY_ID.test(id) ? { deliveryId: id } : {};
}

/** WhatsApp's ids of people are their numbers without the plus. */
function addressOf(value: unknown): { address?: string } {
  const id = textOf(value);
  return WA_ID.test(id) ? { address: `+${id}` } : {};
}

/** Epoch seconds, as text by the documentation. */
function instantOf(value: unknown, otherwise: Instant): Instant {
  const seconds = typeof value === 'number' ? String(value) : textOf(value);
  return SECONDS.test(seconds) ? Number(seconds) * 1000 : otherwise;
}

function recordsOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(record) : [];
}
