import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { ChatClient, type ChatOptions } from '#client/chat-client.js';
import { socketIoTransport } from '#client/socket-io-transport.js';
import { KeepMembers } from '#domain/chat/application/keep-members.js';
import { ChatFacade } from '#domain/chat/chat.facade.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Blocks } from '#ports/chat/blocks.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { UserTokens } from '#ports/workspace/user-tokens.js';
import { Workspaces } from '#ports/workspace/workspaces.js';
import { JitterProxy } from '#test/support/jitter-proxy.js';
import { Watched } from './watched-client.js';

/** So much that no test that is not about floods meets a limit. */
const PLENTY = { burst: 1_000_000, perSecond: 100_000 };
const HOUR_MS = 3_600_000;

/** What a server is told beside its folder, as its environment tells it: another target, say. */
export type ServerEnv = Readonly<Record<string, string>>;

/** The server as operators run it (embedded target, SQLite, sockets, unless told otherwise), and clients of the library behind a bad network. */
export class ChatWorld {
  readonly proxy: JitterProxy;
  readonly folder: string;
  readonly log = new MemoryLog();
  readonly #env: ServerEnv;
  readonly #random: SeededRandomness;
  readonly #clients: Watched[] = [];
  #server: RunningServer;
  #workspaceId: WorkspaceId;

  private constructor(
    folder: string,
    server: RunningServer,
    workspaceId: WorkspaceId,
    proxy: JitterProxy,
    { seed, env }: { readonly seed: number; readonly env: ServerEnv },
  ) {
    this.#env = env;
    this.folder = folder;
    this.#server = server;
    this.#workspaceId = workspaceId;
    this.proxy = proxy;
    this.#random = new SeededRandomness(seed);
  }

  static async start(seed = 1, env: ServerEnv = {}): Promise<ChatWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-chat-'));
    const chat = { flood: PLENTY, bustle: PLENTY };
    await writeFile(join(folder, 'posthorn.config.json'), JSON.stringify({ chat }));
    const server = await serve(folder, new MemoryLog(), env);
    const first = await server.app.get<Workspaces>(Workspaces).first();
    const proxy = await JitterProxy.start(portOf(server));
    return new ChatWorld(folder, server, first?.id as WorkspaceId, proxy, { seed, env });
  }

  /** What was acknowledged is there; whoever was connected is cut off. */
  async restart(): Promise<void> {
    this.proxy.strike('reset');
    await this.#server.stop();
    this.#server = await serve(this.folder, this.log, this.#env);
    this.proxy.aim(portOf(this.#server));
  }

  get facade(): ChatFacade {
    return this.#server.app.get<ChatFacade>(ChatFacade, { strict: false });
  }

  get messages(): MessageLog {
    return this.#server.app.get<MessageLog>(MessageLog);
  }

  user(userId: string): { readonly workspaceId: WorkspaceId; readonly userId: string } {
    return { workspaceId: this.#workspaceId, userId };
  }

  async group(owner: string, ...members: string[]): Promise<string> {
    const made = await this.facade.open(this.user(owner), { kind: 'group', title: 'Talk', members });
    return made.conversation.id;
  }

  async say(userId: string, conversationId: string, text: string): Promise<number> {
    const sent = { conversationId, clientMessageId: encodeURIComponent(`${userId} ${text}`), text };
    return (await this.facade.send(this.user(userId), sent)).message.seq;
  }

  async block(userId: string, whom: string): Promise<void> {
    await this.#server.app.get<Blocks>(Blocks).put(this.#workspaceId, userId, whom);
  }

  async remove(by: string, conversationId: string, userId: string): Promise<void> {
    await this.#server.app.get(KeepMembers, { strict: false }).remove(this.user(by), conversationId, userId);
  }

  /** The whole log, as its texts by `seq`. */
  async logOf(
    userId: string,
    conversationId: string,
  ): Promise<readonly { seq: number; text: string; clientMessageId: string }[]> {
    const all = [];
    for (let after = 0; ; after += 200) {
      const page = await this.facade.history(this.user(userId), conversationId, { after, limit: 200 });
      all.push(...page.map(({ seq, text, clientMessageId }) => ({ seq, text, clientMessageId })));
      if (page.length < 200) return all;
    }
  }

  tokenOf(userId: string): Promise<string> {
    const tokens = this.#server.app.get<UserTokens>(UserTokens);
    return tokens.mint(this.user(userId), HOUR_MS).then(({ token }) => token);
  }

  /** A device of a user, behind the bad network, that does not wait long before it comes again. */
  client(userId: string, more: Partial<ChatOptions> = {}): Watched {
    const client = new ChatClient({
      transport: socketIoTransport({ io, url: this.proxy.url }),
      token: () => this.tokenOf(userId),
      random: () => this.#random.unit() / 20,
      ...more,
    });
    const watched = new Watched(client, userId);
    this.#clients.push(watched);
    return watched;
  }

  async close(): Promise<void> {
    for (const { client } of this.#clients) client.stop();
    await this.proxy.close();
    await this.#server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function portOf({ url }: RunningServer): number {
  return Number(new URL(url).port);
}

async function serve(folder: string, log: MemoryLog, more: ServerEnv): Promise<RunningServer> {
  const env = {
    ...more,
    PORT: '0',
    POSTHORN_API_KEY: 'chat-world-owner-key',
    POSTHORN_ROLES: 'api,realtime',
  };
  const config = await readServerConfig({ ...env, POSTHORN_DATA_DIR: join(folder, 'data') }, folder);
  return startServer({ config, log, onFatal: (error) => log.error('test.fatal', { error }) });
}
