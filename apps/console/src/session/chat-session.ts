import { io } from 'socket.io-client';
import {
  ChatClient,
  type ChatEvents,
  type Message,
  type OutgoingMessage,
  type Position,
  socketIoTransport,
  WebStore,
} from '#client/chat.js';
import type { WireChat } from '../model/chat-list.js';
import { type ChatState, stateOf } from '../model/chat-state.js';
import { type Action, reduce } from '../model/reduce.js';
import type { Highlight } from '../model/text-parts.js';
import { Files } from './files.js';
import { History } from './history.js';
import { Later } from './later.js';
import { OFFLINE, Rest, RestRefusal, wordsOf } from './rest.js';
import type { SignedIn } from './sign-in.js';
import { Standing } from './standing.js';

export interface Found {
  readonly message: Message;
  readonly highlights: readonly Highlight[];
}

export interface FoundPage {
  readonly data: readonly Found[];
  readonly page: { readonly next: string | null };
}

const HEARD = [
  'message',
  'changed',
  'sending',
  'sent',
  'refused',
  'changing',
  'change_made',
  'change_refused',
  'receipt',
  'typing',
  'presence',
  'conversation',
  'left',
  'chats',
  'blocks',
  'scheduled',
  'link',
] as const satisfies readonly (keyof ChatEvents)[];

const TYPING_AGAIN_MS = 3_000;

/** One user's chat on this page: what is live by the client library, the rest by REST, and one state that all of it goes into. */
export class ChatSession {
  readonly files: Files;
  readonly history: History;
  readonly later: Later;
  readonly standing: Standing;
  /** What is typed and not sent, by conversation. */
  readonly drafts = new Map<string, string>();
  readonly #rest: Rest;
  readonly #client: ChatClient;
  readonly #watchers = new Set<() => void>();
  #state: ChatState;
  #saidTypingAt = 0;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor({ token, userId }: SignedIn) {
    this.#state = stateOf(userId);
    this.#rest = new Rest(token);
    this.files = new Files(this.#rest);
    this.history = new History(this.#rest, this.state, this.#dispatch, (id, from) =>
      this.#client.follow(id, from),
    );
    this.later = new Later(this.#rest, this.state, this.#dispatch);
    this.standing = new Standing(this.#rest, this.state, this.#dispatch, () => this.history.refresh());
    this.#client = new ChatClient({
      transport: socketIoTransport({ io, url: location.origin }),
      token: () => token,
      // Of this tab: two that shared one would each take what the other was told for their own.
      store: new WebStore(sessionStorage, `posthorn-chat/${userId}`),
    });
    for (const name of HEARD)
      this.#client.on(name, (data) =>
        this.#hear({ name, data } as Extract<Action, { kind: 'heard' }>['event']),
      );
  }

  readonly state = (): ChatState => this.#state;

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  async start(): Promise<void> {
    this.#client.followAll();
    this.#ticking = setInterval(() => this.#tick(Date.now()), 1000);
    try {
      await this.#client.start();
      // The connection tells them as well; here a token that is not good is told at once.
      const { data } = await this.#rest.get<{ data: readonly WireChat[] }>('/v1/conversations', {
        limit: 100,
      });
      this.#dispatch({ kind: 'listed', chats: data });
    } catch (error) {
      this.#failed(error);
    }
  }

  stop(): void {
    clearInterval(this.#ticking);
    this.#client.stop();
    this.files.close();
  }

  /** Milliseconds do not matter: a page that is looked at again is `online` again. */
  present(isHere: boolean): void {
    this.#client.presence({ state: isHere ? 'online' : 'away' });
  }

  send(
    conversationId: string,
    content: Pick<OutgoingMessage, 'text' | 'replyTo' | 'mentions' | 'attachments'>,
  ): void {
    this.#saidTypingAt = 0;
    this.#client.send(conversationId, content);
    if (this.#state.open?.log.hasNewer) void this.history.load('newest');
  }

  /** What was refused, as a new message. */
  sendAgain({ conversationId, clientMessageId, ...content }: OutgoingMessage): void {
    this.discard(clientMessageId);
    this.send(conversationId, content);
  }

  /** What was refused: a message by its client message id, an edit by its client change id. */
  discard(id: string): void {
    this.#dispatch({ kind: 'discarded', id });
  }

  typing(conversationId: string, on: boolean): void {
    const now = Date.now();
    if (on ? now - this.#saidTypingAt < TYPING_AGAIN_MS : this.#saidTypingAt === 0) return;
    this.#saidTypingAt = on ? now : 0;
    this.#client.typing(conversationId, on);
  }

  read(conversationId: string, seq: number): void {
    this.#dispatch({ kind: 'read', id: conversationId, seq });
    this.#client.read(conversationId, seq);
  }

  /** Each is shown at once, and made once: after a lost connection or a reload it is asked for again. */
  edit({ conversationId, id }: Message, text: string, mentions: readonly string[]): void {
    this.#client.edit(conversationId, id, { text, mentions });
  }

  remove({ conversationId, id }: Message): void {
    this.#client.delete(conversationId, id);
  }

  /** @param message as it is shown: what waits for its answer counts */
  react({ conversationId, id, reactions }: Message, emoji: string): void {
    const isOn = (reactions?.[emoji] ?? []).includes(this.#state.me);
    this.#client.react(conversationId, id, emoji, !isOn);
  }

  /** @param message as it is shown */
  pin({ conversationId, id, pinnedAt }: Message): void {
    this.#client.pin(conversationId, id, pinnedAt == null);
  }

  /**
   * Answers the conversation’s id. With one it is direct; with several, or a title, a group.
   * @throws ChatRefusal
   */
  async begin(people: readonly string[], title: string): Promise<string> {
    const [one] = people;
    const isDirect = people.length === 1 && title === '';
    const group = {
      kind: 'group',
      title: title || [this.#state.me, ...people].join(', ').slice(0, 200),
      members: people,
    };
    const wanted = isDirect ? { kind: 'direct', with: one } : group;
    const answer = await this.#client.call('conversation.open', wanted);
    const chat = answer['conversation'] as WireChat & Position;
    // One with somebody of long ago may be there already, and be none of those that the client follows by itself.
    this.#client.follow(chat.id, { seq: chat.seq, rev: chat.rev });
    this.#dispatch({ kind: 'known', chat });
    return chat.id;
  }

  /** In all conversations, or in one. @throws RestRefusal */
  search(q: string, conversationId: string | undefined, after?: string): Promise<FoundPage> {
    const path = conversationId === undefined ? '/v1/search' : `/v1/conversations/${conversationId}/search`;
    return this.#rest.get(path, { q, limit: 20, after });
  }

  uploaded(file: Extract<Action, { kind: 'uploaded' }>['file']): void {
    this.#dispatch({ kind: 'uploaded', file });
  }

  note(text: string | undefined): void {
    this.#dispatch({ kind: 'noted', text });
  }

  #hear(event: Extract<Action, { kind: 'heard' }>['event']): void {
    this.#dispatch({ kind: 'heard', event, now: Date.now() });
    if (event.name === 'message' && !this.#state.chats?.has(event.data.conversationId))
      void this.history.know(event.data.conversationId);
    // The marks of others, and what is pinned, are told to who is connected: after a pause they are asked for.
    if (event.name === 'link' && event.data.status === 'caught_up') this.#caughtUp();
    // Without an answer: it is asked for again with the next connection.
    if (event.name === 'blocks') this.standing.blocksChanged().catch(() => {});
    if (event.name === 'scheduled') this.later.changed().catch(() => {});
    // It says that somebody came, went or has another role, not who. What is about oneself is all there.
    if (
      event.name === 'conversation' &&
      event.data['conversationId'] === this.#state.open?.id &&
      event.data['me'] === undefined
    )
      void this.history.refresh();
  }

  #caughtUp(): void {
    if (this.#state.notice?.text === OFFLINE) this.note(undefined);
    void this.history.refresh();
    // Without a connection: asked for again with the next.
    for (const load of [this.later.load(), this.standing.loadBlocks()]) load.catch(() => {});
  }

  #tick(now: number): void {
    this.#dispatch({ kind: 'tick', now });
    this.later.look(now).catch(() => {});
  }

  readonly #dispatch = (action: Action): void => {
    const next = reduce(this.#state, action);
    if (next === this.#state) return;
    this.#state = next;
    for (const watcher of this.#watchers) watcher();
  };

  #failed(error: unknown): void {
    if (error instanceof RestRefusal && error.status === 401) return; // the connection says so, and ends
    this.note(wordsOf(error));
  }
}
