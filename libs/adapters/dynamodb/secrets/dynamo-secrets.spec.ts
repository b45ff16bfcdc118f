import { beforeAll, describe, expect, it } from '@jest/globals';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { describeSecretsContract } from '#ports/system/secrets.contract.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoSecrets } from './dynamo-secrets.js';

const dynamo = OneDynamo.forThisFile();
beforeAll(() => dynamo.fresh());

const make = () => Promise.resolve(new DynamoSecrets(dynamo.table(), new CryptoRandomness()));

describeSecretsContract('DynamoSecrets', make);

describe('a secret that is made while answers are lost', () => {
  it('is the one that was written first', async () => {
    dynamo.fake?.plan({ operation: 'PutItem', how: 'lost', times: 2 });
    const secret = await (await make()).generated('lost-answer');
    expect(await (await make()).generated('lost-answer')).toEqual(secret);
  });
});
