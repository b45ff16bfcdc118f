import type { ProviderEvent, ProviderEventKind } from '#domain/delivery/model/provider-event.js';
import type { Instant } from '#domain/kernel/brand.js';
import {
  eventKey,
  instantOf,
  isSenderPolicy,
  listOf,
  providerEvent,
  type RawFields,
  textOf,
} from '#adapters/email-providers/event-fields.js';
import { parseJson, record } from '#adapters/http/json-api.js';

type Fields = Record<string, unknown>;

export type SesReading =
  | { readonly kind: 'told'; readonly events: readonly ProviderEvent[] }
  | { readonly kind: 'malformed'; readonly reason: string };

interface Meaning {
  readonly kind: ProviderEventKind;
  /** Where in the message its own part stands. */
  readonly part: string;
  /** The part's list of the recipients it is about; without one it is about the whole mail. */
  readonly recipients?: string;
  readonly fields?: (part: Fields, recipient: Fields) => RawFields;
}

/** By `notificationType` of an identity's notifications, or `eventType` of a configuration set's events. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['Send', { kind: 'sent', part: 'send' }],
  [
    'Delivery',
    {
      kind: 'delivered',
      part: 'delivery',
      recipients: 'recipients',
      fields: ({ smtpResponse }) => ({ reason: smtpResponse }),
    },
  ],
  [
    'DeliveryDelay',
    {
      kind: 'delayed',
      part: 'deliveryDelay',
      recipients: 'delayedRecipients',
      fields: ({ delayType }, { diagnosticCode }) => ({ reason: joined(delayType, diagnosticCode) }),
    },
  ],
  ['Bounce', { kind: 'bounced', part: 'bounce', recipients: 'bouncedRecipients', fields: bounceFields }],
  [
    'Complaint',
    {
      kind: 'complained',
      part: 'complaint',
      recipients: 'complainedRecipients',
      fields: (part) => ({ reason: joined(part['complaintSubType'], part['complaintFeedbackType']) }),
    },
  ],
  ['Reject', { kind: 'failed', part: 'reject', fields: ({ reason }) => ({ reason }) }],
  [
    'Rendering Failure',
    { kind: 'failed', part: 'failure', fields: ({ errorMessage }) => ({ reason: errorMessage }) },
  ],
  ['Open', { kind: 'opened', part: 'open' }],
  ['Click', { kind: 'clicked', part: 'click' }],
]);

/**
 * Reports that travel as complaints and are none: somebody took our mail out of the spam folder, or a host tells what
 * it thinks of our SPF and DKIM. The reader has not complained, so nobody is suppressed for it.
 */
const NO_COMPLAINTS: readonly unknown[] = ['not-spam', 'auth-failure'];

/** SES says in plain words, once, that a topic was chosen. */
const GREETING = /^Successfully validated SNS topic/;

/**
 * What SES has put into a notification.
 * @param messageId of SNS: the same when it is told again
 * @param publishedAt for what has no time of its own
 */
export function sesEvents(message: string, messageId: string, publishedAt: Instant): SesReading {
  if (GREETING.test(message)) return { kind: 'told', events: [] };
  const told = record(parseJson(message));
  const type = textOf(told['eventType']) ?? textOf(told['notificationType']);
  if (type === undefined) return { kind: 'malformed', reason: 'a notification that is not of SES' };
  const meaning = MEANINGS.get(type);
  if (!meaning) return { kind: 'told', events: [] };
  const part = told[meaning.part];
  if (typeof part !== 'object' || part === null) {
    return { kind: 'malformed', reason: `an event without its part "${meaning.part}"` };
  }
  return {
    kind: 'told',
    events: eventsOf(meaning, record(part), record(told['mail']), messageId, publishedAt),
  };
}

function eventsOf(
  { kind, recipients, fields }: Meaning,
  part: Fields,
  mail: Fields,
  messageId: string,
  publishedAt: Instant,
): readonly ProviderEvent[] {
  if (kind === 'complained' && NO_COMPLAINTS.includes(part['complaintFeedbackType'])) return [];
  const at = instantOf(part['timestamp']) ?? publishedAt;
  return recipientsOf(mail, recipients === undefined ? [] : listOf(part[recipients])).map(
    (recipient, index) =>
      providerEvent(
        { key: eventKey(messageId, index), provider: 'ses', kind, at },
        {
          deliveryId: deliveryTag(mail['tags']),
          providerMessageId: mail['messageId'],
          address: recipient['emailAddress'],
          ...fields?.(part, recipient),
        },
      ),
  );
}

/** At least one, so that an event of which SES names no recipient is still the message's. */
function recipientsOf(mail: Fields, named: readonly unknown[]): readonly Fields[] {
  if (named.length > 0) {
    return named.map((one) => (typeof one === 'string' ? { emailAddress: one } : record(one)));
  }
  const destination = listOf(mail['destination']);
  // We write to one at a time. Of a mail to several, sent by somebody else's hand, it does not say which one it was.
  return [{ emailAddress: destination.length === 1 ? destination[0] : undefined }];
}

function bounceFields({ bounceType, bounceSubType }: Fields, { status, diagnosticCode }: Fields): RawFields {
  return {
    // `Transient` and `Undetermined` may pass: a full mailbox, a host that was away.
    permanent: bounceType === 'Permanent' && !isSenderPolicy(status, diagnosticCode),
    reason: joined(bounceType, bounceSubType, diagnosticCode),
  };
}

/** Every tag is a list of values; ours has one. */
function deliveryTag(tags: unknown): unknown {
  const tag = record(tags)['posthorn_delivery'];
  return Array.isArray(tag) ? tag[0] : tag;
}

function joined(...said: readonly unknown[]): string {
  return said.filter(textOf).join(' ');
}
