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
  /** By the token's hash; the order of insertion is the order of forgetting. */
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
    const name = nameOf(this.#tokens.hash(token));
    const known = this.#remembered.get(name);
    if (!known) return undefined;
    if (known.until <= this.#clock.monotonic()) {
      this.#remembered.delete(name);
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
    if (revocations === this.#revocations) this.#remember(nameOf(tokenHash), known);
    this.#touch(known);
    return known.caller;
  }

  /** From here on the key is not accepted by this process, whatever lookups are still under way. */
  forget(keyId: string): void {
    this.#revocations += 1;
    for (const [name, known] of this.#remembered)
      if (known.caller.keyId === keyId) this.#remembered.delete(name);
  }

  #remember(name: string, known: Remembered): void {
    if (this.#remembered.size >= REMEMBERED_KEYS) {
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
    this.#remembered.set(name, known);
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

function nameOf(hash: Uint8Array): string {
  let name = '';
  for (const byte of hash) name += String.fromCharCode(byte);
  return name;
}
