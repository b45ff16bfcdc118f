import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { type FakeDynamo, startFakeDynamo } from '#test/fakes/dynamodb/fake-dynamodb.js';
import { createTable } from '../engine/create-table.js';
import { DynamoTable } from '../engine/dynamo-table.js';

/**
 * DynamoDB for the tests of one file: the fake, or whatever `DYNAMODB_ENDPOINT` names. Each test has a table of its own, so
 * none finds what another left.
 */
export class OneDynamo {
  #fake: FakeDynamo | undefined;
  #client: DynamoDBClient | undefined;
  #table = '';

  /** At the top of a file of tests. */
  static forThisFile(): OneDynamo {
    const dynamo = new OneDynamo();
    beforeAll(() => dynamo.#open());
    afterAll(() => dynamo.#close());
    return dynamo;
  }

  get client(): DynamoDBClient {
    if (!this.#client) throw new Error('It is opened before the first test.');
    return this.#client;
  }

  /** The name of the table that `fresh` made last. */
  get name(): string {
    return this.#table;
  }

  /** For faults and a look behind the door; undefined where a real endpoint is asked. */
  get fake(): FakeDynamo | undefined {
    return this.#fake;
  }

  /** A new table, empty. */
  async fresh(): Promise<DynamoTable> {
    this.#table = `posthorn-${randomUUID()}`;
    await createTable(this.client, this.#table);
    return this.table();
  }

  /** As another process would open it. */
  table(clock: SystemClock | DrivenClock = new SystemClock()): DynamoTable {
    return new DynamoTable({
      client: this.client,
      table: this.#table,
      clock,
      randomness: new CryptoRandomness(),
    });
  }

  async #open(): Promise<void> {
    const given = process.env['DYNAMODB_ENDPOINT'];
    this.#fake = given ? undefined : await startFakeDynamo();
    this.#client = new DynamoDBClient({
      endpoint: given ?? this.#fake?.url ?? '',
      region: process.env['AWS_REGION'] ?? 'us-east-1',
      maxAttempts: 1,
      ...(!given && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
    });
  }

  async #close(): Promise<void> {
    this.#client?.destroy();
    await this.#fake?.close();
  }
}
