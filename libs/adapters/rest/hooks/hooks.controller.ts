import { Get, Header, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '#domain/kernel/refusal.js';
import { type CallbackAnswer, TakeCallbacks } from '#domain/delivery/application/take-callbacks.js';
import { Clock } from '#ports/system/clock.js';
import { RateLimits } from '#ports/workspace/rate-limits.js';
import { RestController } from '../kit/rest-controller.js';
import { Public, Takes } from '../kit/route.js';
import { CALLBACKS_PER_ADDRESS, HookSettings } from './hook-settings.js';

/** What providers call back. Nobody shows a key here: the signature over the bytes says who it is. */
@RestController('hooks')
export class HooksController {
  readonly #take: TakeCallbacks;
  readonly #settings: HookSettings;
  readonly #limits: RateLimits;
  readonly #clock: Clock;

  constructor(
    take: TakeCallbacks,
    @Inject(HookSettings) settings: HookSettings,
    @Inject(RateLimits) limits: RateLimits,
    @Inject(Clock) clock: Clock,
  ) {
    this.#take = take;
    this.#settings = settings;
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Takes what a provider (`ses`, `resend`, `sendgrid`, `twilio`, `whatsapp`) tells of messages. Answered when it is
   * committed; until then the provider tries again, and what it repeats changes nothing.
   */
  @Post(':provider')
  @Public({ metered: false })
  @Takes('raw')
  @HttpCode(200)
  tell(@Param('provider') provider: string, @Req() request: FastifyRequest): Promise<unknown> {
    return this.#answer(provider, 'POST', request);
  }

  /** The handshake in which WhatsApp asks whether this address is meant. */
  @Get(':provider')
  @Public({ metered: false })
  @Header('content-type', 'text/plain; charset=utf-8')
  async shakeHands(@Param('provider') provider: string, @Req() request: FastifyRequest): Promise<string> {
    const body = await this.#answer(provider, 'GET', request);
    return typeof body === 'string' ? body : '';
  }

  async #answer(provider: string, method: 'GET' | 'POST', request: FastifyRequest): Promise<unknown> {
    await this.#meter(request.ip);
    if (!this.#take.knows(provider)) throw noSuchPath();
    const answer = await this.#take.execute(provider, {
      method,
      // As it was asked for: decoding and encoding it again gives other bytes than were signed.
      url: `${this.#settings.publicUrl.value}${request.raw.url ?? ''}`,
      headers: firstOfEach(request.raw.headersDistinct),
      body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
      receivedAt: this.#clock.now(),
    });
    return bodyOf(answer);
  }

  async #meter(address: string): Promise<void> {
    const limit = this.#settings.perAddress ?? CALLBACKS_PER_ADDRESS;
    const { allowed, retryAfterMs } = await this.#limits.take(`hooks:${address}`, limit);
    if (!allowed)
      throw new Refusal('rate_limited', `At most ${limit.burst} at once and ${limit.perSecond} a second.`, {
        retryAfterMs,
      });
  }
}

/** A provider that waits for less finds the same again. */
const NOT_BEFORE_MS = 20_000;

function bodyOf(answer: CallbackAnswer): unknown {
  switch (answer.kind) {
    case 'taken':
      return {};
    case 'answer':
      return answer.body;
    case 'refused':
      throw new Refusal(
        answer.code,
        answer.code === 'signature_stale'
          ? 'The callback was signed too long ago, or in the future.'
          : 'The callback is not signed by the provider.',
      );
    case 'later':
      throw new Refusal('callback_not_verifiable', `Send it again later: ${answer.reason}.`, {
        retryAfterMs: NOT_BEFORE_MS,
      });
    case 'malformed':
      throw new Refusal('invalid_callback', `The callback cannot be read: ${answer.reason}.`);
    case 'unknown_provider':
      throw noSuchPath();
  }
}

/** The same whether there is no such provider or its secrets are not configured. */
function noSuchPath(): Refusal {
  return new Refusal('not_found', 'No such path.');
}

function firstOfEach(headers: FastifyRequest['raw']['headersDistinct']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values?.[0]]));
}
