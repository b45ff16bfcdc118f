import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';

/** Milliseconds for which a value is used before it is asked for again: a rotation is heard of within that time. */
const FRESH_MS = 5 * 60_000;
/** Milliseconds between two questions, whoever is refused: a provider that refuses everybody must not make us ask for each message. */
const ASK_AGAIN_MS = 10_000;

export interface SecretVersion {
  readonly text: string;
  /** Tells a value that was refused from the one that has come since. */
  readonly id: string;
}

export interface RotatedSecretTools {
  readonly client: SecretsManagerClient;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
}

/**
 * A secret that somebody else may change: a provider's credentials. Kept for some minutes and read again at once when it has been
 * refused, by one question however many ask. While Secrets Manager is away the last known value goes on being used.
 */
export class RotatedSecret {
  readonly #id: string;
  readonly #tools: RotatedSecretTools;
  #known: SecretVersion | undefined;
  #askedAt = -Infinity;
  #isStale = true;
  #asking: Promise<SecretVersion> | undefined;

  /** @param id its name or ARN */
  constructor(id: string, tools: RotatedSecretTools) {
    this.#id = id;
    this.#tools = tools;
  }

  /** @throws what Secrets Manager said, if it was never there */
  async current(): Promise<SecretVersion> {
    if (this.#asking) return this.#asking;
    const age = this.#tools.clock.monotonic() - this.#askedAt;
    const isFresh = this.#known !== undefined && (this.#isStale ? age < ASK_AGAIN_MS : age < FRESH_MS);
    if (isFresh && this.#known) return this.#known;
    this.#asking = this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /** Whoever took it as a credential was turned down. What has been read since it was handed out is not doubted. */
  refused(version: SecretVersion): void {
    if (this.#known?.id === version.id) this.#isStale = true;
  }

  async #ask(): Promise<SecretVersion> {
    const { client, clock, log } = this.#tools;
    this.#askedAt = clock.monotonic();
    try {
      const { SecretString, VersionId } = await client.send(
        new GetSecretValueCommand({ SecretId: this.#id }),
      );
      if (SecretString === undefined || VersionId === undefined)
        throw new Error(`The secret ${this.#id} has no text.`);
      this.#known = { text: SecretString, id: VersionId };
      this.#isStale = false;
      return this.#known;
    } catch (error) {
      if (!this.#known) throw error;
      log.error('secrets.unavailable', { error, secret: this.#id });
      this.#isStale = true;
      return this.#known;
    }
  }
}
