import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../model/api-key.js';
import { ApiKeyTokens } from '#ports/workspace/api-key-tokens.js';
import { ApiKeys } from '#ports/workspace/api-keys.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';

/** Keys kept at hand. A deployment with more keys in use at once asks the storage for the rest. */
const REMEMBERED_KEYS = 10_000;
/** How long another process may go on accepting a key that was revoked elsewhere (ms). */
const REMEMBERED_FOR_MS = 30_000;
/** Last use is written at most this often per key (ms). */
const TOUCH_EVERY_MS = 60_000;

interface Remembered {
  readonly caller: Caller;
  readonly until: number;
  touchedAt: number;
}

/** Tells who a token belongs to. */
@Injectable()
export class VerifyApiKey {
  readonly #keys: ApiKeys;
  readonly #tokens: ApiKeyTokens;
  readonly #clock: Clock;
  readonly #log: Log;
  /**
   * By the token: hashing it for every request took as long as all else that the door does. How long a look into a table takes tells
   * nobody how much of 160 random bits they have guessed. The order of insertion is the order of forgetting.
   */
  readonly #remembered = new Map<string, Remembered>();
  #revocations = 0;

  constructor(
    @Inject(ApiKeys) keys: ApiKeys,
    @Inject(ApiKeyTokens) tokens: ApiKeyTokens,
    @Inject(Clock) clock: Clock,
    @Inject(Log) log: Log,
  ) {
    this.#keys = keys;
    this.#tokens = tokens;
    this.#clock = clock;
    this.#log = log;
  }

  /** Answers from memory if it can, undefined otherwise: costs no I/O, whoever asks. */
  remembered(token: string): Caller | undefined {
    const known = this.#remembered.get(token);
    if (!known) return undefined;
    if (known.until <= this.#clock.monotonic()) {
      this.#remembered.delete(token);
      return undefined;
    }
    this.#touch(known);
    return known.caller;
  }

  /** Answers undefined for a token that is unknown or revoked: the two look the same from outside. */
  async verify(token: string): Promise<Caller | undefined> {
    const remembered = this.remembered(token);
    if (remembered) return remembered;
    const revocations = this.#revocations;
    const tokenHash = this.#tokens.hash(token);
    const key = await this.#keys.findByHash(tokenHash);
    if (!key || !this.#tokens.same(key.tokenHash, tokenHash) || key.revokedAt !== undefined) return undefined;
    const known: Remembered = {
      caller: Object.freeze({ workspaceId: key.workspaceId, keyId: key.id, scopes: key.scopes }),
      until: this.#clock.monotonic() + REMEMBERED_FOR_MS,
      touchedAt: key.lastUsedAt ?? 0,
    };
    // If a key was revoked while we looked, ours may be it: what we saw is not remembered.
    if (revocations === this.#revocations) this.#remember(token, known);
    this.#touch(known);
    return known.caller;
  }

  /** From here on the key is not accepted by this process, whatever lookups are still under way. */
  forget(keyId: string): void {
    this.#revocations += 1;
    for (const [token, known] of this.#remembered)
      if (known.caller.keyId === keyId) this.#remembered.delete(token);
  }

  #remember(token: string, known: Remembered): void {
    if (this.#remembered.size >= REMEMBERED_KEYS) {
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
    this.#remembered.set(token, known);
  }

  #touch(known: Remembered): void {
    const now = this.#clock.now();
    if (now - known.touchedAt < TOUCH_EVERY_MS) return;
    known.touchedAt = now;
    // Not awaited: no request waits for a courtesy, nor fails for one.
    this.#keys
      .touch(known.caller.keyId, now)
      .catch((error: unknown) => this.#log.warn('api_key.touch_failed', { error }));
  }
}
