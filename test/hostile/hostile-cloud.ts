import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cloud, startCloud } from '#test/support/cloud.js';
import { callbackSettings, PUBLIC_URL } from './corpus/callbacks.js';
import { TOKEN_SECRET } from './corpus/user-tokens.js';
import {
  Client,
  type Json,
  type Known,
  OWNER_KEY,
  PROVIDER_SECRET,
  settle,
  THEIR_KEY,
} from './known-world.js';
import { FUNCTION, PosthornProcess } from './posthorn-process.js';
import { Trap } from './trap.js';

const ULID = '0'.repeat(26);
const PLENTY = { burst: 100_000, perSecond: 10_000 };

/** By partition and sort key. */
export type Items = ReadonlyMap<string, string>;

/** The known world on the one table, and whoever serves it: a server first, and then the function of the REST API. */
export class HostileCloud {
  readonly cloud: Cloud;
  readonly known: Known;
  readonly #folder: string;
  readonly #trap: Trap;
  process: PosthornProcess;
  url: string;

  private constructor(
    folder: string,
    cloud: Cloud,
    trap: Trap,
    served: { readonly process: PosthornProcess; readonly url: string; readonly known: Known },
  ) {
    this.#folder = folder;
    this.cloud = cloud;
    this.#trap = trap;
    this.known = served.known;
    this.process = served.process;
    this.url = served.url;
  }

  static async start(): Promise<HostileCloud> {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-hostile-cloud-'));
    // Rows come side by side: how many may come is asked elsewhere.
    const settings = { ...callbackSettings, door: { perKey: PLENTY, perAddress: PLENTY } };
    await writeFile(join(folder, 'posthorn.config.json'), JSON.stringify(settings));
    const [cloud, trap] = await Promise.all([startCloud(), Trap.open()]);
    const process = new PosthornProcess(environment(cloud, folder), folder);
    const url = await process.url();
    await addTheirs(cloud);
    const known = { ...(await settle(url)), trap: String(trap.port) };
    return new HostileCloud(folder, cloud, trap, { process, url, known });
  }

  /** From now on it is the function that answers. @returns the exit code of the server */
  async goBehindGateway(): Promise<number | null> {
    const code = await this.process.stop();
    const env = { ...environment(this.cloud, this.#folder), LAMBDA_TASK_ROOT: this.#folder };
    const apart = { ...env, APIGW_ENDPOINT: 'http://127.0.0.1:9/live' };
    this.process = new PosthornProcess(apart, this.#folder, [], FUNCTION);
    this.url = await this.process.url();
    return code;
  }

  /** How often something inside was called that nobody outside may have us call. */
  get trapped(): number {
    return this.#trap.calls;
  }

  get owner(): Client {
    return new Client(this.url);
  }

  /** All that is stored, but for `nobodys`: what is there whatever anybody asks. */
  async stored(nobodys: RegExp): Promise<Items> {
    const items = (await this.cloud.dynamo.scan('posthorn')) as readonly Json[];
    return new Map(
      items
        .map(({ pk, sk, ...rest }): [string, string] => {
          // When a key was last used is no doing of a row's.
          const { lastUsedAt: _, ...kept } = rest;
          return [`${(pk as { S: string }).S} ${(sk as { S: string }).S}`, JSON.stringify(kept)];
        })
        .filter(([place]) => !nobodys.test(place)),
    );
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGKILL');
    this.#trap.close();
    await this.cloud.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function environment(cloud: Cloud, folder: string): Record<string, string> {
  return {
    ...cloud.env,
    LOG_LEVEL: 'info',
    POSTHORN_PUBLIC_URL: PUBLIC_URL,
    POSTHORN_DATA_DIR: join(folder, 'data'),
    POSTHORN_API_KEY: OWNER_KEY,
    RESEND_API_KEY: PROVIDER_SECRET,
    CHAT_JWT_SECRET: TOKEN_SECRET,
  };
}

/** The second workspace, of which the API makes only the first: its items as docs/dynamodb.md has them. */
async function addTheirs(cloud: Cloud): Promise<void> {
  const [workspaceId, id] = [`wsp_${ULID}`, `key_${ULID}`];
  const hash = createHash('sha256').update(THEIR_KEY).digest('hex');
  const texts = (all: Readonly<Record<string, string>>): object =>
    Object.fromEntries(Object.entries(all).map(([name, text]) => [name, { S: text }]));
  const zero = { createdAt: { N: '0' } };
  const pointer = { id, workspaceId, hash };
  const items = [
    {
      ...texts({ pk: `WORKSPACE#${workspaceId}`, sk: 'WORKSPACE', id: workspaceId, name: 'Theirs' }),
      ...zero,
    },
    texts({ pk: `APIKEYID#${id}`, sk: 'KEY', ...pointer }),
    texts({ pk: `APIKEYS#${workspaceId}`, sk: id, ...pointer }),
    {
      ...texts({ pk: `APIKEY#${hash}`, sk: 'KEY', ...pointer, name: 'Theirs', origin: 'environment' }),
      ...{ scopes: { L: [{ S: 'admin' }] }, ...zero },
    },
  ];
  for (const Item of items)
    await cloud.dynamo.ask('PutItem', JSON.stringify({ TableName: 'posthorn', Item }));
}
