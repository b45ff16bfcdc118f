import 'reflect-metadata';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { type INestApplicationContext, Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WebSocket } from 'ws';
import { MemoryConnections } from '#adapters/memory/chat/memory-connections.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import type { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { memoryPorts, providersOf } from '#adapters/rest/deliveries/testing/memory-ports.js';
import { chatPorts } from '#adapters/socketio/testing/chat-ports.js';
import { Hs256UserTokens } from '#adapters/system/hs256-user-tokens.js';
import { BlockUsers } from '#domain/chat/application/block-users.js';
import { KeepMembers } from '#domain/chat/application/keep-members.js';
import { ChatFacade } from '#domain/chat/chat.facade.js';
import { ChatModule } from '#domain/chat/chat.module.js';
import type { Role } from '#domain/chat/model/conversation.js';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { Absences } from '#ports/chat/absences.js';
import type { Connections } from '#ports/chat/connections.js';
import { Presence } from '#ports/chat/presence.js';
import { type Push, Realtime } from '#ports/chat/realtime.js';
import type {
  ChatClient,
  TransportUnderTest,
  WireAnswer,
} from '#ports/chat/testing/transport-conformance.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import type { UserTokens } from '#ports/workspace/user-tokens.js';
import { authorizerOf, handlerOf } from '#apps/lambda/src/websocket.js';
import {
  type FakeGateway,
  type GatewayLimits,
  startFakeGateway,
} from '#test/fakes/apigateway/fake-apigateway.js';
import { ConnectedUsers } from '../connected-users.js';
import { ConnectionPosts } from '../connection-posts.js';
import { GatewayChat } from '../gateway-chat.js';
import { GatewayRealtime } from '../gateway-realtime.js';
import type { TellLater } from '../notices.js';

const KEY = new Uint8Array(32).fill(7);

type Ports = ReturnType<typeof memoryPorts>;
type ChatPorts = ReturnType<typeof chatPorts>;
type Heard = { readonly event: string; readonly data: Record<string, unknown> };

/** What one process of the functions stands on: its own telling, over stores that all of them share. */
export interface GatewayProcess {
  readonly app: INestApplicationContext;
  readonly chat: GatewayChat;
  readonly realtime: GatewayRealtime;
}

/** The chat over the fake API Gateway, over memory, on a clock that only the test moves. */
export class GatewayChatServer implements TransportUnderTest {
  readonly clock: DrivenClock;
  readonly log: MemoryLog;
  readonly stores: ChatPorts;
  readonly connections: Connections;
  readonly tokens: UserTokens;
  readonly processes: GatewayProcess[] = [];
  readonly #others: GatewayProcess[] = [];
  readonly #ports: Ports;
  #gateway: FakeGateway | undefined;
  #client: ApiGatewayManagementApiClient | undefined;
  #turn = 0;

  readonly #tellLater: TellLater | undefined;

  private constructor(ports: Ports, connections: Connections, tellLater?: TellLater) {
    this.#ports = ports;
    this.#tellLater = tellLater;
    this.clock = ports.clock;
    this.log = ports.log;
    this.stores = chatPorts(ports);
    this.connections = connections;
    this.tokens = new Hs256UserTokens({ key: KEY, audience: 'posthorn' }, ports.clock);
  }

  /**
   * @param processes that take the frames in turn
   * @param keep where it is written down who is connected; in memory if nothing is said
   * @param tellLater takes notices of large conversations; told by whoever stores if nothing is said
   */
  static async start(
    limits: Partial<GatewayLimits> = {},
    processes = 1,
    keep: (clock: DrivenClock) => Promise<Connections> = async (clock) => new MemoryConnections(clock),
    tellLater?: TellLater,
  ): Promise<GatewayChatServer> {
    const clock = new DrivenClock();
    const server = new GatewayChatServer(memoryPorts(clock), await keep(clock), tellLater);
    await server.#listen(limits);
    for (let n = 0; n < processes; n++) server.processes.push(await server.#aProcess());
    return server;
  }

  get gateway(): FakeGateway {
    if (!this.#gateway) throw new Error('It has not been started.');
    return this.#gateway;
  }

  async tokenOf(userId: string, workspaceId: WorkspaceId = acme, forMs = 3_600_000): Promise<string> {
    return (await this.tokens.mint({ workspaceId, userId }, forMs)).token;
  }

  async connect(userId: string, workspaceId = acme, forMs = 3_600_000): Promise<GatewayClient> {
    return this.open(await this.tokenOf(userId, workspaceId, forMs));
  }

  async open(token: string, headers: Record<string, string> = {}): Promise<GatewayClient> {
    const before = new Set(this.gateway.connectionIds);
    const socket = new WebSocket(`${this.gateway.url}?token=${encodeURIComponent(token)}`, { headers });
    const client = new GatewayClient(socket);
    await client.opened;
    client.id = this.gateway.connectionIds.find((id) => !before.has(id)) ?? '';
    return client;
  }

  async remove(conversationId: string, userId: string): Promise<void> {
    const [first] = this.processes;
    const by = { workspaceId: acme, userId: 'anna' };
    await first?.app.get(KeepMembers, { strict: false }).remove(by, conversationId, userId);
    await this.settled();
  }

  async mute(conversationId: string, userId: string, until: Instant | undefined): Promise<void> {
    const [first] = this.processes;
    const by = { workspaceId: acme, userId };
    await first?.app.get(KeepMembers, { strict: false }).mute(by, conversationId, until);
    await this.settled();
  }

  async setRole(conversationId: string, userId: string, role: Role): Promise<void> {
    const [first] = this.processes;
    const by = { workspaceId: acme, userId: 'anna' };
    await first?.app.get(KeepMembers, { strict: false }).setRole(by, conversationId, userId, role);
    await this.settled();
  }

  async block(userId: string, blocked: string): Promise<void> {
    const [first] = this.processes;
    await first?.app.get(BlockUsers, { strict: false }).block({ workspaceId: acme, userId }, blocked);
    await this.settled();
  }

  async unblock(userId: string, blocked: string): Promise<void> {
    const [first] = this.processes;
    await first?.app.get(BlockUsers, { strict: false }).unblock({ workspaceId: acme, userId }, blocked);
    await this.settled();
  }

  async tell(push: Push): Promise<void> {
    this.processes[0]?.realtime.tell(acme, push);
    await this.settled();
  }

  async cut(messages: number): Promise<void> {
    await this.stores.messages.cut(Infinity, messages);
  }

  /** Time passes, and what is called every minute is called at its end. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.gateway.idle();
    await this.processes[0]?.chat.sweep();
  }

  async settled(): Promise<void> {
    await this.gateway.idle();
    for (const { realtime } of this.processes) await realtime.settled();
  }

  async close(): Promise<void> {
    await this.#gateway?.close();
    this.#client?.destroy();
    for (const { app } of [...this.processes, ...this.#others]) await app.close();
  }

  /** A process that takes no frames. */
  async another(): Promise<GatewayProcess> {
    const made = await this.#aProcess();
    this.#others.push(made);
    return made;
  }

  async #listen(limits: Partial<GatewayLimits>): Promise<void> {
    const authorize = authorizerOf({ tokens: this.tokens, origins: ['https://chat.example'] });
    const handle = (event: never) => {
      const { chat } = this.processes[this.#turn++ % this.processes.length] as GatewayProcess;
      return handlerOf({ chat, log: this.log })(event);
    };
    const handlers = { authorize, connect: handle, message: handle, disconnect: handle };
    this.#gateway = await startFakeGateway(handlers as never, { clock: this.clock, limits });
    this.#client = new ApiGatewayManagementApiClient({
      endpoint: this.#gateway.endpoint,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  }

  async #aProcess(): Promise<GatewayProcess> {
    const { clock, log, randomness } = this.#ports;
    const { conversations, messages, blocks, providers: all } = this.stores;
    const { connections, tokens } = this;
    const given = new Map(
      all.flatMap((one) =>
        'provide' in one && 'useValue' in one ? [[one.provide, one.useValue as unknown]] : [],
      ),
    );
    const posts = new ConnectionPosts({
      client: this.#client as ApiGatewayManagementApiClient,
      clock,
      log,
      randomness,
    });
    const users = new ConnectedUsers({
      ...{ connections, conversations, blocks, posts, log },
      presence: given.get(Presence) as Presence,
      absences: given.get(Absences) as Absences,
    });
    const realtime = new GatewayRealtime({
      ...{ connections, conversations, messages, users, log },
      ...(this.#tellLater && { tellLater: this.#tellLater }),
    });
    const providers = [...providersOf(this.#ports), ...all, { provide: Realtime, useValue: realtime }];

    @Global()
    @Module({ providers, exports: providers })
    class PortsModule {}

    @Module({ imports: [PortsModule, ChatModule] })
    class TestedModule {}

    const app = await NestFactory.createApplicationContext(TestedModule, { logger: false });
    const chat = new GatewayChat({
      ...{ connections, users, realtime, posts, tokens, clock, randomness, log },
      chat: app.get<ChatFacade>(ChatFacade, { strict: false }),
    });
    return { app, chat, realtime };
  }
}

/** A client that loses nothing it was told before somebody asked. */
export class GatewayClient implements ChatClient {
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  readonly closed: Promise<{ readonly code: string | undefined; readonly number: number }>;
  /** Everything that came, as it came. */
  readonly raw: Record<string, unknown>[] = [];
  /** Of the connection, at API Gateway. */
  id = '';
  #heard: Heard[] = [];
  #wake = (): void => {};
  #code: string | undefined;
  #asked = 0;
  readonly #answers = new Map<string, (answer: WireAnswer) => void>();

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.opened = new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.on('message', (data: Buffer) =>
      this.#received(JSON.parse(data.toString()) as Record<string, unknown>),
    );
    this.closed = new Promise((resolve) =>
      socket.on('close', (number: number) => resolve({ code: this.#code, number })),
    );
  }

  get heard(): readonly Heard[] {
    return this.#heard;
  }

  send(action: string, data?: unknown): Promise<WireAnswer> {
    this.#asked += 1;
    const id = `r${this.#asked}`;
    const words = JSON.stringify({ action, id, ...(data !== undefined && { data }) });
    // As every client has to, and ours does: API Gateway answers nothing to more, it hangs up.
    if (Buffer.byteLength(words) > 128 * 1024)
      return Promise.resolve({
        ok: false,
        error: { code: 'message_too_large', detail: 'Said by the client.' },
      });
    const answer = new Promise<WireAnswer>((resolve) => this.#answers.set(id, resolve));
    this.write(words);
    return answer;
  }

  /** In frames that API Gateway takes. */
  write(text: string): void {
    const bytes = Buffer.from(text);
    const size = 32 * 1024;
    for (let at = 0; at < bytes.length; at += size)
      this.socket.send(bytes.subarray(at, at + size), { binary: false, fin: at + size >= bytes.length });
  }

  async next(event?: string): Promise<Heard> {
    for (;;) {
      const at = this.#heard.findIndex((one) => event === undefined || one.event === event);
      const [found] = at < 0 ? [] : this.#heard.splice(at, 1);
      if (found) return found;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async drop(): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }

  #received(frame: Record<string, unknown>): void {
    this.raw.push(frame);
    const { id, event, data } = frame;
    if (typeof event === 'string') {
      if (event === 'closing') this.#code = String((data as { code: unknown }).code);
      this.#heard.push({ event, data: data as Record<string, unknown> });
      this.#wake();
    } else if (typeof id === 'string') {
      const { id: _, ...answer } = frame;
      this.#answers.get(id)?.(answer as unknown as WireAnswer);
      this.#answers.delete(id);
    }
  }
}
