import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { openHttp } from '#apps/lambda/src/open/http.js';
import { openLane } from '#apps/lambda/src/open/lane.js';
import { openRelay } from '#apps/lambda/src/open/relay.js';
import { openTimer } from '#apps/lambda/src/open/timer.js';
import { readAws } from '#apps/server/src/config/aws-config.js';
import { ConfigReader } from '#apps/server/src/config/config-reader.js';
import { type AwsClients, createMissing, openAws } from '#apps/server/src/targets/open-aws.js';
import type { InsertedRecord } from '#test/fakes/dynamodb/fake-dynamodb.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import { feedBatch, LambdaHost, type QueueSource } from '#test/fakes/lambda/lambda-host.js';
import { startFakeTwilio, TWILIO_ACCOUNT } from '#test/fakes/twilio/fake-twilio.js';
import { type CloudHere, startCloudHere } from '#test/support/cloud-here.js';

const OWNER_KEY = 'owner-key-of-the-functions';
const PATIENCE_MS = 60_000;
/** When nobody does anything about it. */
const A_MINUTE_MS = 60_000;
const STEP_MS = 100;

const isNotification = ({ dynamodb: { NewImage } }: InsertedRecord): boolean =>
  (NewImage['sk'] as { S: string }).S === 'NTF';

describe('a code that is asked for on Lambda', () => {
  /** By which the functions live; it stands still but where the test moves it. */
  let clock: DrivenClock;
  let cloud: CloudHere;
  let twilio: Fake;
  let clients: AwsClients;
  let env: Readonly<Record<string, string>>;
  let queue: QueueSource;
  const host = new LambdaHost(new SystemClock(), 29_000);
  beforeEach(async () => {
    clock = new DrivenClock(Date.now());
    [cloud, twilio] = await Promise.all([startCloudHere(), startFakeTwilio()]);
    env = {
      ...cloud.env,
      APIGW_ENDPOINT: 'http://127.0.0.1:9/live',
      POSTHORN_API_KEY: OWNER_KEY,
      POSTHORN_PUBLIC_URL: 'https://posthorn.example',
      TWILIO_ACCOUNT_SID: TWILIO_ACCOUNT.sid,
      TWILIO_AUTH_TOKEN: TWILIO_ACCOUNT.token,
      TWILIO_FROM: '+12025550199',
      TWILIO_BASE_URL: twilio.url,
      LOG_LEVEL: 'silent',
    };
    const aws = readAws(new ConfigReader(env), true);
    clients = openAws(aws);
    const signals = new SqsLaneSignals({ client: clients.sqs, prefix: aws.queues, waitSeconds: 0 });
    await createMissing(aws, clients, signals);
    const { QueueUrl: url = '' } = await clients.sqs.send(
      new GetQueueUrlCommand({ QueueName: 'posthorn-critical' }),
    );
    queue = { client: clients.sqs, url, batch: 10 };
    // The first minute, in which the types are installed.
    await host.invoke(await openTimer(env, 1), {});
  });
  afterEach(async () => {
    clients.close();
    await Promise.all([twilio.close(), cloud.close()]);
  });

  const asked = {
    ...{ version: '2.0', routeKey: '$default', rawPath: '/v1/notifications', rawQueryString: '' },
    headers: { authorization: `Bearer ${OWNER_KEY}`, 'content-type': 'application/json' },
    requestContext: { http: { method: 'POST', path: '/v1/notifications', sourceIp: '203.0.113.7' } },
    isBase64Encoded: false,
    body: JSON.stringify({
      type: 'mfa_code',
      to: { phone: '+447911123456' },
      data: {
        code: '482913',
        validFor: '10 minutes',
        occurredAt: '2026-12-24T08:59:00Z',
        companyName: 'Acme',
      },
    }),
  };
  /** Has the queue call its function until it is empty. */
  const drained = async (): Promise<void> => {
    const lane = await openLane({ ...env, POSTHORN_LANE: 'critical' }, undefined, clock);
    while ((await feedBatch(host, queue, lane as never)).received > 0);
  };
  /** Milliseconds of the clock until the provider has been asked, with nothing but the queue to call anybody. */
  const msUntilSent = async (): Promise<number> => {
    const lane = await openLane({ ...env, POSTHORN_LANE: 'critical' }, undefined, clock);
    const began = clock.monotonic();
    while (twilio.mails().length === 0 && clock.monotonic() - began < A_MINUTE_MS) {
      const { received } = await feedBatch(host, queue, lane as never);
      if (received === 0) await clock.advance(STEP_MS);
    }
    return clock.monotonic() - began;
  };

  it(
    'is with the provider in no time: nothing on its way waits for a timer',
    async () => {
      const http = await openHttp(env, clock);
      const { answer } = await host.invoke(http, asked);
      expect(answer?.statusCode).toBe(202);
      expect(await msUntilSent()).toBe(0);
      expect(twilio.mails().map(({ text }) => text?.includes('482913'))).toEqual([true]);
    },
    PATIENCE_MS,
  );

  it.each(['the stream of the table', 'the next minute'])(
    'is found by %s when the function dies before it has routed it',
    async (finder) => {
      // With the commit the process ends: nothing that it asks any more is done, and nobody is answered.
      let record: InsertedRecord | undefined;
      const dies = new Promise<void>((resolve) => {
        cloud.dynamo.onInserted((inserted) => {
          if (!isNotification(inserted)) return;
          record = inserted;
          cloud.dynamo.plan({ operation: 'TransactWriteItems', how: 'InternalServerError', times: 1 });
          resolve();
        });
      });
      const http = await openHttp(env, clock);
      await Promise.race([host.invoke(http, asked), dies]);
      await drained();
      expect(twilio.mails()).toEqual([]);

      if (finder === 'the next minute') await host.invoke(await openTimer(env, 500), {});
      else await host.invoke(await openRelay(env), { Records: record ? [record] : [] });
      // Those went by the system's clock: what they have left is due now.
      clock.setWallClock(Date.now());
      expect(await msUntilSent()).toBe(0);
      expect(twilio.mails()).toHaveLength(1);
    },
    PATIENCE_MS,
  );
});
