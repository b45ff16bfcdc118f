import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { ChatClient } from '#client/chat-client.js';
import { socketIoTransport } from '#client/socket-io-transport.js';
import { Watched } from '#test/chat/watched-client.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import { SES_CREDENTIALS, startFakeSes } from '#test/fakes/ses/fake-ses.js';
import { startFakeTwilio, TWILIO_ACCOUNT } from '#test/fakes/twilio/fake-twilio.js';
import { PosthornProcess } from '#test/hostile/posthorn-process.js';
import { type Cloud, startCloud } from '#test/support/cloud.js';
import { type NginxProcess, startNginx } from '#test/support/nginx.js';
import { type RedisProcess, startRedis } from '#test/support/redis.js';
import { ApiClient } from './api-client.js';

const KEY = 'owner-key-of-the-installation';
const PLENTY = { burst: 100_000, perSecond: 10_000 };
const NAMES = ['api-1', 'api-2', 'realtime-1', 'realtime-2', 'worker-1', 'worker-2', 'timer'] as const;

export type Name = (typeof NAMES)[number];
type WorkerName = 'worker-1' | 'worker-2';

const SETTINGS = {
  // A lease is what the others wait for when a worker dies, and a newcomer before it sends.
  aws: { workerLeaseMs: 1_000 },
  lanes: { bulk: { leaseMs: 2_000 }, standard: { leaseMs: 2_000 }, critical: { leaseMs: 2_000 } },
  // One call at a time for each of two workers, which a silent vendor keeps for longer than the test takes.
  email: { ses: { timeoutMs: 120_000, maxInFlight: 2 } },
  door: { trustedProxies: ['127.0.0.1'], perKey: PLENTY, perAddress: PLENTY },
  chat: { flood: PLENTY, bustle: PLENTY },
  webhooks: { allowPrivate: true },
};

/** A process of one role, and where it stands: who replaces it stands there too. */
interface Node {
  readonly process: PosthornProcess;
  readonly url: string;
}

/** The whole product as it is deployed in containers: two processes of each role and a timer, nginx, Redis and a cloud. */
export class Installation {
  readonly folder: string;
  readonly cloud: Cloud;
  readonly redis: RedisProcess;
  /** Both workers write to the same account of SES; each goes there by a way of its own, so that it is seen who called. */
  readonly ses: Readonly<Record<WorkerName, Fake>>;
  readonly twilio: Fake;
  readonly #nodes = new Map<Name, Node>();
  readonly #clients: Watched[] = [];
  #nginx: NginxProcess | undefined;
  #nextAddress = 2;

  private constructor(
    folder: string,
    cloud: Cloud,
    redis: RedisProcess,
    fakes: { readonly ses: Readonly<Record<WorkerName, Fake>>; readonly twilio: Fake },
  ) {
    this.folder = folder;
    this.cloud = cloud;
    this.redis = redis;
    this.ses = fakes.ses;
    this.twilio = fakes.twilio;
  }

  static async start(programs: { readonly nginx: string; readonly redis: string }): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-roles-'));
    await writeFile(join(folder, 'posthorn.config.json'), JSON.stringify(SETTINGS));
    const redis = await startRedis(programs.redis);
    const cloud = await startCloud(redis.url);
    const [one, two, twilio] = await Promise.all([
      startFakeSes({ journal: join(folder, 'ses-1.jsonl') }),
      startFakeSes({ journal: join(folder, 'ses-2.jsonl') }),
      startFakeTwilio({ journal: join(folder, 'twilio.jsonl') }),
    ]);
    const ses = { 'worker-1': one, 'worker-2': two };
    const installation = new Installation(folder, cloud, redis, { ses, twilio });
    try {
      await installation.#startAll(programs.nginx);
      return installation;
    } catch (error) {
      await installation.close();
      throw error;
    }
  }

  get names(): readonly Name[] {
    return NAMES;
  }

  /** Of an operator or an application, through nginx. */
  get api(): ApiClient {
    return new ApiClient(this.#entrance.url, KEY);
  }

  node(name: Name): PosthornProcess {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`There is no ${name}.`);
    return node.process;
  }

  async run(name: Name): Promise<void> {
    const before = this.#nodes.get(name);
    const process = new PosthornProcess(
      { ...this.#envOf(name), ...(before && { PORT: new URL(before.url).port }) },
      this.folder,
    );
    // Before it listens, so that it is ended whatever happens.
    this.#nodes.set(name, { process, url: before?.url ?? '' });
    this.#nodes.set(name, { process, url: await process.url() });
  }

  /** A user's device, whose sockets nginx leads to this process. */
  async client(userId: string, name: 'realtime-1' | 'realtime-2'): Promise<Watched> {
    const localAddress = await this.#addressLedTo(name);
    const transport = socketIoTransport({ io, url: this.#entrance.url, options: { localAddress } });
    const token = async (): Promise<string> =>
      String((await this.api.post(`/v1/users/${userId}/tokens`, {}))['token']);
    const watched = new Watched(new ChatClient({ transport, token, random: () => 0.05 }), userId);
    this.#clients.push(watched);
    return watched;
  }

  async close(): Promise<void> {
    for (const { client } of this.#clients) client.stop();
    await Promise.all([...this.#nodes.values()].map(({ process }) => process.stop('SIGKILL')));
    await this.#nginx?.close();
    await Promise.all([...Object.values(this.ses), this.twilio].map((fake) => fake.close()));
    await this.cloud.close();
    await this.redis.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get #entrance(): NginxProcess {
    if (!this.#nginx) throw new Error('There is no entrance yet.');
    return this.#nginx;
  }

  async #startAll(nginx: string): Promise<void> {
    await Promise.all(NAMES.map((name) => this.run(name)));
    const at = (name: Name): string => new URL(this.#nodes.get(name)?.url ?? '').host;
    this.#nginx = await startNginx(nginx, {
      api: [at('api-1'), at('api-2')],
      realtime: [at('realtime-1'), at('realtime-2')],
    });
  }

  /** Who goes to whom is by the client's address: all of 127.0.0.0/8 are this machine's. */
  async #addressLedTo(name: Name): Promise<string> {
    const { host } = new URL(this.#nodes.get(name)?.url ?? '');
    for (;;) {
      const n = this.#nextAddress++;
      const address = `127.0.${n >> 8}.${n & 255}`;
      if ((await this.#entrance.upstreamOf(address)) === host) return address;
    }
  }

  #envOf(name: Name): Record<string, string> {
    const ses = name === 'worker-2' ? this.ses['worker-2'] : this.ses['worker-1'];
    return {
      ...this.cloud.env,
      POSTHORN_ROLES: name.replace(/-\d$/, ''),
      POSTHORN_DATA_DIR: join(this.folder, name),
      POSTHORN_CONFIG: join(this.folder, 'posthorn.config.json'),
      POSTHORN_API_KEY: KEY,
      POSTHORN_PUBLIC_URL: 'http://posthorn.example',
      CHAT_JWT_SECRET: 'a secret that all processes have to share',
      EMAIL_PROVIDERS: 'ses',
      SES_REGION: 'eu-west-1',
      SES_ENDPOINT: ses.url,
      AWS_ACCESS_KEY_ID: SES_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: SES_CREDENTIALS.secretAccessKey,
      TWILIO_ACCOUNT_SID: TWILIO_ACCOUNT.sid,
      TWILIO_AUTH_TOKEN: TWILIO_ACCOUNT.token,
      TWILIO_FROM: '+12025550199',
      TWILIO_BASE_URL: this.twilio.url,
    };
  }
}
