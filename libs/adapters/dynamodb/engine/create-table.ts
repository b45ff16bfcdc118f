import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { TABLE_SCHEMA } from './table-schema.js';

/** Seconds. Left to itself the SDK looks again after 20, and an emulator is there at once. */
const WAITING = { minDelay: 0.1, maxDelay: 5, maxWaitTime: 120 };

/** Makes the table if it is not there: for emulators and for a first start of containers; deployments bring theirs. */
export async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  const { partitionKey, sortKey, indexes, ttl } = TABLE_SCHEMA;
  const keys = [{ partitionKey, sortKey }, ...Object.values(indexes)];
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keySchema({ partitionKey, sortKey }),
        AttributeDefinitions: keys
          .flatMap((key) => [key.partitionKey, key.sortKey])
          .map((attribute) => ({ AttributeName: attribute, AttributeType: 'S' })),
        GlobalSecondaryIndexes: Object.entries(indexes).map(([index, key]) => ({
          IndexName: index,
          KeySchema: keySchema(key),
          Projection: { ProjectionType: 'ALL' },
        })),
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
  if (Table?.TableStatus !== 'ACTIVE')
    await waitUntilTableExists({ client, ...WAITING }, { TableName: name });
  await client
    .send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { Enabled: true, AttributeName: ttl },
      }),
    )
    .catch((error: unknown) => {
      // It is on already: DynamoDB refuses to be told twice.
      if (!(error instanceof Error && error.name === 'ValidationException')) throw error;
    });
}

function keySchema(key: {
  partitionKey: string;
  sortKey: string;
}): { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[] {
  return [
    { AttributeName: key.partitionKey, KeyType: 'HASH' },
    { AttributeName: key.sortKey, KeyType: 'RANGE' },
  ];
}
