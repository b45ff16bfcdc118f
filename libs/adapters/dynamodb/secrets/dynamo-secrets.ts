import type { Randomness } from '#ports/system/randomness.js';
import type { Secrets } from '#ports/system/secrets.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';

const SECRET_BYTES = 32;
const NAME = /^[a-z][a-z0-9-]{0,63}$/;

interface SecretItem extends Key {
  readonly bytes: Uint8Array;
}

/**
 * Secrets in the one table, which is encrypted at rest: for containers that have no Secrets Manager. Who may read the table may read
 * them. Of two first users the condition lets one write, and both read what it wrote.
 */
export class DynamoSecrets implements Secrets {
  readonly #table: DynamoTable;
  readonly #randomness: Randomness;

  constructor(table: DynamoTable, randomness: Randomness) {
    this.#table = table;
    this.#randomness = randomness;
  }

  async generated(name: string): Promise<Uint8Array> {
    if (!NAME.test(name)) throw new Error(`${name} cannot be the name of a secret`);
    const place = { pk: key('SECRET', name), sk: 'SECRET' };
    const known = await this.#table.get<SecretItem>(place);
    if (known) return Uint8Array.from(known.bytes);
    const bytes = this.#randomness.bytes(SECRET_BYTES);
    await this.#table.put({ ...place, bytes }, when`attribute_not_exists(pk)`);
    const made = await this.#table.get<SecretItem>(place);
    if (!made) throw new Error(`The secret ${name} vanished while it was made`);
    return Uint8Array.from(made.bytes);
  }
}
