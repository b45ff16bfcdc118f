import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { RateLimits } from '#ports/workspace/rate-limits.js';
import type { UserTokens } from '#ports/workspace/user-tokens.js';
import { ConnectLimits } from './connect-limits.js';
import { HangUps } from './hang-ups.js';
import { JoinedWrites } from './joined-writes.js';
import { isWelcome } from './origin-check.js';
import { type Refused, SocketDoor } from './socket-door.js';
import type { SocketNamespace, SocketUser } from './socket-namespace.js';
import type { SocketSettings } from './socket-settings.js';

export interface SocketTools {
  readonly namespaces: readonly SocketNamespace[];
  readonly tokens: UserTokens;
  readonly settings: SocketSettings;
  readonly limits: RateLimits;
  readonly clock: Clock;
  readonly log: Log;
  /** Asked when it starts: the server is there only then. */
  httpServer(): HttpServer;
}

/**
 * Bytes of one message from a client, on both transports: it is cut off for more. What a frame may hold is less, and is
 * refused in words.
 */
const LARGEST_MESSAGE = 192 * 1024;
/** Milliseconds in which whoever has connected must have shown a token. */
const CONNECT_WITHIN_MS = 10_000;
const PING_EVERY_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;

/** One server of socket.io for all that users have live, each subject in a namespace of its own. */
export class RunSockets {
  readonly #tools: SocketTools;
  readonly #limits: ConnectLimits;
  #stop = (): Promise<void> => Promise.resolve();

  constructor(tools: SocketTools) {
    this.#tools = tools;
    this.#limits = new ConnectLimits(tools.limits, tools.log, tools.settings);
  }

  async start(): Promise<void> {
    const { httpServer, namespaces, clock } = this.#tools;
    for (const one of namespaces) await one.start();
    const door = new SocketDoor(httpServer(), (request) => this.#refusalOf(request));
    const io = this.#server(door);
    const hangUps = new HangUps(clock);
    const writes = new JoinedWrites();
    io.engine.on('connection', (connection: Socket['conn']) => {
      hangUps.watch(connection);
      writes.join(connection);
      // Nobody asks for it any more, and it holds on to everything that came with the first request.
      Reflect.set(connection, 'request', null);
    });
    const paths = namespaces.map(({ path }) => path).join(' and ');
    io.of('/').use((socket, next) => refuse(socket, next, 'not_found', `There is only ${paths}.`));
    for (const one of namespaces)
      io.of(one.path)
        .use((socket, next) => void this.#admit(socket, next))
        .on('connection', (socket) => one.open(socket, socket.data as SocketUser));
    door.open();
    this.#stop = async () => {
      hangUps.stop();
      for (const one of namespaces) one.farewell();
      await io.close();
      await door.close();
    };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#tools.namespaces.map((one) => one.stop()), this.#stop()]);
  }

  #server({ gate }: SocketDoor): Server {
    const { origins } = this.#tools.settings;
    return new Server(gate, {
      serveClient: false,
      destroyUpgrade: false,
      maxHttpBufferSize: LARGEST_MESSAGE,
      connectTimeout: CONNECT_WITHIN_MS,
      pingInterval: PING_EVERY_MS,
      pingTimeout: PING_TIMEOUT_MS,
      ...(origins.length > 0 && { cors: { origin: [...origins] } }),
    });
  }

  async #refusalOf(request: IncomingMessage): Promise<Refused | undefined> {
    if (!isWelcome(request.headers, this.#tools.settings.origins))
      return { status: 403, code: 'forbidden', detail: 'Pages of this origin may not connect.' };
    const tooMany = await this.#limits.ofRequest(request);
    return tooMany && { status: 429, code: 'rate_limited', ...tooMany };
  }

  async #admit(socket: Socket, next: (error?: Error) => void): Promise<void> {
    const { tokens, log } = this.#tools;
    const { token } = socket.handshake.auth as { readonly token?: unknown };
    try {
      const verdict =
        typeof token === 'string'
          ? await tokens.verify(token)
          : ({ kind: 'refused', reason: 'malformed' } as const);
      if (verdict.kind === 'user') {
        const tooMany = await this.#limits.ofWorkspace(verdict.workspaceId);
        if (tooMany) return refuse(socket, next, 'rate_limited', tooMany.detail, tooMany.retryAfterMs);
        socket.data = verdict;
        return next();
      }
      log.debug('socket.refused', { reason: verdict.reason });
      refuse(socket, next, 'unauthenticated', 'Send a valid user token as `auth.token`.');
    } catch (error) {
      log.error('socket.token_unverifiable', { error });
      refuse(socket, next, 'internal_error', 'The error has been logged.');
    }
  }
}

/** Says why, and hangs up: whoever shows no token may not hold a connection either. */
function refuse(
  socket: Socket,
  next: (error: Error) => void,
  code: string,
  detail: string,
  retryAfterMs?: number,
): void {
  next(Object.assign(new Error(code), { data: { code, detail, retryAfterMs } }));
  setImmediate(() => socket.conn.close());
}
