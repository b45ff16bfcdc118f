import { join } from 'node:path';
import { readAws } from '#apps/server/src/config/aws-config.js';
import { ConfigReader } from '#apps/server/src/config/config-reader.js';
import { type AwsClients, createMissing, openAws } from '#apps/server/src/targets/open-aws.js';
import { SqsLaneSignals } from '#adapters/sqs/sqs-lane-signals.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import type { HttpAnswer } from '#apps/lambda/src/http.js';
import { type FakeGateway, startFakeGateway } from '#test/fakes/apigateway/fake-apigateway.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import { type FunctionPlan, FunctionProcess } from '#test/fakes/lambda/function-process.js';
import { startFakeSecrets } from '#test/fakes/secrets-manager/fake-secrets-manager.js';
import { startFakeSes } from '#test/fakes/ses/fake-ses.js';
import { type Cloud, startCloud } from '#test/support/cloud.js';

export const OWNER_KEY = 'owner-key-of-the-functions';
export const TOKEN_SECRET = 'what-the-tokens-of-users-are-signed-with';

export type Json = Readonly<Record<string, unknown>>;
type Env = Readonly<Record<string, string>>;

interface Parts {
  readonly bundles: string;
  readonly cloud: Cloud;
  readonly gateway: FakeGateway;
  readonly ses: Fake;
  readonly clients: AwsClients;
  readonly env: Env;
  readonly close: () => Promise<void>;
}

/** Processes of a function between whom events are divided: each goes to whoever has least in hand, and in turn. */
class Several {
  readonly #processes: FunctionProcess[] = [];
  #turn = 0;

  async start(count: number, start: () => Promise<FunctionProcess>): Promise<void> {
    this.#processes.push(...(await Promise.all(Array.from({ length: count }, start))));
  }

  invoke<T>(event: unknown): Promise<T> {
    const from = (this.#turn += 1);
    const inTurn = this.#processes.map((_, at) => this.#processes[(at + from) % this.#processes.length]);
    const [least] = inTurn.filter((one) => one !== undefined).sort((a, b) => a.load - b.load);
    if (!least) throw new Error('No process of this function has been started.');
    return least.invoke<T>(event);
  }
}

/** The bundled functions, each in processes of its own, over what they stand on: everything on loopback. */
export class Functions {
  readonly #parts: Parts;
  readonly #started: FunctionProcess[] = [];
  readonly #sockets: Several;
  readonly #authoriser: Several;
  #http: FunctionProcess | undefined;

  private constructor(parts: Parts, sockets: Several, authoriser: Several) {
    this.#parts = parts;
    this.#sockets = sockets;
    this.#authoriser = authoriser;
  }

  /** @param bundles the folder with a folder for each */
  static async over(bundles: string): Promise<Functions> {
    const [cloud, secrets] = await Promise.all([startCloud(), startFakeSecrets()]);
    const ses = await startFakeSes({ credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
    const settings = { POSTHORN_API_KEY: OWNER_KEY, EMAIL_PROVIDERS: 'ses', CHAT_JWT_SECRET: TOKEN_SECRET };
    secrets.rotate('posthorn/settings', JSON.stringify(settings));
    const [sockets, authoriser] = [new Several(), new Several()];
    const onSocket = (event: never) => sockets.invoke<object>(event);
    const gateway = await startFakeGateway(
      {
        authorize: (event) => authoriser.invoke(event),
        ...{ connect: onSocket, message: onSocket, disconnect: onSocket },
      },
      { clock: new SystemClock() },
    );
    const env = {
      ...cloud.env,
      POSTHORN_TARGET: 'lambda',
      POSTHORN_SECRETS: 'posthorn/',
      SECRETS_ENDPOINT: secrets.url,
      APIGW_ENDPOINT: gateway.endpoint,
      POSTHORN_PUBLIC_URL: 'https://posthorn.example',
      SES_ENDPOINT: ses.url,
      LOG_LEVEL: 'silent',
    };
    const aws = readAws(new ConfigReader(env), true);
    const clients = openAws(aws);
    const signals = new SqsLaneSignals({ client: clients.sqs, prefix: aws.queues, waitSeconds: 0 });
    await createMissing(aws, clients, signals);
    const close = async (): Promise<void> => {
      clients.close();
      await Promise.all([ses.close(), secrets.close()]);
      await cloud.close();
    };
    return new Functions({ bundles, cloud, gateway, ses, clients, env, close }, sockets, authoriser);
  }

  get gateway(): FakeGateway {
    return this.#parts.gateway;
  }

  get ses(): Fake {
    return this.#parts.ses;
  }

  get clients(): AwsClients {
    return this.#parts.clients;
  }

  /** @param plan where it is to be started otherwise than Lambda would */
  async start(entry: string, more: Env = {}, plan: Partial<FunctionPlan> = {}): Promise<FunctionProcess> {
    const { bundles, env } = this.#parts;
    const LAMBDA_TASK_ROOT = join(bundles, entry);
    const started = await FunctionProcess.start({
      file: join(LAMBDA_TASK_ROOT, 'index.mjs'),
      env: { ...env, ...more, LAMBDA_TASK_ROOT },
      ...plan,
    });
    this.#started.push(started);
    return started;
  }

  /** From now on API Gateway has somebody behind it: two processes for what comes by sockets. */
  async serveSockets(): Promise<void> {
    await Promise.all([
      this.#authoriser.start(1, () => this.start('authoriser')),
      this.#sockets.start(2, () => this.start('websocket')),
    ]);
  }

  /** By the function of the REST API. */
  async request(method: string, path: string, body?: Json, key = OWNER_KEY): Promise<HttpAnswer> {
    const [rawPath = '', rawQueryString = ''] = path.split('?');
    this.#http ??= await this.start('http');
    return this.#http.invoke<HttpAnswer>({
      version: '2.0',
      routeKey: '$default',
      ...{ rawPath, rawQueryString, isBase64Encoded: false },
      headers: {
        host: 'posthorn.example',
        authorization: `Bearer ${key}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      requestContext: { http: { method, path: rawPath, sourceIp: '203.0.113.7' } },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  async ask(method: string, path: string, body?: Json): Promise<Json> {
    const answer = await this.request(method, path, body);
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${answer.body}`);
    return JSON.parse(answer.body ?? '{}') as Json;
  }

  async tokenOf(userId: string): Promise<string> {
    return String((await this.ask('POST', `/v1/users/${userId}/tokens`, {}))['token']);
  }

  async close(): Promise<void> {
    await this.#parts.gateway.close();
    await Promise.all(this.#started.map((one) => one.stop()));
    await this.#parts.close();
  }
}
