import { randomUUID } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { type FakeDynamo, startFakeDynamo } from '#test/fakes/dynamodb/fake-dynamodb.js';
import { GENTLE, HARD } from '#test/fakes/dynamodb/hardness.js';
import { createTable } from '../engine/create-table.js';
import { DynamoTable } from '../engine/dynamo-table.js';

/**
 * DynamoDB for the tests of one file: the fake, or whatever `DYNAMODB_ENDPOINT` names. Each test has a table of its own, so
 * none finds what another left. The fake is as hard as it can be: an index shows nothing of what was written since it was last
 * caught up, writers meet, expired items stay. `FAKE_DYNAMODB=gentle` has it as emulators are.
 */
export class OneDynamo {
  #fake: FakeDynamo | undefined;
  #client: DynamoDBClient | undefined;
  #table = '';
  readonly #way: 'by call' | 'over HTTP';

  constructor(way: 'by call' | 'over HTTP') {
    this.#way = way;
  }

  /** At the top of a file of tests. `by call`: the fake is handed what the SDK would send, and no connection is opened. */
  static forThisFile(way: 'by call' | 'over HTTP' = 'by call'): OneDynamo {
    const dynamo = new OneDynamo(way);
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

  /** The indexes know all that was written until now. A real endpoint has its own pace. */
  catchUp(): void {
    this.#fake?.catchUp();
  }

  /**
   * The store, whose port promises nothing about when these lists show what was written: the indexes are caught up before each of
   * them. All else it does with indexes that know nothing.
   */
  caughtUpFor<T extends object>(store: T, ...lists: (keyof T)[]): T {
    const late = new Set<PropertyKey>(lists);
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (late.has(name)) this.catchUp();
          return Reflect.apply(value, target, args);
        };
      },
    });
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
    this.#fake = given
      ? undefined
      : await startFakeDynamo(process.env['FAKE_DYNAMODB'] === 'gentle' ? GENTLE : HARD);
    this.#client = new DynamoDBClient({
      endpoint: given ?? this.#fake?.url ?? '',
      region: process.env['AWS_REGION'] ?? 'us-east-1',
      maxAttempts: 1,
      ...(!given && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
      ...(this.#fake && this.#way === 'by call' && byCall(this.#fake)),
    });
  }

  async #close(): Promise<void> {
    this.#client?.destroy();
    await this.#fake?.close();
  }
}

/** Signs nothing, describes no request to a log that nobody keeps, and opens no connection: half of what the SDK costs a test. */
function byCall(fake: FakeDynamo): DynamoDBClientConfig {
  return {
    signer: { sign: (request) => Promise.resolve(request) },
    logger: { debug() {}, warn() {}, error() {} } as unknown as NonNullable<DynamoDBClientConfig['logger']>,
    requestHandler: {
      async handle({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) {
        const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
        const answer = await fake.ask(operation, new TextDecoder().decode(body));
        if (answer === 'lost') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        const said = Buffer.from(JSON.stringify(answer.body));
        const type = { 'content-type': 'application/x-amz-json-1.0' };
        return { response: { statusCode: answer.status, headers: type, body: said } };
      },
      destroy() {},
    } as unknown as NonNullable<DynamoDBClientConfig['requestHandler']>,
  };
}
