import type { Provider } from '@nestjs/common';
import { SesCallbacks } from '#adapters/ses/ses-callbacks.js';
import { CallbackReaders } from '#domain/delivery/application/take-callbacks.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { WebhookMessageId } from '#domain/webhooks/model/webhook-message.js';
import { Notifications } from '#ports/communication/notifications.js';
import { Dispatches } from '#ports/delivery/dispatches.js';
import type { Ledger } from '#ports/delivery/ledger.js';
import { ProviderReports } from '#ports/delivery/provider-reports.js';
import { Outbox } from '#ports/events/outbox.js';
import { WebhookDeliveries } from '#ports/webhooks/webhook-deliveries.js';
import { WebhookTransport } from '#ports/webhooks/webhook-transport.js';
import { SNS_TOPIC } from '#test/fakes/ses/ses-callbacks.js';
import { SNS_CERTIFICATE } from '#test/fakes/ses/sns-certificate.js';
import { around, type CrashCounter } from './crash-points.js';

/** A customer who does not answer is waited for as little as one can, and told again as soon: a play is short. */
const WEBHOOK_TIMEOUT_MS = 400;
const TOLD_AGAIN_MS = 150;
/** What a process that died had in hand is another's after that. */
const WEBHOOK_LEASE_MS = 2_000;

/** The ports of notifications, callbacks and webhooks, with a place to die in each; undefined for another port. */
export class CommunicationPorts {
  readonly #crash: CrashCounter;
  readonly #bug: string | undefined;
  readonly #life: number;

  constructor(crash: CrashCounter, bug: string | undefined, life: number) {
    this.#crash = crash;
    this.#bug = bug;
    this.#life = life;
  }

  of(provide: unknown, value: object): Provider | undefined {
    const dying = new Map<unknown, () => object>([
      [Notifications, () => this.#notifications(value as Notifications)],
      [Dispatches, () => this.#dispatches(value as Dispatches)],
      [ProviderReports, () => this.#reports(value as ProviderReports)],
      [Outbox, () => this.#outbox(value as Outbox)],
      [WebhookDeliveries, () => this.#deliveries(value as WebhookDeliveries)],
      [WebhookTransport, () => this.#transport(value as WebhookTransport)],
      [CallbackReaders, () => withoutAmazon(value as CallbackReaders)],
    ]);
    const make = dying.get(provide);
    return make && { provide: provide as symbol, useValue: make() };
  }

  /** The ledger as notifications have it; what a campaign accepts is another's. */
  ledger(ledger: Ledger): Ledger {
    return around(ledger, 'openWhole', (openWhole) => async (order, recipients, now) => {
      const answer = await openWhole({ ...order, id: this.#attempted(order.id) }, recipients, now);
      if (isLeg(order.id)) this.#crash.passed('leg-open');
      return answer;
    });
  }

  #notifications(notifications: Notifications): Notifications {
    const accepting = around(notifications, 'accept', (accept) => async (accepted, limits) => {
      const taken = await accept(accepted, limits);
      this.#crash.passed('notification-accept');
      return taken;
    });
    return around(accepting, 'save', (save) => async (before, after) => {
      const answer = await save(before, after);
      if (before.status === 'accepted' && after.status === 'sending') this.#crash.passed('route-kept');
      return answer;
    });
  }

  #dispatches(dispatches: Dispatches): Dispatches {
    const controlling = around(
      dispatches,
      'control',
      (control) => (id, to, revision) => control(this.#attempted(id), to, revision),
    );
    return around(controlling, 'stats', (stats) => (id) => stats(this.#attempted(id)));
  }

  #reports(reports: ProviderReports): ProviderReports {
    return around(reports, 'apply', (apply) => async (...args) => {
      const reported = await apply(...args);
      this.#crash.passed('callback-stored');
      return reported;
    });
  }

  #outbox(outbox: Outbox): Outbox {
    return around(outbox, 'untold', (untold) => async (limit) => {
      const events = (await untold(limit)).map((stored) =>
        'dispatchId' in stored.event
          ? { ...stored, event: { ...stored.event, dispatchId: this.#asked(stored.event.dispatchId) } }
          : stored,
      );
      const changes = events.filter(({ event }) => event.type === 'notification.changed');
      // The planted bug: what is told is crossed off before it is told.
      if (this.#bug === 'event-crossed-off-first') await outbox.told(changes.map(({ seq }) => seq));
      // Of these beginnings no customer is told: nobody would miss them.
      const isNews = ({ event }: (typeof changes)[number]): boolean =>
        event.type === 'notification.changed' && !['accepted', 'sending'].includes(event.status);
      if (changes.some(isNews)) this.#crash.passed('event-read');
      return events;
    });
  }

  #deliveries(deliveries: WebhookDeliveries): WebhookDeliveries {
    const enqueuing = around(deliveries, 'enqueue', (enqueue) => async (...args) => {
      const answer = await enqueue(...args);
      this.#crash.passed('webhook-enqueue');
      return answer;
    });
    const claiming = around(
      enqueuing,
      'claim',
      (claim) => (request) => claim({ ...request, leaseMs: WEBHOOK_LEASE_MS }),
    );
    return around(claiming, 'settle', (settle) => (claim, { state, ...settlement }) => {
      const soon = settlement.attempt.at + TOLD_AGAIN_MS;
      const hurried = state.status === 'pending' ? { ...state, dueAt: soon } : state;
      return settle(claim, { ...settlement, state: hurried });
    });
  }

  #transport(transport: WebhookTransport): WebhookTransport {
    let attempts = 0;
    return around(transport, 'post', (original) => async (post) => {
      // The planted bug: every attempt has an id of its own, so that the customer cannot know it for the same event.
      const id = this.#bug === 'new-webhook-id' ? (`${post.id}-${++attempts}` as WebhookMessageId) : post.id;
      const outcome = await original({ ...post, id, timeoutMs: WEBHOOK_TIMEOUT_MS });
      this.#crash.passed('webhook-post');
      return outcome;
    });
  }

  /** The planted bug: a leg's dispatch is named after the attempt to start it, which here is the life it is made in. */
  #attempted(id: DispatchId): DispatchId {
    return this.#bug === 'attempt-in-leg' && isLeg(id) ? (turned(id, this.#life) as DispatchId) : id;
  }

  #asked(id: string): string {
    return this.#bug === 'attempt-in-leg' && isLeg(id) ? turned(id, -this.#life) : id;
  }
}

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** The id with another last digit. */
function turned(id: string, by: number): string {
  const last = DIGITS.indexOf(id.slice(-1));
  return id.slice(0, -1) + DIGITS.charAt((last + by + 32) % 32);
}

export function isLeg(dispatchId: string): boolean {
  return /^n[a-z]{2}_/.test(dispatchId);
}

/** Nobody can fetch Amazon's certificate here. */
function withoutAmazon(readers: CallbackReaders): CallbackReaders {
  const ses = readers.get('ses');
  if (!ses) return readers;
  const certificates = {
    fetchCertificate: () => Promise.resolve(SNS_CERTIFICATE.cert),
    confirm: () => Promise.resolve(true),
  };
  const callbacks = new SesCallbacks({ topicArns: [SNS_TOPIC] }, certificates);
  return new Map([...readers, ['ses', { ...ses, callbacks }]]);
}
