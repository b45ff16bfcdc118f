import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { InboxCounts, InboxItem } from '#domain/communication/model/inbox-item.js';
import { shownItem } from '#domain/communication/model/shown-inbox-item.js';
import type { RateLimits } from '#ports/workspace/rate-limits.js';
import type { TokenUser, UserTokens } from '#ports/workspace/user-tokens.js';
import { ConnectLimits } from './connect-limits.js';
import { FollowInbox } from './follow-inbox.js';
import { HangUps } from './hang-ups.js';
import { type ConnectionTools, InboxConnection } from './inbox-connection.js';
import { isWelcome } from './origin-check.js';
import { type Refused, SocketDoor } from './socket-door.js';
import type { SocketSettings } from './socket-settings.js';

export interface InboxSocketTools extends ConnectionTools {
  readonly tokens: UserTokens;
  readonly settings: SocketSettings;
  readonly limits: RateLimits;
  /** Asked when it starts: the server is there only then. */
  httpServer(): HttpServer;
}

/** Bytes of one message from a client, on both transports. */
const LARGEST_MESSAGE = 128 * 1024;
/** Milliseconds in which whoever has connected must have shown a token. */
const CONNECT_WITHIN_MS = 10_000;
const PING_EVERY_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;

/**
 * The users' inboxes, live: the namespace `/inbox` of socket.io.
 *
 * A client shows its token (`auth: {token}`) and gets `inbox:state` with its newest unseen items, then `inbox:item` for
 * each that is put: at least once, after it is stored. It may have missed some while it was away: it gets the state again
 * when it comes back. It says `inbox:seen`, `inbox:read` or `inbox:archive` with `{id}`, and is answered; every tab of the
 * user is told `inbox:step` with `{item, counts}`, whoever took the step. When its token expires it is disconnected.
 */
export class RunInboxSockets {
  readonly #tools: InboxSocketTools;
  readonly #follow: FollowInbox;
  readonly #limits: ConnectLimits;
  readonly #tabs = new Map<string, Set<InboxConnection>>();
  #stop = (): Promise<void> => Promise.resolve();

  constructor(tools: InboxSocketTools) {
    this.#tools = tools;
    this.#limits = new ConnectLimits(tools.limits, tools.log, tools.settings);
    const tabs = this.#tabs;
    this.#follow = new FollowInbox(tools, {
      get isEmpty() {
        return tabs.size === 0;
      },
      tell: (items) => this.#tellAll(items),
    });
  }

  async start(): Promise<void> {
    const { httpServer, settings, clock } = this.#tools;
    await this.#follow.start();
    const door = new SocketDoor(httpServer(), (request) => this.#refusalOf(request));
    const io = new Server(door.gate, {
      serveClient: false,
      destroyUpgrade: false,
      maxHttpBufferSize: LARGEST_MESSAGE,
      connectTimeout: CONNECT_WITHIN_MS,
      pingInterval: PING_EVERY_MS,
      pingTimeout: PING_TIMEOUT_MS,
      ...(settings.origins.length > 0 && { cors: { origin: [...settings.origins] } }),
    });
    const hangUps = new HangUps(clock);
    io.engine.on('connection', (connection: Socket['conn']) => hangUps.watch(connection));
    io.of('/').use((socket, next) => refuse(socket, next, 'not_found', 'There is only /inbox.'));
    io.of('/inbox')
      .use((socket, next) => void this.#admit(socket, next))
      .on('connection', (socket) => void this.#open(socket));
    door.open();
    this.#stop = async () => {
      hangUps.stop();
      await io.close();
      await door.close();
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#follow.stop(), this.#stop()]);
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

  #open(socket: Socket): Promise<void> {
    const user = socket.data as TokenUser & { readonly expiresAt: number };
    const tab = new InboxConnection(socket, user, this.#tools);
    const key = keyOf(user);
    const tabs = this.#tabs.get(key) ?? new Set();
    this.#tabs.set(key, tabs.add(tab));
    socket.on('disconnect', () => {
      tabs.delete(tab);
      if (tabs.size === 0 && this.#tabs.get(key) === tabs) this.#tabs.delete(key);
    });
    return tab.open(user.expiresAt);
  }

  /** In their order. One that moved on before we looked is told of as a step, of an item that the tab may not know. */
  async #tellAll(items: readonly InboxItem[]): Promise<void> {
    const watched = items.filter((item) => this.#tabs.has(keyOf(item)));
    const counts = await this.#countsOf(watched.filter(({ state }) => state !== 'unseen'));
    for (const item of watched) {
      const shown = shownItem(item);
      if (item.state === 'unseen') this.#push(item, 'inbox:item', shown);
      else this.#push(item, 'inbox:step', { item: shown, counts: counts.get(keyOf(item)) });
    }
  }

  async #countsOf(items: readonly InboxItem[]): Promise<ReadonlyMap<string, InboxCounts>> {
    const users = new Map(items.map((item) => [keyOf(item), item]));
    const counted = [...users].map(async ([key, { workspaceId, userId }]) => {
      return [key, await this.#tools.inbox.counts(workspaceId, userId)] as const;
    });
    return new Map(await Promise.all(counted));
  }

  #push(user: TokenUser, event: string, payload: object): void {
    const size = JSON.stringify(payload).length;
    for (const tab of this.#tabs.get(keyOf(user)) ?? []) tab.push(event, payload, size);
  }
}

function keyOf({ workspaceId, userId }: TokenUser): string {
  return JSON.stringify([workspaceId, userId]);
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
