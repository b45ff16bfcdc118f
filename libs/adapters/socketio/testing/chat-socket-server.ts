import 'reflect-metadata';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { io, type Socket } from 'socket.io-client';
import { MemoryInbox } from '#adapters/memory/communication/memory-inbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import type { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { memoryPorts, providersOf } from '#adapters/rest/deliveries/testing/memory-ports.js';
import { createRestServer } from '#adapters/rest/kit/rest-server.js';
import { DEFAULT_REST_SETTINGS } from '#adapters/rest/kit/rest-settings.js';
import { RestKitModule } from '#adapters/rest/kit/rest.module.js';
import { Hs256UserTokens } from '#adapters/system/hs256-user-tokens.js';
import { BlockUsers } from '#domain/chat/application/block-users.js';
import { KeepMembers } from '#domain/chat/application/keep-members.js';
import { ChatFacade } from '#domain/chat/chat.facade.js';
import { ChatModule } from '#domain/chat/chat.module.js';
import type { Role } from '#domain/chat/model/conversation.js';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type {
  ChatClient,
  TransportUnderTest,
  WireAnswer,
} from '#ports/chat/testing/transport-conformance.js';
import type { Push } from '#ports/chat/realtime.js';
import { Inbox } from '#ports/communication/inbox.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { UserTokens } from '#ports/workspace/user-tokens.js';
import { RunSockets } from '../run-sockets.js';
import { SocketSettings } from '../socket-settings.js';
import { SocketsModule } from '../sockets.module.js';
import { chatPorts } from './chat-ports.js';

const KEY = new Uint8Array(32).fill(7);

/** The chat over socket.io on one real server, over memory, on a clock that only the test moves. */
export class ChatSocketServer implements TransportUnderTest {
  readonly clock: DrivenClock;
  readonly log: MemoryLog;
  readonly port: number;
  readonly stores: Pick<ReturnType<typeof chatPorts>, 'conversations' | 'messages' | 'blocks' | 'live'>;
  readonly #app: NestFastifyApplication;
  readonly #clients: Socket[] = [];
  readonly #sockets = new Set<NetSocket>();

  private constructor(
    app: NestFastifyApplication,
    { clock, log }: ReturnType<typeof memoryPorts>,
    stores: ReturnType<typeof chatPorts>,
  ) {
    this.#app = app;
    (app.getHttpServer() as HttpServer).on('connection', (socket: NetSocket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.clock = clock;
    this.log = log;
    this.stores = stores;
    this.port = (app.getHttpServer().address() as AddressInfo).port;
  }

  static async start(): Promise<ChatSocketServer> {
    const ports = memoryPorts(new DrivenClock());
    const chat = chatPorts(ports);
    const tokens = new Hs256UserTokens({ key: KEY, audience: 'posthorn' }, ports.clock);
    const providers = [
      ...providersOf(ports),
      ...chat.providers,
      { provide: Inbox, useValue: new MemoryInbox() },
      { provide: UserTokens, useValue: tokens },
      { provide: SocketSettings, useValue: { origins: [] } satisfies SocketSettings },
    ];

    @Global()
    @Module({ providers, exports: providers })
    class PortsModule {}

    @Module({ imports: [PortsModule, RestKitModule.with(DEFAULT_REST_SETTINGS), ChatModule, SocketsModule] })
    class TestedModule {}

    const app = await createRestServer(TestedModule, DEFAULT_REST_SETTINGS, false);
    await app.listen({ host: '127.0.0.1', port: 0 });
    await app.get(RunSockets).start();
    return new ChatSocketServer(app, ports, chat);
  }

  /** Bytes that the server holds for clients that do not take them, but for what waits in queues of our own. */
  get held(): number {
    return [...this.#sockets].reduce((sum, socket) => sum + socket.writableLength, 0);
  }

  get inbox(): Inbox {
    return this.#app.get<Inbox>(Inbox);
  }

  get chat(): ChatFacade {
    return this.#app.get<ChatFacade>(ChatFacade, { strict: false });
  }

  async tokenOf(userId: string, workspaceId: WorkspaceId = acme, forMs = 3_600_000): Promise<string> {
    const tokens = this.#app.get<UserTokens>(UserTokens);
    return (await tokens.mint({ workspaceId, userId }, forMs)).token;
  }

  async connect(
    userId: string,
    workspaceId: WorkspaceId = acme,
    forMs = 3_600_000,
  ): Promise<SocketChatClient> {
    const token = await this.tokenOf(userId, workspaceId, forMs);
    const client = io(`http://127.0.0.1:${this.port}/chat`, {
      auth: { token },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    this.#clients.push(client);
    const connected = new SocketChatClient(client, userId);
    await new Promise<void>((resolve, reject) => client.on('connect', resolve).on('connect_error', reject));
    return connected;
  }

  async remove(conversationId: string, userId: string): Promise<void> {
    const by = { workspaceId: acme, userId: 'anna' };
    await this.#app.get(KeepMembers, { strict: false }).remove(by, conversationId, userId);
  }

  async mute(conversationId: string, userId: string, until: Instant | undefined): Promise<void> {
    const by = { workspaceId: acme, userId };
    await this.#app.get(KeepMembers, { strict: false }).mute(by, conversationId, until);
  }

  async setRole(conversationId: string, userId: string, role: Role): Promise<void> {
    const by = { workspaceId: acme, userId: 'anna' };
    await this.#app.get(KeepMembers, { strict: false }).setRole(by, conversationId, userId, role);
  }

  async block(userId: string, blocked: string): Promise<void> {
    await this.#app.get(BlockUsers, { strict: false }).block({ workspaceId: acme, userId }, blocked);
  }

  async unblock(userId: string, blocked: string): Promise<void> {
    await this.#app.get(BlockUsers, { strict: false }).unblock({ workspaceId: acme, userId }, blocked);
  }

  async tell(push: Push): Promise<void> {
    this.stores.live.tell(acme, push);
  }

  async cut(messages: number): Promise<void> {
    await this.stores.messages.cut(Infinity, messages);
  }

  pass(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.stop();
  }

  /** Whoever is connected or not. */
  async stop(): Promise<void> {
    await Promise.all([this.#app.get(RunSockets).stop(), this.#app.close()]);
  }
}

/** A client that loses nothing it was told before somebody asked. */
export class SocketChatClient implements ChatClient {
  readonly client: Socket;
  readonly userId: string;
  readonly closed: Promise<{ readonly code: string | undefined }>;
  #heard: { readonly event: string; readonly data: Record<string, unknown> }[] = [];
  #wake = (): void => {};
  #code: string | undefined;

  constructor(client: Socket, userId: string) {
    this.client = client;
    this.userId = userId;
    client.onAny((event: string, data: Record<string, unknown>) => {
      if (event === 'closing') this.#code = String(data.code);
      this.#heard.push({ event, data });
      this.#wake();
    });
    this.closed = new Promise((resolve) => client.on('disconnect', () => resolve({ code: this.#code })));
  }

  get heard(): readonly { readonly event: string; readonly data: Record<string, unknown> }[] {
    return this.#heard;
  }

  send(frame: string, data?: unknown): Promise<WireAnswer> {
    return (
      data === undefined ? this.client.emitWithAck(frame) : this.client.emitWithAck(frame, data)
    ) as Promise<WireAnswer>;
  }

  async next(event?: string): Promise<{ readonly event: string; readonly data: Record<string, unknown> }> {
    for (;;) {
      const at = this.#heard.findIndex((one) => event === undefined || one.event === event);
      const [found] = at < 0 ? [] : this.#heard.splice(at, 1);
      if (found) return found;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async drop(): Promise<void> {
    this.client.io.engine.close();
    await this.closed;
  }
}
