import type { Message, Position } from '#client/chat.js';
import type { WireChat } from '../model/chat-list.js';
import type { ChatState, Member, OpenChat, Way } from '../model/chat-state.js';
import { type Action, MOST_MARKED } from '../model/reduce.js';
import { type Rest, RestRefusal, wordsOf } from './rest.js';

const PAGE = 50;
const PEOPLE = MOST_MARKED;

interface PeoplePage {
  readonly data: readonly Member[];
  readonly page: { readonly next: string | null };
}

/** What the open conversation shows beside what comes live: pages of its log, members, pins. */
export class History {
  readonly #rest: Rest;
  readonly #state: () => ChatState;
  readonly #dispatch: (action: Action) => void;
  readonly #follow: (id: string, from: Position) => void;
  /** Rises with each page that is asked for: what an earlier one answers is not wanted any more. */
  #asked = 0;
  /** Where somebody has gone last: what is found out for an earlier one comes too late. */
  #wanted: string | undefined;
  /** What was asked for while it was on its way is asked for once more, however often. */
  #refreshing: Promise<void> | undefined;
  #isRefreshDue = false;

  /** @param follow what comes in a conversation after a position; nothing happens where it is followed already */
  constructor(
    rest: Rest,
    state: () => ChatState,
    dispatch: (action: Action) => void,
    follow: (id: string, from: Position) => void,
  ) {
    this.#rest = rest;
    this.#state = state;
    this.#dispatch = dispatch;
    this.#follow = follow;
  }

  /** Shows a conversation; undefined: none. */
  async open(id: string | undefined): Promise<void> {
    this.#wanted = id;
    if (this.#state().open?.id === id) return;
    if (id === undefined) return this.#dispatch({ kind: 'closed' });
    if (!this.#state().chats?.has(id)) await this.know(id, true);
    if (this.#wanted !== id || !this.#state().chats?.has(id)) return;
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

  /** A conversation that nobody has told of yet. @param isAsked by whoever looks: they are told if it is not there */
  async know(id: string, isAsked = false): Promise<void> {
    try {
      const chat = await this.#rest.get<WireChat & Position>(`/v1/conversations/${id}`);
      // The client follows the newest thousand by itself. Before pages are asked for: nothing is to come between the two.
      this.#follow(id, { seq: chat.seq, rev: chat.rev });
      this.#dispatch({ kind: 'known', chat });
    } catch (error) {
      // Left meanwhile, or never there: it is not in the list then.
      if (!isAsked) return;
      const isGone = error instanceof RestRefusal && error.status === 404;
      const text = isGone ? 'This conversation is not there, or you are not in it.' : wordsOf(error);
      this.#dispatch({ kind: 'noted', text });
    }
  }

  /** Members, one's own role, pins: whatever is told only to who is connected, or not at all. */
  async refresh(): Promise<void> {
    this.#isRefreshDue = true;
    this.#refreshing ??= this.#refreshWhileDue();
    await this.#refreshing;
  }

  /** More of the people of a large room. */
  async morePeople(): Promise<void> {
    const { open } = this.#state();
    if (!open?.people || open.people.next === undefined) return;
    const { id, people } = open;
    try {
      const { data, page } = await this.#people(id, people.next);
      const { people: now } = this.#openOf(id) ?? {};
      // The list was read anew meanwhile, and ends elsewhere.
      if (!now || now.next !== people.next) return;
      const members = [...now.some, ...data];
      this.#dispatch({ kind: 'members', id, members, next: page.next ?? undefined });
    } catch (error) {
      this.#dispatch({ kind: 'noted', text: wordsOf(error) });
    }
  }

  async #refreshWhileDue(): Promise<void> {
    try {
      while (this.#isRefreshDue) {
        this.#isRefreshDue = false;
        await this.#refreshOnce();
      }
    } finally {
      this.#refreshing = undefined;
    }
  }

  async #refreshOnce(): Promise<void> {
    const { open } = this.#state();
    if (!open) return;
    const { id, log, pins: before } = open;
    // What could not be loaded without a connection.
    if (log.messages.length === 0 && log.loading === undefined) void this.load('newest');
    try {
      const [chat, members, pins] = await Promise.all([
        this.#rest.get<WireChat>(`/v1/conversations/${id}`),
        this.#people(id),
        this.#rest.get<{ data: readonly Message[] }>(`/v1/conversations/${id}/pins`),
      ]);
      // Who was taken out meanwhile is not to see it come back into the list.
      if (this.#state().chats?.has(id)) this.#dispatch({ kind: 'known', chat });
      await this.#membersKnown(id, members);
      // Something was pinned meanwhile, of which the answer may not know.
      if ((this.#openOf(id)?.pins ?? before) !== before) this.#isRefreshDue = true;
      else this.#dispatch({ kind: 'pins', id, pins: pins.data });
    } catch {
      // Without a connection: they are asked for again when there is one.
    }
  }

  /** As many as were shown before: whoever reads the list of a large room is not thrown back to its beginning. */
  async #membersKnown(id: string, first: PeoplePage): Promise<void> {
    const shown = this.#openOf(id)?.people?.some.length ?? 0;
    let next = first.page.next;
    const members = [...first.data];
    while (next !== null && members.length < shown) {
      const page = await this.#people(id, next);
      members.push(...page.data);
      next = page.page.next;
    }
    this.#dispatch({ kind: 'members', id, members, next: next ?? undefined });
  }

  #openOf(id: string): OpenChat | undefined {
    const { open } = this.#state();
    return open?.id === id ? open : undefined;
  }

  #people(id: string, after?: string): Promise<PeoplePage> {
    return this.#rest.get(`/v1/conversations/${id}/members`, { limit: PEOPLE, after });
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
      this.#dispatch({ kind: 'noted', text: wordsOf(error) });
    }
  }
}
