import { verify, type X509Certificate } from 'node:crypto';
import { textOf } from '#adapters/email-providers/event-fields.js';
import { record } from '#adapters/http/json-api.js';
import { base64Bytes } from '#adapters/http/signed-body.js';

const TYPES = ['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation'] as const;
/** `SignatureVersion`, and the hash that is signed with RSA. */
const HASHES = { '1': 'sha1', '2': 'sha256' } as const;

/** Amazon's own hosts for SNS and no others: a bucket may be called `sns`, a region has no digit before its last part. */
const CERTIFICATE_HOST = /^sns\.[a-z]{2}(-[a-z]+)+-\d\.amazonaws\.com(\.cn)?$/;
const MAX_URL = 512;

/** What SNS posts, whatever is in it. Nothing of it is to be believed before `isSignedBy`. */
export interface SnsMessage {
  readonly type: (typeof TYPES)[number];
  readonly messageId: string;
  readonly topicArn: string;
  readonly message: string;
  /** ISO 8601, of the moment it was published; the same in every repetition. */
  readonly timestamp: string;
  readonly subject: string | undefined;
  /** Only where a subscription is to be confirmed, or has ended. */
  readonly subscribeUrl: string | undefined;
  readonly token: string | undefined;
  readonly signatureVersion: keyof typeof HASHES;
  readonly signature: Buffer;
  /** On one of Amazon's hosts. */
  readonly signingCertUrl: string;
}

/** The envelope; undefined if anything is missing that SNS always sends, or the certificate is not Amazon's to give. */
export function readSnsMessage(body: unknown): SnsMessage | undefined {
  const fields = record(body);
  const text = (name: string) => textOf(fields[name]);
  const type = TYPES.find((one) => one === fields['Type']);
  const signatureVersion = text('SignatureVersion');
  const signature = base64Bytes(text('Signature') ?? '');
  const signingCertUrl = text('SigningCertURL') ?? '';
  const [messageId, topicArn, timestamp] = ['MessageId', 'TopicArn', 'Timestamp'].map(text);
  const message = typeof fields['Message'] === 'string' ? fields['Message'] : undefined;
  if (!type || !messageId || !topicArn || !timestamp || message === undefined || !signature) return undefined;
  if (signatureVersion !== '1' && signatureVersion !== '2') return undefined;
  if (!isSigningCertUrl(signingCertUrl)) return undefined;
  const optional = { subject: text('Subject'), subscribeUrl: text('SubscribeURL'), token: text('Token') };
  const signed = { type, messageId, topicArn, message, timestamp };
  return { ...signed, ...optional, signatureVersion, signature, signingCertUrl };
}

/**
 * Whoever can name the certificate can sign. So it comes from Amazon, over https, and the URL is written in the one
 * plain way that Amazon writes it: no port, no user, no query, nothing that a second parser may read in another way.
 */
export function isSigningCertUrl(text: string): boolean {
  if (text.length > MAX_URL || !URL.canParse(text)) return false;
  const url = new URL(text);
  const { hostname, pathname } = url;
  if (!CERTIFICATE_HOST.test(hostname) || !pathname.endsWith('.pem')) return false;
  return text === `https://${hostname}${pathname}`;
}

/**
 * Names and values, each on a line of its own, by name: what SNS documents as the string to sign. What is there is in
 * it, so that nothing can be added to a message that was signed without it.
 */
function stringToSign(message: SnsMessage): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Message', message.message],
    ['MessageId', message.messageId],
    ['Subject', message.subject],
    ['SubscribeURL', message.subscribeUrl],
    ['Timestamp', message.timestamp],
    ['Token', message.token],
    ['TopicArn', message.topicArn],
    ['Type', message.type],
  ];
  return lines.map(([name, value]) => (value === undefined ? '' : `${name}\n${value}\n`)).join('');
}

export function isSignedBy(message: SnsMessage, { publicKey }: X509Certificate): boolean {
  const hash = HASHES[message.signatureVersion];
  if (publicKey.asymmetricKeyType !== 'rsa') return false;
  try {
    return verify(hash, Buffer.from(stringToSign(message)), publicKey, message.signature);
  } catch {
    // Bytes that can be no signature by this key.
    return false;
  }
}
