import type { ProviderEvent, ProviderEventKind } from '#domain/delivery/model/provider-event.js';
import type { CallbackReading } from '#ports/delivery/provider-callbacks.js';
import { words } from '#adapters/email-providers/words.js';
import { readTwilioAddress } from './twilio-address.js';
import type { CallbackFacts, Field } from './twilio-callback-facts.js';

/** Of an outgoing message, https://www.twilio.com/docs/messaging/api/message-resource#message-status-values. */
const kindsByStatus: ReadonlyMap<string, ProviderEventKind | 'nothing new'> = new Map([
  ['accepted', 'nothing new'],
  ['scheduled', 'nothing new'],
  ['queued', 'nothing new'],
  ['sending', 'nothing new'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['undelivered', 'bounced'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
  ['read', 'read'],
] as const);

/** The handset is unknown; it is a landline, or its carrier cannot be reached: no message will ever arrive there. */
const PERMANENT: ReadonlySet<string> = new Set(['30005', '30006']);
const OPTED_OUT = '21610';

export function readStatus(status: string, facts: CallbackFacts): CallbackReading {
  const kind = kindsByStatus.get(status);
  if (kind === undefined) return { kind: 'malformed', reason: 'no MessageStatus that is known' };
  const events = kind === 'nothing new' ? [] : eventsOf(kind, status, facts);
  return { kind: 'told', events, inbound: [] };
}

function eventsOf(kind: ProviderEventKind, status: string, facts: CallbackFacts): readonly ProviderEvent[] {
  const { sid, about, deliveryId, field } = facts;
  const to = readTwilioAddress(field('To'));
  const code = field('ErrorCode') ?? '';
  const gone = kind === 'bounced' || kind === 'failed';
  const reason = gone ? reasonOf(code, field) : '';
  const event: ProviderEvent = {
    key: `${sid}:${status}`,
    kind,
    ...about,
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...(to === undefined ? {} : { address: to.number }),
    ...(kind === 'bounced' ? { permanent: PERMANENT.has(code) } : {}),
    ...(reason === '' ? {} : { reason }),
  };
  // A messaging service takes a message first and looks afterwards whether the person has said STOP.
  if (!gone || code !== OPTED_OUT || to === undefined) return [event];
  return [event, { key: `${sid}:opted_out`, kind: 'opted_out', ...about, address: to.number }];
}

function reasonOf(code: string, field: Field): string {
  const message = field('ErrorMessage') ?? field('ChannelStatusMessage') ?? '';
  return words([code, message].filter((part) => part !== '').join(': '));
}
