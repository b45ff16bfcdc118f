import type { CallbackReading, ProviderCallbacks, RawCallback } from '#ports/delivery/provider-callbacks.js';
import { instantOf } from '#adapters/email-providers/event-fields.js';
import { isFresh, jsonOf } from '#adapters/http/signed-body.js';
import { sesEvents } from './ses-events.js';
import { HttpSnsApi, originOfTopic, type SnsApi } from './sns-api.js';
import { SnsCertificates } from './sns-certificates.js';
import { isSignedBy, readSnsMessage, type SnsMessage } from './sns-signature.js';

export interface SesCallbackSettings {
  /** Topics that are believed. SNS signs for every customer of Amazon: a good signature says nothing of whose it is. */
  readonly topicArns: readonly string[];
}

/**
 * SNS signs a message once, when it is published, and repeats the same bytes until they are taken. Its retry policies
 * for HTTP may not take longer than 3,600 s, so with 300 s no more than that as elsewhere, five minutes of ours being
 * down would cost every bounce of those minutes. Five minutes are left for the last attempt and for clocks. That an
 * hour is long does no harm: told again, an event has the same key.
 */
export const SNS_MAX_AGE_MS = 3_900_000;

const TOKEN = /^[\x21-\x7e]{1,2048}$/;

/** What SES calls back: events in notifications of SNS, and SNS asking whether we want them. */
export class SesCallbacks implements ProviderCallbacks {
  readonly provider = 'ses';
  readonly #topicArns: ReadonlySet<string>;
  readonly #api: SnsApi;
  readonly #certificates: SnsCertificates;

  /** @throws Error naming the setting at fault */
  constructor({ topicArns }: SesCallbackSettings, api: SnsApi = new HttpSnsApi()) {
    if (topicArns.length === 0 || topicArns.some((arn) => originOfTopic(arn) === undefined)) {
      throw new Error('ses: topicArns must name at least one topic of SNS, each by its whole ARN');
    }
    this.#topicArns = new Set(topicArns);
    this.#api = api;
    this.#certificates = new SnsCertificates((url) => api.fetchCertificate(url));
  }

  async read({ body, receivedAt }: RawCallback): Promise<CallbackReading> {
    const message = readSnsMessage(jsonOf(body));
    // Before any request of ours: a stranger must name one of our topics and a certificate at Amazon to cause one.
    if (!message || !this.#topicArns.has(message.topicArn)) return INVALID;
    const certificate = await this.#certificates.get(message.signingCertUrl, receivedAt);
    if (certificate === 'away') return later('the certificate of SNS cannot be fetched');
    if (certificate === 'none' || !isSignedBy(message, certificate)) return INVALID;
    const publishedAt = instantOf(message.timestamp);
    if (publishedAt === undefined) return { kind: 'malformed', reason: 'a message without a time' };
    if (!isFresh(publishedAt, receivedAt, SNS_MAX_AGE_MS))
      return { kind: 'refused', code: 'signature_stale' };
    switch (message.type) {
      case 'Notification': {
        const reading = sesEvents(message.message, message.messageId, publishedAt);
        return reading.kind === 'told' ? { ...reading, inbound: [] } : reading;
      }
      case 'SubscriptionConfirmation':
        return this.#confirm(message);
      case 'UnsubscribeConfirmation':
        // Whoever ended the subscription meant to; its token would begin it again.
        return { kind: 'answer', body: '' };
    }
  }

  async #confirm({ topicArn, token }: SnsMessage): Promise<CallbackReading> {
    if (token === undefined || !TOKEN.test(token)) {
      return { kind: 'malformed', reason: 'a confirmation without a token' };
    }
    try {
      if (await this.#api.confirm(topicArn, token)) return { kind: 'answer', body: '' };
    } catch {
      return later('SNS does not answer to the confirmation');
    }
    return { kind: 'malformed', reason: 'SNS would not confirm the subscription with the token it sent' };
  }
}

/** SNS takes anything but a 5xx for a final answer, and would not send the same again. */
function later(reason: string): CallbackReading {
  return { kind: 'later', reason };
}

const INVALID: CallbackReading = { kind: 'refused', code: 'signature_invalid' };
