import { type DynamoStores, dynamoStores } from '#adapters/dynamodb/dynamo-stores.js';
import { DynamoTable } from '#adapters/dynamodb/engine/dynamo-table.js';
import { PinoLog } from '#adapters/pino/pino-log.js';
import { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { readAws } from '#apps/server/src/config/aws-config.js';
import { ConfigReader } from '#apps/server/src/config/config-reader.js';
import type { ServerConfig } from '#apps/server/src/config/server-config.js';
import { PublicUrl } from '#apps/server/src/public-url.js';
import { type AwsClients, openAws, secretsOver } from '#apps/server/src/targets/open-aws.js';
import { type SignedParts, signedParts } from '#apps/server/src/targets/over-dynamo.js';
import type { Clock } from '#ports/system/clock.js';
import type { Ids } from '#ports/system/ids.js';
import type { Log } from '#ports/system/log.js';
import type { Randomness } from '#ports/system/randomness.js';
import type { Secrets } from '#ports/system/secrets.js';
import { type Environment, readLambdaConfig } from './lambda-config.js';

/** What every function but the authoriser stands on. */
export interface Ground {
  readonly config: ServerConfig;
  readonly log: Log;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly ids: Ids;
  readonly clients: AwsClients;
  readonly table: DynamoTable;
  readonly signals: SqsLaneSignals;
  readonly stores: DynamoStores;
  readonly secrets: Secrets;
  readonly publicUrl: PublicUrl;
  readonly signed: SignedParts;
}

/**
 * Once for a process: the connections of its clients are kept, frozen and thawed with it.
 * @param clock another one than the system's is for tests
 */
export async function openGround(env: Environment, clock: Clock = new SystemClock()): Promise<Ground> {
  const clients = openAws(readAws(new ConfigReader(env), false));
  const config = await readLambdaConfig(env, clients.secrets);
  const { aws } = config;
  const log = new PinoLog({
    level: config.logLevel,
    secrets: config.secrets,
    write: (line) => process.stdout.write(line),
  });
  if (config.unknownNames.length > 0) log.warn('config.unknown_names', { names: config.unknownNames });
  const randomness = new CryptoRandomness();
  const ids = new MonotonicUlids(clock, randomness);
  const table = new DynamoTable({ client: clients.dynamo, table: aws.table, clock, randomness });
  // Messages come with the events: a function receives none itself.
  const signals = new SqsLaneSignals({ client: clients.sqs, prefix: aws.queues, waitSeconds: 0 });
  const stores = dynamoStores({ table, clock, randomness, ids, log, signals });
  const secrets = secretsOver(aws, clients, table, randomness);
  const publicUrl = PublicUrl.of(config);
  const signed = await signedParts(secrets, publicUrl);
  return { config, log, clock, randomness, ids, clients, table, signals, stores, secrets, publicUrl, signed };
}
