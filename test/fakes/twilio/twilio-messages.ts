import { DELIVERY_TAG } from '../kit/journal.js';
import type { MailContent } from '../kit/mails.js';
import { MAGIC_SENDERS } from './twilio-errors.js';

export interface TwilioAccount {
  sid: string;
  token: string;
}

const E164 = /^\+[1-9]\d{6,14}$/;
const MESSAGING_SERVICE = /^MG[0-9a-f]{32}$/;
/** The GSM 03.38 alphabet: what a segment has 160 of. */
const GSM =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Its extension: each takes the place of two. */
const GSM_EXTENSION = '^{}\\[~]|€\f';

/** What Twilio would say about a message before it takes it: a code, or nothing. */
export function problemOf(form: URLSearchParams, senders: readonly string[] | undefined): number | undefined {
  const to = form.get('To') ?? '';
  const body = form.get('Body') ?? '';
  if (to === '') return 21604;
  if (body === '') return 21602;
  if (body.length > 1600) return 21617;
  if (!E164.test(to)) return 21211;
  const callback = form.get('StatusCallback');
  if (callback !== null && !/^https?:\/\/[^/]/.test(callback)) return 21609;
  const validity = form.get('ValidityPeriod');
  if (validity !== null && !(/^\d+$/.test(validity) && Number(validity) >= 1 && Number(validity) <= 36_000))
    return 21624;
  return problemOfSender(form, senders);
}

function problemOfSender(form: URLSearchParams, senders: readonly string[] | undefined): number | undefined {
  const service = form.get('MessagingServiceSid');
  if (service !== null) return MESSAGING_SERVICE.test(service) ? undefined : 21701;
  const from = form.get('From') ?? '';
  if (from === '') return 21603;
  return MAGIC_SENDERS[from] ?? (senders && !senders.includes(from) ? 21606 : undefined);
}

/** Our own delivery id, if the caller put it where Twilio brings it back: in the query of the status callback. */
export function deliveryIdOf(form: URLSearchParams): string | undefined {
  const callback = form.get('StatusCallback') ?? '';
  return new URLSearchParams(callback.split('?')[1] ?? '').get(DELIVERY_TAG) ?? undefined;
}

/** The message as the kit keeps it: what is neither sender, recipient nor text is in the tags under Twilio's names. */
export function mailOf(form: URLSearchParams): MailContent {
  const { To: to = '', From: from, Body: text, ...rest } = Object.fromEntries(form);
  const deliveryId = deliveryIdOf(form);
  return {
    from: from ?? rest['MessagingServiceSid'] ?? '',
    to: [to],
    subject: '',
    text,
    headers: {},
    tags: { ...rest, ...(deliveryId === undefined ? {} : { [DELIVERY_TAG]: deliveryId }) },
    attachments: [],
  };
}

/** The resource that a 201 answers with. */
export function messageResource(
  { sid: account }: TwilioAccount,
  sid: string,
  form: URLSearchParams,
  now: number,
) {
  const service = form.get('MessagingServiceSid');
  const body = form.get('Body') ?? '';
  const uri = `/2010-04-01/Accounts/${account}/Messages/${sid}`;
  return {
    account_sid: account,
    api_version: '2010-04-01',
    body,
    date_created: rfc2822(now),
    date_sent: null,
    date_updated: rfc2822(now),
    direction: 'outbound-api',
    error_code: null,
    error_message: null,
    // A messaging service chooses its number later, and so knows the segments later.
    from: service === null ? form.get('From') : null,
    messaging_service_sid: service,
    num_media: '0',
    num_segments: service === null ? String(segmentsOf(body)) : '0',
    price: null,
    price_unit: service === null ? 'USD' : null,
    sid,
    status: service === null ? 'queued' : 'accepted',
    subresource_uris: { media: `${uri}/Media.json` },
    to: form.get('To'),
    uri: `${uri}.json`,
  };
}

/** The token is in it, as it is in the real one. */
export function accountResource({ sid, token }: TwilioAccount, status: string, now: number) {
  const uri = `/2010-04-01/Accounts/${sid}`;
  const under = (name: string) => `${uri}/${name}.json`;
  return {
    auth_token: token,
    date_created: rfc2822(now),
    date_updated: rfc2822(now),
    friendly_name: 'Fake account',
    owner_account_sid: sid,
    sid,
    status,
    subresource_uris: {
      balance: under('Balance'),
      incoming_phone_numbers: under('IncomingPhoneNumbers'),
      messages: under('Messages'),
      usage: under('Usage'),
    },
    type: 'Full',
    uri: `${uri}.json`,
  };
}

export function segmentsOf(body: string): number {
  const characters = [...body];
  const gsm = characters.every((one) => GSM.includes(one) || GSM_EXTENSION.includes(one));
  const units = gsm
    ? characters.reduce((sum, one) => sum + (GSM_EXTENSION.includes(one) ? 2 : 1), 0)
    : body.length;
  const [alone, joined] = gsm ? [160, 153] : [70, 67];
  return units <= alone ? 1 : Math.ceil(units / joined);
}

function rfc2822(now: number): string {
  return new Date(now).toUTCString().replace('GMT', '+0000');
}
