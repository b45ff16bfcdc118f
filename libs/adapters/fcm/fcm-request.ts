import type { Instant } from '#domain/kernel/brand.js';
import type { PushMessage } from '#ports/delivery/push-provider.js';

/** The body of a call, or why FCM would have none of it. */
export type FcmRequest = { readonly body: string } | { readonly refused: string };

/** Bytes of a message, keys and values alike: https://firebase.google.com/docs/cloud-messaging/concept-options */
export const MAX_PAYLOAD_BYTES = 4096;
/** Four weeks; FCM keeps nothing longer, and refuses to be asked to. */
export const MAX_TTL_SECONDS = 2_419_200;

const RESERVED_KEY = /^(?:from|message_type)$|^(?:google|gcm)\b/;

/**
 * What FCM says of a payload that it won't have is, word for word, what it says of a device that it does not know
 * (`INVALID_ARGUMENT`). So the payload is looked at here: else a long text would have somebody's device deleted.
 */
export function fcmRequest(message: PushMessage, now: Instant): FcmRequest {
  const [, kind, address] = /^(token|fid):(.+)$/s.exec(message.to) ?? [];
  if (kind === undefined || address === undefined) return { refused: 'an address without token: or fid:' };
  const reserved = Object.keys(message.data).find((key) => RESERVED_KEY.test(key));
  if (reserved !== undefined)
    return { refused: `data may not use ${reserved}: FCM keeps that key to itself` };

  const { title, body, deliveryId } = message;
  const payload = {
    notification: { ...(title !== undefined && { title }), body },
    data: { ...message.data, posthorn_delivery: deliveryId },
  };
  // As JSON it is a little longer than FCM counts it, and about as long as Apple does.
  const bytes = Buffer.byteLength(JSON.stringify(payload));
  if (bytes > MAX_PAYLOAD_BYTES)
    return { refused: `${bytes} bytes of title, body and data; FCM takes ${MAX_PAYLOAD_BYTES}` };
  return { body: JSON.stringify({ message: { [kind]: address, ...payload, ...platforms(message, now) } }) };
}

/** A message that is checked and sent to nobody. */
export function validationRequest(): string {
  const message = { topic: 'posthorn-check', notification: { body: 'posthorn' } };
  return JSON.stringify({ validate_only: true, message });
}

/** How soon, and until when, in the words of each platform. Left out is what the platform does by itself. */
function platforms({ urgent, validForSeconds }: PushMessage, now: Instant): object {
  const seconds =
    validForSeconds === undefined
      ? undefined
      : Math.min(MAX_TTL_SECONDS, Math.max(0, Math.floor(validForSeconds)));
  const limited = seconds !== undefined;
  return {
    android: { priority: urgent ? 'HIGH' : 'NORMAL', ...(limited && { ttl: `${seconds}s` }) },
    apns: {
      headers: {
        'apns-priority': urgent ? '10' : '5',
        ...(limited && { 'apns-expiration': expiration(seconds, now) }),
      },
    },
    webpush: { headers: { Urgency: urgent ? 'high' : 'normal', ...(limited && { TTL: `${seconds}` }) } },
  };
}

/** Apple wants the time itself, in seconds since the epoch; 0 is "now or never". */
function expiration(seconds: number, now: Instant): string {
  return seconds === 0 ? '0' : String(Math.floor(now / 1000) + seconds);
}
