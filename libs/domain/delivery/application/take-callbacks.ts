import type { InboundMessage, ProviderCallbacks, RawCallback } from '#ports/delivery/provider-callbacks.js';
import type { ProviderReports } from '#ports/delivery/provider-reports.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';

/** A provider's reader, and the channel that it serves. */
export interface CallbackReader {
  readonly channel: string;
  readonly callbacks: ProviderCallbacks;
}

/** By the provider's name: those whose secrets are configured. */
export type CallbackReaders = ReadonlyMap<string, CallbackReader>;
export const CallbackReaders = Symbol('CallbackReaders');

/**
 * Told of everybody who wrote to us. Resolves when that is durable; if it rejects, or the process dies, the same messages
 * come again with the provider's next attempt.
 */
export type OnInbound = (messages: readonly InboundMessage[]) => Promise<void>;
export const OnInbound = Symbol('OnInbound');

export type CallbackAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'answer'; readonly body: string }
  | { readonly kind: 'refused'; readonly code: 'signature_invalid' | 'signature_stale' }
  | { readonly kind: 'malformed'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string }
  | { readonly kind: 'unknown_provider' };

export interface CallbackTools {
  readonly readers: CallbackReaders;
  readonly reports: ProviderReports;
  readonly onInbound: OnInbound;
  readonly clock: Clock;
  readonly log: Log;
}

const BETWEEN_WARNINGS_MS = 60_000;

/**
 * Takes what a provider calls back. Loses nothing: it answers `taken` only after everything told is committed, and lets
 * the storage's trouble through, so that the provider is answered with an error and tries again. What was committed
 * before the trouble is known by its keys then.
 */
export class TakeCallbacks {
  readonly #tools: CallbackTools;
  readonly #warnedAt = new Map<string, number>();

  constructor(tools: CallbackTools) {
    this.#tools = tools;
  }

  /** Whether there is anybody to read what this provider calls back. */
  knows(provider: string): boolean {
    return this.#tools.readers.has(provider);
  }

  async execute(provider: string, callback: RawCallback): Promise<CallbackAnswer> {
    const { readers, log } = this.#tools;
    const reading = await readers.get(provider)?.callbacks.read(callback);
    switch (reading?.kind) {
      case undefined:
        return { kind: 'unknown_provider' };
      case 'told':
        await this.#take(provider, reading);
        return { kind: 'taken' };
      case 'refused':
        this.#warnOfRefusal(provider, reading.code);
        return reading;
      case 'later':
        this.#warnOfRefusal(provider, reading.reason);
        return reading;
      case 'malformed':
        log.warn('callback.malformed', { provider, reason: reading.reason });
        return reading;
      case 'answer':
        return reading;
    }
  }

  /** An operator who configured the wrong secret must see it, and a stranger who guesses must not fill the log. */
  #warnOfRefusal(provider: string, code: string): void {
    const now = this.#tools.clock.now();
    if (now - (this.#warnedAt.get(provider) ?? -Infinity) < BETWEEN_WARNINGS_MS) return;
    this.#warnedAt.set(provider, now);
    this.#tools.log.warn('callback.refused', { provider, code });
  }

  async #take(
    provider: string,
    { events, inbound }: Extract<Awaited<ReturnType<ProviderCallbacks['read']>>, { kind: 'told' }>,
  ): Promise<void> {
    const { readers, reports, onInbound, clock, log } = this.#tools;
    if (events.length > 0) {
      const channelOf = (name: string): string => readers.get(name)?.channel ?? '';
      const reported = await reports.apply(events, channelOf, clock.now());
      log.debug('callback.taken', { provider, ...reported });
      // Another system that shares the account with us, or somebody's mistake: worth a look if it is many.
      if (reported.unmatched > 0) log.info('callback.unmatched', { provider, unmatched: reported.unmatched });
    }
    if (inbound.length > 0) await onInbound(inbound);
  }
}
