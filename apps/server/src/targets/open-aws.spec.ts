import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoTable } from '#adapters/dynamodb/engine/dynamo-table.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { ConfigReader } from '../config/config-reader.js';
import { readAws } from '../config/aws-config.js';
import { openAws } from './open-aws.js';

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

describe('a table whose connection has died in silence', () => {
  let server: Server;
  let asked = 0;
  beforeEach(async () => {
    Object.assign(process.env, CREDENTIALS);
    asked = 0;
    server = createServer((request, response) => {
      asked += 1;
      request.resume();
      // The first is taken, and never answered.
      if (asked > 1) response.end(JSON.stringify({ Item: { pk: { S: 'a' }, sk: { S: 'b' } } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is asked again', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { ...CREDENTIALS, AWS_REGION: 'us-east-1', DYNAMODB_ENDPOINT: url };
    const clients = openAws(readAws(new ConfigReader(env), true), 100);
    const tools = { clock: new SystemClock(), randomness: new CryptoRandomness() };
    const table = new DynamoTable({ client: clients.dynamo, table: 'posthorn', ...tools });
    expect(await table.get({ pk: 'a', sk: 'b' })).toMatchObject({ pk: 'a' });
    expect(asked).toBe(2);
    clients.close();
  });
});
