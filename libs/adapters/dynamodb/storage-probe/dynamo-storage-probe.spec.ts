import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { describeStorageProbeContract } from '#ports/system/storage-probe.contract.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoStorageProbe } from './dynamo-storage-probe.js';

const dynamo = OneDynamo.forThisFile();

describeStorageProbeContract('DynamoStorageProbe', async () => ({
  probe: new DynamoStorageProbe(await dynamo.fresh()),
  breakStorage: async () => {
    await dynamo.client.send(new DeleteTableCommand({ TableName: dynamo.name }));
  },
  close: () => Promise.resolve(),
}));
