import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { InboxItem } from '#domain/communication/model/inbox-item.js';
import { shownItem } from '#domain/communication/model/shown-inbox-item.js';
import type { TokenUser, UserTokens } from '#ports/workspace/user-tokens.js';
import { FollowInbox } from './follow-inbox.js';
import { HangUps } from './hang-ups.js';
import { type ConnectionTools, InboxConnection } from './inbox-connection.js';
import { isWelcome } from './origin-check.js';
import { SocketDoor } from './socket-door.js';
import type { SocketSettings } from './socket-settings.js';

export interface InboxSocketTools extends ConnectionTools {
  readonly tokens: UserTokens;
  readonly settings: SocketSettings;
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
 * when it comes back. It says `inbox:seen`, `inbox:read` or `inbox:archive` with `{id}`, and is answered. When its token
 * expires it is disconnected.
 */
export class RunInboxSockets {
  readonly #tools: InboxSocketTools;
  readonly #follow: FollowInbox;
  readonly #tabs = new Map<string, Set<InboxConnection>>();
  #stop = (): Promise<void> => Promise.resolve();

  constructor(tools: InboxSocketTools) {
    this.#tools = tools;
    const tabs = this.#tabs;
    this.#follow = new FollowInbox(tools, {
      get isEmpty() {
        return tabs.size === 0;
      },
      tell: (items) => items.forEach((item) => this.#tell(item)),
    });
  }

  async start(): Promise<void> {
    const { httpServer, settings, clock } = this.#tools;
    await this.#follow.start();
    const door = new SocketDoor(httpServer(), ({ headers }) => isWelcome(headers, settings.origins));
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

  async #admit(socket: Socket, next: (error?: Error) => void): Promise<void> {
    const { tokens, log } = this.#tools;
    const { token } = socket.handshake.auth as { readonly token?: unknown };
    try {
      const verdict =
        typeof token === 'string'
          ? await tokens.verify(token)
          : ({ kind: 'refused', reason: 'malformed' } as const);
      if (verdict.kind === 'user') {
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

  #tell(item: InboxItem): void {
    const tabs = this.#tabs.get(keyOf(item));
    if (!tabs) return;
    const shown = shownItem(item);
    const size = JSON.stringify(shown).length;
    for (const tab of tabs) tab.push('inbox:item', shown, size);
  }
}

function keyOf({ workspaceId, userId }: TokenUser): string {
  return JSON.stringify([workspaceId, userId]);
}

/** Says why, and hangs up: whoever shows no token may not hold a connection either. */
function refuse(socket: Socket, next: (error: Error) => void, code: string, detail: string): void {
  next(Object.assign(new Error(code), { data: { code, detail } }));
  setImmediate(() => socket.conn.close());
}
