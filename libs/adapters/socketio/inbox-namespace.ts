import type { Socket } from 'socket.io';
import type { InboxCounts, InboxItem } from '#domain/communication/model/inbox-item.js';
import { shownItem } from '#domain/communication/model/shown-inbox-item.js';
import type { TokenUser } from '#ports/workspace/user-tokens.js';
import { FollowInbox } from './follow-inbox.js';
import { type ConnectionTools, InboxConnection } from './inbox-connection.js';
import type { SocketNamespace, SocketUser } from './socket-namespace.js';

/** Whoever else is told of what is put, of users who are connected elsewhere. */
export interface InboxWatch {
  readonly isEmpty: boolean;
  isThere(user: TokenUser): boolean;
  created(user: TokenUser, shown: object): void;
}

/**
 * The users' inboxes, live: the namespace `/inbox` of socket.io.
 *
 * A client shows its token (`auth: {token}`) and gets `inbox:state` with its newest unseen items, then `inbox:item` for
 * each that is put: at least once, after it is stored. It may have missed some while it was away: it gets the state again
 * when it comes back. It says `inbox:seen`, `inbox:read` or `inbox:archive` with `{id}`, and is answered; every tab of the
 * user is told `inbox:step` with `{item, counts}`, whoever took the step. When its token expires it is disconnected.
 */
export class InboxNamespace implements SocketNamespace {
  readonly path = '/inbox';
  readonly #tools: ConnectionTools;
  readonly #watch: InboxWatch;
  readonly #follow: FollowInbox;
  readonly #tabs = new Map<string, Set<InboxConnection>>();

  constructor(tools: ConnectionTools, watch: InboxWatch) {
    this.#tools = tools;
    this.#watch = watch;
    const tabs = this.#tabs;
    this.#follow = new FollowInbox(tools, {
      get isEmpty() {
        return tabs.size === 0 && watch.isEmpty;
      },
      tell: (items) => this.#tellAll(items),
    });
  }

  start(): Promise<void> {
    return this.#follow.start();
  }

  stop(): Promise<void> {
    return this.#follow.stop();
  }

  farewell(): void {
    // Whoever comes back reads the inbox anew: there is nothing to be said.
  }

  open(socket: Socket, user: SocketUser): void {
    const tab = new InboxConnection(socket, user, this.#tools);
    const key = keyOf(user);
    const tabs = this.#tabs.get(key) ?? new Set();
    this.#tabs.set(key, tabs.add(tab));
    socket.on('disconnect', () => {
      tabs.delete(tab);
      if (tabs.size === 0 && this.#tabs.get(key) === tabs) this.#tabs.delete(key);
    });
    void tab.open(user.expiresAt);
  }

  /** In their order. One that moved on before we looked is told of as a step, of an item that the tab may not know. */
  async #tellAll(items: readonly InboxItem[]): Promise<void> {
    const watched = items.filter((item) => this.#tabs.has(keyOf(item)));
    const counts = await this.#countsOf(watched.filter(({ state }) => state !== 'unseen'));
    for (const item of items)
      if (item.state === 'unseen' && this.#watch.isThere(item)) this.#watch.created(item, shownItem(item));
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
