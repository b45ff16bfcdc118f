import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Randomness } from '#ports/system/randomness.js';
import type { Secrets } from '#ports/system/secrets.js';

const SECRET_BYTES = 32;
const NAME = /^[a-z][a-z0-9-]{0,63}$/;

export interface SecretsPlace {
  readonly client: SecretsManagerClient;
  /** Before each name, so that deployments of one account are told apart: `posthorn/production/`. */
  readonly prefix: string;
}

/**
 * Secrets that are made on first use. What has been read once is kept as long as the process lives: it is the same for ever, so
 * these are not to be rotated (tokens and links that are out in the world are signed with them).
 *
 * Creating refuses a name that is taken: of two first users one wins, and both read the winner's. So does who asks again because
 * the answer was lost: the first attempt may have been the winner. The client's retries are the only ones.
 */
export class SecretsManagerSecrets implements Secrets {
  readonly #place: SecretsPlace;
  readonly #randomness: Randomness;
  readonly #known = new Map<string, Promise<Uint8Array>>();

  constructor(place: SecretsPlace, randomness: Randomness) {
    this.#place = place;
    this.#randomness = randomness;
  }

  async generated(name: string): Promise<Uint8Array> {
    if (!NAME.test(name)) throw new Error(`${name} cannot be the name of a secret`);
    const asked = this.#known.get(name) ?? this.#ask(name);
    this.#known.set(name, asked);
    try {
      return Uint8Array.from(await asked);
    } catch (error) {
      if (this.#known.get(name) === asked) this.#known.delete(name);
      throw error;
    }
  }

  async #ask(name: string): Promise<Uint8Array> {
    const id = this.#place.prefix + name;
    return (await this.#read(id)) ?? (await this.#make(id));
  }

  async #make(id: string): Promise<Uint8Array> {
    try {
      const SecretBinary = this.#randomness.bytes(SECRET_BYTES);
      await this.#place.client.send(new CreateSecretCommand({ Name: id, SecretBinary }));
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
    }
    const made = await this.#read(id);
    if (!made) throw new Error(`The secret ${id} vanished while it was made`);
    return made;
  }

  async #read(id: string): Promise<Uint8Array | undefined> {
    try {
      const { SecretBinary } = await this.#place.client.send(new GetSecretValueCommand({ SecretId: id }));
      if (SecretBinary?.byteLength !== SECRET_BYTES)
        throw new Error(`The secret ${id} is not one of ours: it should be ${SECRET_BYTES} bytes.`);
      return SecretBinary;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
}
