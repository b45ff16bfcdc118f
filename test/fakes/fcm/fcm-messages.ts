import { DELIVERY_TAG } from '../kit/journal.js';
import type { MailContent } from '../kit/mails.js';
import type { FieldViolation } from './fcm-errors.js';

type Fields = Record<string, unknown>;

/** The body of a `messages:send`. */
export interface FcmSend {
  validateOnly: boolean;
  message: Fields;
}

const TARGETS = ['token', 'fid', 'topic'] as const;
const KNOWN = ['name', 'notification', 'data', 'android', 'apns', 'webpush', 'fcm_options', ...TARGETS];
const RESERVED = /^(?:from|message_type)$|^(?:google|gcm)\b/;
const MAX_PAYLOAD_BYTES = 4096;
const MAX_TTL_SECONDS = 2_419_200;

/** Undefined for a body that is no `messages:send` at all. */
export function fcmSendOf(body: unknown): FcmSend | undefined {
  const { message, validate_only, validateOnly } = fields(body);
  if (typeof message !== 'object' || message === null) return undefined;
  return { message: message as Fields, validateOnly: validate_only === true || validateOnly === true };
}

/** `token:…`, `fid:…` or `topic:…`; undefined if the message names none of them or several. */
export function addressOf({ message }: FcmSend): string | undefined {
  const named = TARGETS.filter((target) => typeof message[target] === 'string' && message[target] !== '');
  const [target] = named;
  return named.length === 1 && target ? `${target}:${String(message[target])}` : undefined;
}

export function deliveryIdOf({ message }: FcmSend): string | undefined {
  const id = fields(message['data'])[DELIVERY_TAG];
  return typeof id === 'string' ? id : undefined;
}

/** What is wrong with a message whatever device it is for. */
export function violationsOf(send: FcmSend): FieldViolation[] {
  const { message } = send;
  const found: FieldViolation[] = Object.keys(message)
    .filter((name) => !KNOWN.includes(name))
    .map((name) => ({
      field: 'message',
      description: `Unknown name "${name}" at 'message': Cannot find field.`,
    }));
  if (addressOf(send) === undefined) {
    found.push({ field: 'message', description: 'Recipient of the message is not set.' });
  }
  found.push(...notStrings(message['notification'], 'message.notification'));
  found.push(...dataProblems(message['data']), ...androidProblems(fields(message['android'])));
  for (const platform of ['apns', 'webpush']) {
    found.push(...notStrings(fields(message[platform])['headers'], `message.${platform}.headers`));
  }
  if (payloadBytes(message) > MAX_PAYLOAD_BYTES) {
    found.push({ field: 'message', description: 'Message is too big' });
  }
  return found;
}

/** Whatever the vendor was told besides the body stands in `tags`, under its path: `apns.headers.apns-priority`. */
export function mailOf(projectId: string, send: FcmSend): MailContent {
  const { token: _, fid: __, topic: ___, ...told } = send.message;
  const { 'notification.body': text, ...tags } = flattened(told);
  return {
    from: `projects/${projectId}`,
    to: [addressOf(send) ?? ''],
    subject: '',
    text,
    headers: {},
    tags,
    attachments: [],
  };
}

function dataProblems(data: unknown): FieldViolation[] {
  const reserved = Object.keys(fields(data))
    .filter((key) => RESERVED.test(key))
    .map((key) => ({ field: 'message.data', description: `Invalid data payload key: ${key}` }));
  return [...notStrings(data, 'message.data'), ...reserved];
}

function androidProblems({ priority, ttl }: Fields): FieldViolation[] {
  const found: FieldViolation[] = [];
  if (priority !== undefined && !/^(?:normal|high)$/i.test(String(priority))) {
    found.push({
      field: 'message.android.priority',
      description: 'Invalid value at message.android.priority',
    });
  }
  const seconds = /^(\d+(?:\.\d{1,9})?)s$/.exec(String(ttl ?? '0s'))?.[1];
  if (seconds === undefined || Number(seconds) > MAX_TTL_SECONDS) {
    found.push({ field: 'message.android.ttl', description: 'Invalid TTL: must be within 0s to 2419200s' });
  }
  return found;
}

function notStrings(value: unknown, field: string): FieldViolation[] {
  return Object.entries(fields(value))
    .filter(([, one]) => typeof one !== 'string')
    .map(([key]) => ({
      field: `${field}.${key}`,
      description: `Invalid value at '${field}.${key}' (TYPE_STRING)`,
    }));
}

/** Keys and values alike, as FCM counts them. */
function payloadBytes({ notification, data }: Fields): number {
  const texts = [...Object.entries(fields(notification)), ...Object.entries(fields(data))].flat();
  return texts.reduce<number>((sum, text) => sum + Buffer.byteLength(String(text)), 0);
}

function flattened(value: Fields, path = ''): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, one] of Object.entries(value)) {
    if (typeof one === 'object' && one !== null)
      Object.assign(flat, flattened(one as Fields, `${path}${name}.`));
    else flat[path + name] = String(one);
  }
  return flat;
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
