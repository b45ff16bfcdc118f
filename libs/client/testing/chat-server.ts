import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as SocketServer, type Socket } from 'socket.io';
import type { Answer, Message } from '../frames.js';
import { ModelServer } from './model-server.js';
import { type ServedWebSocket, webSocketServer } from './served-websocket.js';

/** One client as the server sees it, whatever it came by. */
export interface ServedClient {
  readonly userId: string;
  push(event: string, data: unknown): void;
  /** Cut off, with a close code where the transport has one. */
  drop(code?: number): void;
}

interface Frame {
  readonly action: string;
  readonly id: string;
  readonly data: never;
}

/** A chat over real sockets: the frames of socket.io on `/chat`, those of API Gateway on every other path, one log. */
export class ChatServer {
  readonly model = new ModelServer(100);
  readonly clients = new Set<ServedClient>();
  readonly frames: Frame[] = [];
  /** Tokens of every attempt, in order. */
  readonly tokens: string[] = [];
  /** Decides on the way in; a code refuses. */
  refuse: (token: string) => string | undefined = () => undefined;
  /** Answers in place of the model, or not at all. */
  intercept: (frame: Frame, client: ServedClient) => Answer | 'silence' | undefined = () => undefined;
  readonly #http: Server = createServer();
  readonly #io = new SocketServer(this.#http, { serveClient: false, destroyUpgrade: false });
  readonly #waiting = new Set<{ isMet: () => boolean; met: () => void }>();

  static async start(): Promise<ChatServer> {
    const server = new ChatServer();
    server.#serveSocketIo();
    webSocketServer(server.#http, (socket, url) => server.#serveRaw(socket, url));
    await new Promise<void>((listening) => server.#http.listen(0, '127.0.0.1', listening));
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** Resolves when it is so: looked at after each frame and connection. */
  until(isMet: () => boolean): Promise<void> {
    return new Promise((met) => {
      this.#waiting.add({ isMet, met });
      this.#look();
    });
  }

  framesOf(action: string): Frame[] {
    return this.frames.filter((one) => one.action === action);
  }

  tellAll(event: string, data: unknown): void {
    for (const client of this.clients) client.push(event, data);
  }

  async stop(): Promise<void> {
    for (const client of [...this.clients]) client.drop();
    await this.#io.close();
  }

  #serveSocketIo(): void {
    const chat = this.#io.of('/chat');
    chat.use((socket, next) => {
      const code = this.#admit(String(socket.handshake.auth['token']));
      next(code === undefined ? undefined : Object.assign(new Error(code), { data: { code } }));
    });
    chat.on('connection', (socket: Socket) => {
      const client = this.#come(String(socket.handshake.auth['token']), {
        push: (event, data) => void socket.emit(event, data),
        drop: (number) => {
          if (number === undefined) return void socket.conn.close();
          socket.emit('closing', { code: String(number), number });
          socket.disconnect(true);
        },
      });
      socket.on('disconnect', () => this.#go(client));
      socket.onAny((action: string, data: unknown, answer?: (said: object) => void) =>
        this.#take(client, { action, id: '', data: data as never }, (said) =>
          answer?.(said.ok ? { ok: true, ...said.data } : said),
        ),
      );
    });
  }

  #serveRaw(socket: ServedWebSocket, url: string): void {
    const token = new URL(url, 'ws://chat').searchParams.get('token') ?? '';
    if (this.#admit(token)) return socket.close(4401);
    const client = this.#come(token, {
      push: (event, data) => socket.send(JSON.stringify({ event, data })),
      drop: (code) => (code === undefined ? socket.destroy() : socket.close(code)),
    });
    socket.onClose(() => this.#go(client));
    socket.onText((text) => {
      const frame = JSON.parse(text) as Frame;
      this.#take(client, frame, (said) => socket.send(JSON.stringify({ id: frame.id, ...said })));
    });
  }

  #admit(token: string): string | undefined {
    this.tokens.push(token);
    const code = this.refuse(token);
    this.#look();
    return code;
  }

  #come(token: string, ways: Omit<ServedClient, 'userId'>): ServedClient {
    const client = { userId: token.split('.')[0] ?? '', ...ways };
    this.clients.add(client);
    this.#look();
    return client;
  }

  #go(client: ServedClient): void {
    this.clients.delete(client);
    this.#look();
  }

  #take(client: ServedClient, frame: Frame, answer: (said: Answer) => void): void {
    this.frames.push(frame);
    const said = this.intercept(frame, client) ?? this.#serve(client, frame);
    if (said !== 'silence') answer(said);
    this.#look();
  }

  #serve(client: ServedClient, { action, data }: Frame): Answer {
    if (action === 'resume') {
      const { pushes, answer } = this.model.resume(data);
      for (const [event, pushed] of pushes) client.push(event, pushed);
      return answer;
    }
    if (action.startsWith('message.') && 'clientChangeId' in (data as object)) {
      const { answer, message } = this.model.change(client.userId, data);
      if (message) this.tellAll('message.updated', message satisfies Message);
      return answer;
    }
    if (action !== 'message.send') return { ok: true, data: { asked: data } };
    const { answer, message } = this.model.append(client.userId, data);
    if (message) this.tellAll('message.created', message satisfies Message);
    return answer;
  }

  #look(): void {
    for (const one of this.#waiting) {
      if (!one.isMet()) continue;
      this.#waiting.delete(one);
      one.met();
    }
  }
}
