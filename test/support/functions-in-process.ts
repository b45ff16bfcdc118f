import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { RINGING } from '#adapters/dynamodb/stream/stream-records.js';
import { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import type { HttpAnswer } from '#apps/lambda/src/http.js';
import type { Handler } from '#apps/lambda/src/lazily.js';
import { openAuthoriser } from '#apps/lambda/src/open/authoriser.js';
import { openHttp } from '#apps/lambda/src/open/http.js';
import { openLane } from '#apps/lambda/src/open/lane.js';
import { openRelay } from '#apps/lambda/src/open/relay.js';
import { openTimer } from '#apps/lambda/src/open/timer.js';
import { openWebsocket } from '#apps/lambda/src/open/websocket.js';
import { readAws } from '#apps/server/src/config/aws-config.js';
import { ConfigReader } from '#apps/server/src/config/config-reader.js';
import { type AwsClients, createMissing, openAws } from '#apps/server/src/targets/open-aws.js';
import { lanes } from '#domain/delivery/model/dispatch.js';
import { type FakeGateway, startFakeGateway } from '#test/fakes/apigateway/fake-apigateway.js';
import type { InsertedRecord } from '#test/fakes/dynamodb/fake-dynamodb.js';
import { feedBatch, LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import { type FakeSecrets, startFakeSecrets } from '#test/fakes/secrets-manager/fake-secrets-manager.js';
import { type CloudHere, startCloudHere } from './cloud-here.js';

type Env = Readonly<Record<string, string>>;
type Call = Handler<never, unknown>;

/** Milliseconds. */
const LANE_MS = 20_000;
const STOP_BEFORE_MS = 5_000;
const ANSWER_MS = 29_000;
const RELAY_MS = 60_000;
const TIMER_MS = 55_000;
/** How long the function of a minute works here, and how long it is until the next. */
const MINUTE_WORK_MS = 250;
const MINUTE_MS = 750;
const MOST_RECORDS = 100;

const clock = new SystemClock();

/** Every function as it is deployed, in this process: the HTTP and WebSocket APIs, the queues, the stream of the table and the minutes call them. */
export class FunctionsInProcess {
  /** Where the HTTP API listens. */
  readonly url: string;
  readonly cloud: CloudHere;
  readonly #parts: { readonly secrets: FakeSecrets; readonly front: Server; readonly clients: AwsClients };
  readonly #gateway: FakeGateway;
  readonly #env: Env;
  readonly #pumps: Promise<void>[] = [];
  readonly #records: InsertedRecord[] = [];
  #isOpen = true;
  #wakeStream = (): void => {};
  #http: Handler<object, HttpAnswer> | undefined;

  private constructor(
    url: string,
    cloud: CloudHere,
    gateway: FakeGateway,
    env: Env,
    parts: { readonly secrets: FakeSecrets; readonly front: Server; readonly clients: AwsClients },
  ) {
    this.url = url;
    this.cloud = cloud;
    this.#gateway = gateway;
    this.#env = env;
    this.#parts = parts;
  }

  /** @param settings what an operator says, as variables; they come by the secret `settings` */
  static async start(settings: Env, folder: string): Promise<FunctionsInProcess> {
    const [cloud, secrets] = await Promise.all([startCloudHere(), startFakeSecrets()]);
    const front = createServer();
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
    // It has to listen before the functions that it calls can be told where.
    const called: { websocket?: Call; authoriser?: Call } = {};
    const socketed = (event: never): Promise<never> => called.websocket?.(event, FOREVER) as Promise<never>;
    const asked = (event: never): Promise<never> => called.authoriser?.(event, FOREVER) as Promise<never>;
    const gateway = await startFakeGateway(
      { authorize: asked, connect: socketed, message: socketed, disconnect: socketed },
      { clock },
    );
    secrets.rotate('posthorn/settings', JSON.stringify(settings));
    const env = {
      ...cloud.env,
      POSTHORN_TARGET: 'lambda',
      POSTHORN_SECRETS: 'posthorn/',
      SECRETS_ENDPOINT: secrets.url,
      APIGW_ENDPOINT: gateway.endpoint,
      POSTHORN_PUBLIC_URL: url,
      LAMBDA_TASK_ROOT: folder,
      LOG_LEVEL: 'silent',
    };
    const aws = readAws(new ConfigReader(env), true);
    const clients = openAws(aws);
    await createMissing(
      aws,
      clients,
      new SqsLaneSignals({ client: clients.sqs, prefix: aws.queues, waitSeconds: 0 }),
    );
    called.authoriser = (await openAuthoriser(env)) as Call;
    called.websocket = (await openWebsocket(env)) as Call;
    const functions = new FunctionsInProcess(url, cloud, gateway, env, { secrets, front, clients });
    await functions.#open();
    return functions;
  }

  /** Where sockets are opened, with `?token=`. */
  get socketUrl(): string {
    return this.#gateway.url;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#wakeStream();
    const { secrets, front, clients } = this.#parts;
    await Promise.all(this.#pumps);
    await this.#gateway.close();
    front.closeAllConnections();
    await new Promise<void>((resolve) => front.close(() => resolve()));
    clients.close();
    await secrets.close();
    await this.cloud.close();
  }

  async #open(): Promise<void> {
    const { front } = this.#parts;
    this.#http = await openHttp(this.#env);
    front.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    await this.#stream();
    for (const lane of lanes) await this.#queue(lane);
    await this.#minutes();
  }

  /** As HTTP APIs call, payload 2.0. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [rawPath = '', rawQueryString = ''] = (request.url ?? '').split('?');
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const body = await buffer(request);
    const http = { method: request.method, path: rawPath, sourceIp: '203.0.113.7' };
    const event = {
      ...{ version: '2.0', routeKey: '$default', rawPath, rawQueryString, headers, requestContext: { http } },
      ...{ body: body.toString('base64'), isBase64Encoded: true },
    };
    const { answer } = await new LambdaHost(clock, ANSWER_MS).invoke(this.#http as never, event as never);
    const {
      statusCode,
      headers: said = {},
      body: text = '',
      isBase64Encoded,
    } = answer as unknown as HttpAnswer;
    response.writeHead(statusCode, said);
    response.end(Buffer.from(text, isBase64Encoded ? 'base64' : 'utf8'));
  }

  async #stream(): Promise<void> {
    const relay = await openRelay(this.#env);
    const host = new LambdaHost(clock, RELAY_MS);
    this.cloud.dynamo.onInserted((record) => {
      if (!rings(record)) return;
      this.#records.push(record);
      this.#wakeStream();
    });
    this.#pump(async () => {
      const Records = this.#records.splice(0, MOST_RECORDS);
      if (Records.length === 0) return new Promise<void>((resolve) => (this.#wakeStream = resolve));
      const { how } = await host.invoke(relay, { Records });
      if (how !== 'answered') this.#records.unshift(...Records);
    });
  }

  async #queue(lane: string): Promise<void> {
    const { sqs } = this.#parts.clients;
    const { QueueUrl: url = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: `posthorn-${lane}` }));
    const handler = await openLane({ ...this.#env, POSTHORN_LANE: lane }, STOP_BEFORE_MS);
    const queue = { client: sqs, url, batch: 10, waitSeconds: 1 };
    const host = new LambdaHost(clock, LANE_MS);
    this.#pump(async () => void (await feedBatch(host, queue, handler as never)));
  }

  /** The first of them is over when this resolves: what is installed then is there. */
  async #minutes(): Promise<void> {
    const timer = await openTimer(this.#env, MINUTE_WORK_MS);
    const host = new LambdaHost(clock, TIMER_MS);
    await host.invoke(timer, {});
    this.#pump(async () => {
      await new Promise<void>((resolve) => void clock.after(MINUTE_MS, resolve));
      await host.invoke(timer, {});
    });
  }

  #pump(turn: () => Promise<void>): void {
    const run = async (): Promise<void> => {
      while (this.#isOpen) await turn();
    };
    this.#pumps.push(run());
  }
}

const FOREVER = { getRemainingTimeInMillis: () => ANSWER_MS };

function rings({ dynamodb }: InsertedRecord): boolean {
  const [pk, sk] = ['pk', 'sk'].map((name) => (dynamodb.NewImage[name] as { S: string }).S);
  return Object.values(RINGING).some(
    (one) => pk?.startsWith(one.pk) && (one.sk === undefined || one.sk === sk),
  );
}
