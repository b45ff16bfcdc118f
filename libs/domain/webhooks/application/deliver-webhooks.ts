import { ANSWER_WITHIN_MS, type PostOutcome } from '#domain/webhooks/model/post-outcome.js';
import { judge } from '#domain/webhooks/model/retry-ladder.js';
import { signingKeys, type WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';
import type { Log } from '#ports/system/log.js';
import type { WebhookClaim, WebhookDeliveries } from '#ports/webhooks/webhook-deliveries.js';
import type { WebhookTransport } from '#ports/webhooks/webhook-transport.js';

export interface DeliveryTools {
  readonly deliveries: WebhookDeliveries;
  readonly transport: WebhookTransport;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

export interface DeliveryLimits {
  /** Posts under way at once, to all endpoints together. */
  readonly inFlight: number;
  /** To one of them. */
  readonly perEndpoint: number;
  /** Longer than a post and writing it down can take, or others would repeat it meanwhile. Milliseconds. */
  readonly leaseMs: number;
  /** How long a message is kept, counted from when it happened. */
  readonly keepMs: number;
  /** How often to look though nobody called: the call is a hint that may be missed. Milliseconds. */
  readonly lookEveryMs: number;
}

const DAY_MS = 24 * 3_600_000;

export const DELIVERY_LIMITS: DeliveryLimits = {
  inFlight: 128,
  perEndpoint: 4,
  leaseMs: 4 * ANSWER_WITHIN_MS,
  keepMs: 30 * DAY_MS,
  lookEveryMs: 5_000,
};

const AFTER_ERROR_MS = 2_000;
const PURGE_EVERY_MS = 3_600_000;
const PURGED_AT_ONCE = 200;

/**
 * Posts what is due. Each endpoint has a few posts under way at most, and one that fails a single one: an endpoint that
 * takes fifteen seconds to say nothing holds up its own messages and nobody else's.
 *
 * If the process dies between a post and writing down what came of it, the lease ends and the post is repeated, with the
 * same id and the same bytes.
 */
export class DeliverWebhooks {
  readonly #tools: DeliveryTools;
  readonly #limits: DeliveryLimits;
  readonly #held = new Map<WebhookEndpointId, number>();
  readonly #underWay = new Set<Promise<void>>();
  #running: Promise<void> = Promise.resolve();
  #stopping = false;
  #wake: () => void = () => {};
  #unsubscribe: () => void = () => {};
  #nextPurge = -Infinity;

  constructor(tools: DeliveryTools, limits = DELIVERY_LIMITS) {
    this.#tools = tools;
    this.#limits = limits;
  }

  start(): void {
    // It may have been stopped before: a function of Lambda lives from one minute to the next.
    this.#stopping = false;
    this.#unsubscribe = this.#tools.deliveries.onWork(() => this.#wake());
    this.#running = this.#loop();
  }

  /** Finishes the posts under way, and begins no more. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unsubscribe();
    this.#wake();
    await this.#running;
    await Promise.all(this.#underWay);
  }

  async #loop(): Promise<void> {
    const { clock, log } = this.#tools;
    while (!this.#stopping) {
      // Before looking: who calls while we look is heard.
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      const wait = await this.#round().catch((error: unknown) => {
        log.error('webhooks.unreadable', { error });
        return AFTER_ERROR_MS;
      });
      if (this.#stopping) return;
      const cancel = clock.after(wait, () => this.#wake());
      await woken;
      cancel();
    }
  }

  /** Begins what is due and has room. Answers how long to rest if nobody calls. */
  async #round(): Promise<number> {
    const { deliveries, clock } = this.#tools;
    await this.#purgeNowAndThen();
    const { inFlight, perEndpoint, leaseMs, lookEveryMs } = this.#limits;
    const max = inFlight - this.#underWay.size;
    if (max <= 0) return lookEveryMs;
    const now = clock.now();
    const { claims, nextDueAt } = await deliveries.claim({
      max,
      perEndpoint,
      held: this.#held,
      leaseMs,
      now,
    });
    for (const claim of claims) this.#begin(claim);
    if (nextDueAt === undefined) return lookEveryMs;
    return Math.min(lookEveryMs, Math.max(1, nextDueAt - now));
  }

  #begin(claim: WebhookClaim): void {
    const { endpointId } = claim;
    this.#held.set(endpointId, (this.#held.get(endpointId) ?? 0) + 1);
    const delivering = this.#deliver(claim)
      .catch((error: unknown) => {
        // It was posted or not: the lease ends, and it is posted again.
        this.#tools.log.error('webhooks.not_settled', { endpointId, messageId: claim.message.id, error });
      })
      .finally(() => {
        this.#underWay.delete(delivering);
        const rest = (this.#held.get(endpointId) ?? 1) - 1;
        if (rest > 0) this.#held.set(endpointId, rest);
        else this.#held.delete(endpointId);
        this.#wake();
      });
    this.#underWay.add(delivering);
  }

  async #deliver(claim: WebhookClaim): Promise<void> {
    const { deliveries, clock, ids, log } = this.#tools;
    const { message, endpointId } = claim;
    const begun = clock.monotonic();
    const outcome = await this.#post(claim);
    const at = clock.now();
    const number = claim.attempts + 1;
    const durationMs = Math.round(clock.monotonic() - begun);
    const id = ids.next('wat');
    const attempt = { id, messageId: message.id, type: message.type, number, at, durationMs, outcome };
    const judgement = judge(number, outcome, at);
    const settled = await deliveries.settle(claim, { ...judgement, attempt });
    if (settled === 'disabled')
      log.warn('webhooks.endpoint_disabled', { endpointId, effect: judgement.effect });
    if (settled === 'stale') log.info('webhooks.overtaken', { endpointId, messageId: message.id });
  }

  async #post({ url, message, secrets }: WebhookClaim): Promise<PostOutcome> {
    const at = this.#tools.clock.now();
    const { id, body } = message;
    const keys = signingKeys(secrets, at);
    return this.#tools.transport.post({ url, id, at, body, keys, timeoutMs: ANSWER_WITHIN_MS });
  }

  async #purgeNowAndThen(): Promise<void> {
    const { clock, deliveries, log } = this.#tools;
    if (clock.monotonic() < this.#nextPurge) return;
    this.#nextPurge = clock.monotonic() + PURGE_EVERY_MS;
    try {
      const before = clock.now() - this.#limits.keepMs;
      while (!this.#stopping && (await deliveries.purge(before, PURGED_AT_ONCE)) === PURGED_AT_ONCE);
    } catch (error) {
      // Untidy is no reason not to work.
      log.warn('webhooks.not_purged', { error });
    }
  }
}
