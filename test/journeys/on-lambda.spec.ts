import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoTable } from '#adapters/dynamodb/engine/dynamo-table.js';
import { DynamoOutbox } from '#adapters/dynamodb/outbox/dynamo-outbox.js';
import { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import type { HttpAnswer } from '#apps/lambda/src/http.js';
import type { Handler } from '#apps/lambda/src/lazily.js';
import { openHttp } from '#apps/lambda/src/open/http.js';
import { openLane } from '#apps/lambda/src/open/lane.js';
import { openRelay } from '#apps/lambda/src/open/relay.js';
import { openTimer } from '#apps/lambda/src/open/timer.js';
import { readAws } from '#apps/server/src/config/aws-config.js';
import { ConfigReader } from '#apps/server/src/config/config-reader.js';
import { type AwsClients, createMissing, openAws } from '#apps/server/src/targets/open-aws.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import { feedBatch, LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import { type FakeSecrets, startFakeSecrets } from '#test/fakes/secrets-manager/fake-secrets-manager.js';
import { startFakeSes } from '#test/fakes/ses/fake-ses.js';
import { type Cloud, startCloud } from '#test/support/cloud.js';
import { until } from '#test/support/until.js';

const OWNER_KEY = 'owner-key-of-the-functions';
const PEOPLE = 60;
/** Of one lane's invocation, and how long before its end it begins no call. */
const LANE_MS = 6_000;
const STOP_BEFORE_MS = 1_000;
/** Milliseconds that a minute lasts here. */
const MINUTE_MS = 1_000;

type Json = Readonly<Record<string, unknown>>;

const clock = new SystemClock();
const randomness = new CryptoRandomness();

/** Lambda where the process dies at a moment that a test says: whoever is invoked thinks that there is more time. */
function dyingHost(dies: Promise<unknown>): LambdaHost {
  const host = new LambdaHost(clock, LANE_MS);
  const invoke: LambdaHost['invoke'] = (handler, event) =>
    Promise.race([
      LambdaHost.prototype.invoke.call(host, handler as never, event) as never,
      dies.then(() => ({ how: 'killed' as const, answer: undefined })),
    ]);
  return Object.assign(host, { invoke });
}

describe('on Lambda', () => {
  let cloud: Cloud;
  let secrets: FakeSecrets;
  let ses: Fake;
  let clients: AwsClients;
  let env: Readonly<Record<string, string>>;
  beforeEach(async () => {
    [cloud, secrets] = await Promise.all([startCloud(), startFakeSecrets()]);
    ses = await startFakeSes({ credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
    secrets.rotate(
      'posthorn/settings',
      JSON.stringify({ POSTHORN_API_KEY: OWNER_KEY, EMAIL_PROVIDERS: 'ses' }),
    );
    env = {
      ...cloud.env,
      POSTHORN_TARGET: 'lambda',
      POSTHORN_SECRETS: 'posthorn/',
      SECRETS_ENDPOINT: secrets.url,
      APIGW_ENDPOINT: 'http://127.0.0.1:9/live',
      POSTHORN_PUBLIC_URL: 'https://posthorn.example',
      SES_ENDPOINT: ses.url,
      LOG_LEVEL: 'silent',
    };
    const aws = readAws(new ConfigReader(env), true);
    clients = openAws(aws);
    const signals = new SqsLaneSignals({ client: clients.sqs, prefix: aws.queues, waitSeconds: 0 });
    await createMissing(aws, clients, signals);
  });
  afterEach(async () => {
    clients.close();
    await Promise.all([ses.close(), secrets.close()]);
    await cloud.close();
  });

  const host = new LambdaHost(clock, 60_000);
  let http: Handler<object, HttpAnswer>;
  const ask = async (method: string, path: string, body?: Json | string): Promise<Json> => {
    const [rawPath = '', rawQueryString = ''] = path.split('?');
    const event = {
      version: '2.0',
      routeKey: '$default',
      rawPath,
      rawQueryString,
      headers: {
        host: 'posthorn.example',
        authorization: `Bearer ${OWNER_KEY}`,
        ...(body !== undefined && {
          'content-type': typeof body === 'string' ? 'text/csv' : 'application/json',
        }),
      },
      requestContext: { http: { method, path: rawPath, sourceIp: '203.0.113.7' } },
      isBase64Encoded: false,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
    const { answer } = await host.invoke(http, event);
    if (!answer || answer.statusCode >= 300)
      throw new Error(`${method} ${path}: ${answer?.statusCode} ${answer?.body}`);
    return JSON.parse(answer.body ?? '{}') as Json;
  };

  /** Everything in the outbox, as the stream of the table would ring for it. */
  const ring = async (relay: Awaited<ReturnType<typeof openRelay>>): Promise<void> => {
    const table = new DynamoTable({ client: clients.dynamo, table: 'posthorn', clock, randomness });
    const untold = await new DynamoOutbox(table, randomness).untold(100);
    const Records = untold.map(({ seq }) => ({
      dynamodb: { NewImage: { pk: { S: 'OUTBOX#0' }, sk: { S: '' }, seq: { N: String(seq) } } },
    }));
    if (Records.length > 0) await host.invoke(relay, { Records });
  };

  it('takes a campaign to its end, though a function dies in the middle of a batch', async () => {
    http = await openHttp(env);
    const timer = await openTimer(env, MINUTE_MS);
    const relay = await openRelay(env);
    const aLane = (): ReturnType<typeof openLane> =>
      openLane({ ...env, POSTHORN_LANE: 'bulk' }, STOP_BEFORE_MS);
    const { sqs } = clients;
    const { QueueUrl: url = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'posthorn-bulk' }));
    const queue = { client: sqs, url, batch: 10 };

    const addresses = Array.from({ length: PEOPLE }, (_, i) => `p${i}@example.com`);
    const list = await ask('POST', '/v1/lists', { name: 'all' });
    const csv = `email,name\n${addresses.map((address, i) => `${address},N${i}\n`).join('')}`;
    const { id: importId } = await ask('POST', `/v1/subscribers/import?listId=${String(list['id'])}`, csv);
    await until(async () => {
      await host.invoke(timer, {});
      const { status } = await ask('GET', `/v1/imports/${String(importId)}`);
      return status === 'finished' ? true : undefined;
    });
    const template = await ask('POST', '/v1/templates', {
      name: 'hello',
      channel: 'email',
      subject: 'Hello {{name}}',
      html: '<p>Hello {{name}}, <a href="{{unsubscribeUrl}}">leave</a></p>',
    });
    const { id } = await ask('POST', '/v1/campaigns', {
      name: 'hello',
      from: 'news@example.com',
      templateId: template['id'],
      audience: { listIds: [list['id']] },
    });
    await ask('POST', `/v1/campaigns/${String(id)}/start`);
    await host.invoke(timer, {});

    // The second of its calls is never answered, and the process dies over it.
    ses.setFaults([
      {
        effect: {
          kind: 'phases',
          steps: [
            { forCalls: 1, effect: { kind: 'healthy' } },
            { forCalls: 1, effect: { kind: 'hang' } },
            { effect: { kind: 'healthy' } },
          ],
        },
      },
    ]);
    const hangs = until(() => ses.journal().find(({ kind }) => kind === 'hung'));
    const dying = await aLane();
    const rounds: string[] = [];
    await until(async () => {
      const { how } = await feedBatch(dyingHost(hangs), queue, dying as never);
      rounds.push(how);
      if (how === 'killed') return true;
      // The campaign may not have been read to its end in one minute.
      await host.invoke(timer, {});
      return undefined;
    });

    const lane = await aLane();
    const stats = await until(async () => {
      await feedBatch(new LambdaHost(clock, LANE_MS), queue, lane as never);
      await ring(relay);
      await host.invoke(timer, {});
      const now = await ask('GET', `/v1/campaigns/${String(id)}/stats`);
      return now['status'] === 'finished' ? now : undefined;
    });
    const accepted = ses.journal().filter(({ kind }) => kind === 'accepted');
    expect(rounds).toContain('killed');
    expect(new Set(accepted.map(({ to }) => to)).size).toBe(accepted.length);
    expect(Number(stats['accepted']) + Number(stats['unknown'])).toBe(PEOPLE);
    // Whoever was in the call without an answer, and nobody else.
    expect(PEOPLE - accepted.length).toBeLessThanOrEqual(Number(stats['unknown']));
    expect(Number(stats['unknown'])).toBeGreaterThan(0);
    expect(Number(stats['unknown'])).toBeLessThan(PEOPLE);
  }, 120_000);
});
