import type { Message } from '#client/chat.js';
import type { WireChat } from '../model/chat-list.js';
import type { ChatState, Member, Way } from '../model/chat-state.js';
import type { Action } from '../model/reduce.js';
import type { Rest } from './rest.js';

const PAGE = 50;
/** Of a room with more, marks are not shown: most of its members have never opened the message. */
const MOST_MARKED = 200;

/** What the open conversation shows beside what comes live: pages of its log, members, pins. */
export class History {
  readonly #rest: Rest;
  readonly #state: () => ChatState;
  readonly #dispatch: (action: Action) => void;
  /** Rises with each page that is asked for: what an earlier one answers is not wanted any more. */
  #asked = 0;

  constructor(rest: Rest, state: () => ChatState, dispatch: (action: Action) => void) {
    this.#rest = rest;
    this.#state = state;
    this.#dispatch = dispatch;
  }

  /** Shows a conversation; undefined: none. */
  async open(id: string | undefined): Promise<void> {
    if (this.#state().open?.id === id) return;
    if (id === undefined) return this.#dispatch({ kind: 'closed' });
    if (!this.#state().chats?.has(id)) await this.know(id);
    if (!this.#state().chats?.has(id)) return;
    this.#dispatch({ kind: 'opened', id });
    await Promise.all([this.load('newest'), this.refresh()]);
  }

  /** The next page to one side, or the newest. */
  async load(wanted: Exclude<Way, 'around'>): Promise<void> {
    const { open } = this.#state();
    if (!open) return;
    const { messages, hasOlder, hasNewer, loading } = open.log;
    const way = messages.length === 0 ? 'newest' : wanted;
    const isThere = (way === 'older' && !hasOlder) || (way === 'newer' && !hasNewer);
    if (isThere || (wanted !== 'newest' && loading !== undefined)) return;
    const before = way === 'older' ? messages[0]?.seq : undefined;
    const after = way === 'newer' ? messages.at(-1)?.seq : undefined;
    await this.#page(open.id, way, { before, after });
  }

  /** Shows a message of the open conversation, wherever in the log it is. */
  async show(seq: number): Promise<void> {
    const { open } = this.#state();
    if (!open) return;
    const isThere = open.log.messages.some((one) => one.seq === seq);
    if (!isThere) await this.#page(open.id, 'around', { before: seq + PAGE / 2 });
    this.#dispatch({ kind: 'shown', id: open.id, seq });
  }

  /** A message that is answered: fetched once, if it is not loaded. */
  async quote(messageId: string): Promise<void> {
    const { open } = this.#state();
    if (!open || open.quoted.has(messageId)) return;
    try {
      const path = `/v1/conversations/${open.id}/messages/${messageId}`;
      this.#dispatch({ kind: 'quoted', message: await this.#rest.get<Message>(path) });
    } catch {
      // Cut off by retention, say: the answer stands by itself.
    }
  }

  /** A conversation that nobody has told of yet. */
  async know(id: string): Promise<void> {
    try {
      this.#dispatch({ kind: 'known', chat: await this.#rest.get<WireChat>(`/v1/conversations/${id}`) });
    } catch {
      // Left meanwhile, or never there: it is not in the list then.
    }
  }

  async refresh(): Promise<void> {
    const { open } = this.#state();
    if (!open) return;
    const { id, log } = open;
    // What could not be loaded without a connection.
    if (log.messages.length === 0 && log.loading === undefined) void this.load('newest');
    const at = `/v1/conversations/${id}`;
    try {
      const [members, pins] = await Promise.all([
        this.#rest.get<{ data: readonly Member[]; page: { next: string | null } }>(`${at}/members`, {
          limit: MOST_MARKED,
        }),
        this.#rest.get<{ data: readonly Message[] }>(`${at}/pins`),
      ]);
      this.#dispatch({ kind: 'members', id, members: members.page.next === null ? members.data : undefined });
      this.#dispatch({ kind: 'pins', id, pins: pins.data });
    } catch {
      // Without a connection: they are asked for again when there is one.
    }
  }

  async #page(
    id: string,
    way: Way,
    range: { before?: number | undefined; after?: number | undefined },
  ): Promise<void> {
    const asked = ++this.#asked;
    this.#dispatch({ kind: 'loading', id, way });
    try {
      const path = `/v1/conversations/${id}/messages`;
      const { data } = await this.#rest.get<{ data: readonly Message[] }>(path, { limit: PAGE, ...range });
      if (asked === this.#asked) this.#dispatch({ kind: 'loaded', id, way, page: data });
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#dispatch({ kind: 'not_loaded', id });
      this.#dispatch({ kind: 'noted', text: error instanceof Error ? error.message : String(error) });
    }
  }
}
