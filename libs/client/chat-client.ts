import type { ChatEvents } from './chat-events.js';
import { nextWake } from './core/due.js';
import { step } from './core/step.js';
import { type ChatState, type Effect, idOf, INITIAL, type Input } from './core/state.js';
import {
  type Answer,
  BEGINNING,
  type OutgoingChange,
  type OutgoingMessage,
  type Position,
} from './frames.js';
import { keptIn, placeKey, unsentKey } from './kept.js';
import { MemoryStore, type Store } from './store.js';
import { realTiming, type Timing } from './timing.js';
import { type Connection, LARGEST_FRAME, type Transport } from './transport.js';
import { claimsOf } from './user-token.js';

export interface ChatOptions {
  readonly transport: Transport;
  /** A token that is good now. Asked at each connection, and before the last one expires. */
  readonly token: () => string | Promise<string>;
  /** Where positions and unsent messages survive; in memory, unless told otherwise. */
  readonly store?: Store;
  /** What went wrong without stopping the client: a listener that threw, a token or a store that failed. */
  readonly onError?: (error: unknown) => void;
  readonly timing?: Timing;
  readonly random?: () => number;
  readonly newId?: () => string;
}

/** What is of no conversation: nothing follows of it here, and the application asks by REST what it is now. */
const OWN: ReadonlyMap<string, keyof ChatEvents> = new Map([
  ['blocks.updated', 'blocks'],
  ['scheduled_messages.updated', 'scheduled'],
]);

/** What the server does not do. */
export class ChatRefusal extends Error {
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.name = 'ChatRefusal';
    this.code = code;
  }
}

export type Content = Omit<OutgoingMessage, 'conversationId' | 'clientMessageId'>;

/** A message by its id, or what `send` answered: also before it is sent. */
export type MessageNamed = string | { readonly clientMessageId: string };
type ChangeOf = OutgoingChange extends infer Each
  ? Each extends OutgoingChange
    ? Omit<Each, 'conversationId' | 'clientChangeId' | 'messageId' | 'clientMessageId'>
    : never
  : never;

/** A user's chat on one device. It decides nothing: `core/` does; this carries out what follows. */
export class ChatClient {
  readonly #options: ChatOptions;
  readonly #store: Store;
  readonly #timing: Timing;
  readonly #listeners = new Map<string, Set<(data: never) => void>>();
  readonly #tickets = new Map<number, (answer: Answer) => void>();
  #state: ChatState = INITIAL;
  #connection: Connection | undefined;
  /** Rises with each call: what belongs to an earlier one is not heard any more. */
  #dialled = 0;
  #cancelWake = (): void => {};
  #ticket = 0;
  /** What was asked before the store was read; undefined afterwards. */
  #early: Input[] | undefined = [];
  #loading: Promise<void> | undefined;
  #queue: Input[] = [];
  #isStepping = false;

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#store = options.store ?? new MemoryStore();
    this.#timing = options.timing ?? realTiming;
  }

  /** @throws what the store throws when it cannot be read */
  async start(): Promise<void> {
    this.#loading ??= this.#load();
    try {
      await this.#loading;
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
    this.#input({ kind: 'start' });
  }

  /** What is not sent stays in the store. */
  stop(): void {
    this.#input({ kind: 'stop' });
  }

  /** Answers what takes the listener away. */
  on<Name extends keyof ChatEvents>(name: Name, listener: (data: ChatEvents[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Tells the conversation from a position on (of a list, say; else from its beginning), then whatever comes. */
  follow(conversationId: string, position: Position = BEGINNING): void {
    this.#input({ kind: 'follow', conversationId, position });
  }

  /** Of every conversation that the user is in: what is new from now on, or what was missed since a position that is known. */
  followAll(): void {
    this.#input({ kind: 'follow_all' });
  }

  unfollow(conversationId: string): void {
    this.#input({ kind: 'leave', conversationId });
  }

  /**
   * Sent now or when there is a connection again, once, after what was sent before it to the same conversation. Told as
   * `sending`, then `sent` or `refused`. Answers its client message id.
   */
  send(conversationId: string, content: string | Content): string {
    const clientMessageId = (this.#options.newId ?? newId)();
    const said = typeof content === 'string' ? { text: content } : content;
    this.#input({ kind: 'send', message: { ...said, conversationId, clientMessageId } });
    return clientMessageId;
  }

  /**
   * Made now or when there is a connection again, once, after what was said and changed before it in the same conversation. Told as
   * `changing`, then `change_made` or `change_refused`. Answers its client change id, as the three below do.
   */
  edit(
    conversationId: string,
    of: MessageNamed,
    content: string | Pick<Content, 'text' | 'mentions'>,
  ): string {
    const said = typeof content === 'string' ? { text: content } : content;
    return this.#change(conversationId, of, { action: 'message.edit', ...said });
  }

  delete(conversationId: string, of: MessageNamed): string {
    return this.#change(conversationId, of, { action: 'message.delete' });
  }

  react(conversationId: string, of: MessageNamed, emoji: string, on = true): string {
    return this.#change(conversationId, of, { action: 'message.react', emoji, on });
  }

  pin(conversationId: string, of: MessageNamed, on = true): string {
    return this.#change(conversationId, of, { action: 'message.pin', on });
  }

  /** Up to a `seq` that has been told. It only moves forward. */
  read(conversationId: string, seq: number): void {
    this.#input({ kind: 'read', conversationId, seq });
  }

  /** Dropped when there is no connection. */
  typing(conversationId: string, on: boolean): void {
    this.#input({ kind: 'say', action: 'typing', data: { conversationId, on } });
  }

  /** Of this device; said again on each connection. */
  presence(data: Readonly<Record<string, unknown>>): void {
    this.#input({ kind: 'presence', data });
  }

  room(conversationId: string, isIn: boolean): void {
    this.#input({ kind: 'room', conversationId, on: isIn });
  }

  /** To who is in the room now. Dropped when there is no connection. */
  broadcast(conversationId: string, event: string, data: unknown): void {
    this.#input({ kind: 'say', action: 'room.broadcast', data: { conversationId, event, data } });
  }

  /** `conversation.open`, say, or any other action. Not tried again by itself.
   * @throws ChatRefusal the server's code; `offline` (not asked) or `connection_lost` (done or not) */
  call(action: string, data: object): Promise<Readonly<Record<string, unknown>>> {
    const ticket = ++this.#ticket;
    return new Promise((resolve, reject) => {
      this.#tickets.set(ticket, (answer) =>
        answer.ok ? resolve(answer.data) : reject(new ChatRefusal(answer.error.code, answer.error.detail)),
      );
      this.#input({ kind: 'call', ticket, action, data });
    });
  }

  #change(conversationId: string, of: MessageNamed, what: ChangeOf): string {
    const clientChangeId = (this.#options.newId ?? newId)();
    const named = typeof of === 'string' ? { messageId: of } : { clientMessageId: of.clientMessageId };
    this.#input({ kind: 'change', change: { conversationId, clientChangeId, ...named, ...what } });
    return clientChangeId;
  }

  async #load(): Promise<void> {
    const kept = keptIn(await this.#store.load());
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#input({ kind: 'loaded', ...kept });
    for (const input of early) this.#input(input);
  }

  /** A listener that sends, or a transport that answers at once, comes after what is being done. */
  #input(input: Input): void {
    if (this.#early) return void this.#early.push(input);
    this.#queue.push(input);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#take(next);
    this.#isStepping = false;
    this.#cancelWake();
    const wake = nextWake(this.#state);
    if (wake === Infinity) return;
    this.#cancelWake = this.#timing.after(wake - this.#timing.now(), () => this.#input({ kind: 'tick' }));
  }

  #take(input: Input): void {
    try {
      const moment = { now: this.#timing.now(), random: (this.#options.random ?? Math.random)() };
      const { state, effects } = step(this.#state, input, moment);
      this.#state = state;
      for (const effect of effects) this.#carryOut(effect);
    } catch (error) {
      this.#failed(error); // a frame that is not as it should be
    }
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'dial':
        return void this.#dial(++this.#dialled);
      case 'hang_up':
        this.#dialled++;
        this.#connection?.close();
        this.#connection = undefined;
        return;
      case 'renew':
        return void this.#renew();
      case 'request':
        return this.#request(effect);
      case 'say':
        return this.#connection?.say(effect.action, effect.data);
      case 'tell':
        return this.#tell(effect.event.name, effect.event.data);
      case 'settle':
        this.#tickets.get(effect.ticket)?.(effect.answer);
        return void this.#tickets.delete(effect.ticket);
      default:
        return void this.#keep(effect);
    }
  }

  #request({ id, action, data }: Extract<Effect, { kind: 'request' }>): void {
    const size = new TextEncoder().encode(JSON.stringify({ action, id, data })).length;
    const { largest = LARGEST_FRAME } = this.#options.transport;
    if (size <= largest) return this.#connection?.request(id, action, data);
    // The server would hang up, and again whenever it is sent again.
    const error = { code: 'message_too_large', detail: `${size} bytes; a frame takes ${largest}.` };
    this.#input({ kind: 'answer', id, answer: { ok: false, error } });
  }

  async #dial(dialled: number): Promise<void> {
    const isCurrent = (): boolean => this.#dialled === dialled;
    try {
      const token = await this.#options.token();
      if (!isCurrent()) return;
      this.#connection = this.#options.transport.connect(token, {
        opened: () => isCurrent() && this.#input({ kind: 'opened', ...claimsOf(token) }),
        push: (event, data) => isCurrent() && this.#pushed(event, data),
        answer: (id, answer) => isCurrent() && this.#input({ kind: 'answer', id, answer }),
        lost: (closing) => isCurrent() && this.#input({ kind: 'lost', closing }),
      });
    } catch (error) {
      this.#failed(error);
      if (isCurrent()) this.#input({ kind: 'lost', closing: { kind: 'reconnect', code: 'no_token' } });
    }
  }

  #pushed(event: string, data: unknown): void {
    const own = OWN.get(event);
    if (own) return this.#tell(own, data);
    this.#input({ kind: 'push', event, data });
  }

  async #renew(): Promise<void> {
    const dialled = this.#dialled;
    let token: string | undefined;
    try {
      token = await this.#options.token();
    } catch (error) {
      this.#failed(error);
    }
    const expiresAt = token === undefined ? undefined : claimsOf(token).expiresAt;
    if (this.#dialled === dialled) this.#input({ kind: 'renewed', token, expiresAt });
  }

  #tell(name: string, data: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(data as never);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  async #keep(effect: Extract<Effect, { kind: `keep_${string}` | `forget_${string}` }>): Promise<void> {
    try {
      switch (effect.kind) {
        case 'keep_place':
          return await this.#store.set(placeKey(effect.conversationId), JSON.stringify(effect.place));
        case 'forget_place':
          return await this.#store.remove(placeKey(effect.conversationId));
        case 'forget_unsent':
          return await this.#store.remove(unsentKey(effect.unsent));
        case 'keep_unsent':
          await this.#store.set(unsentKey(effect.unsent), JSON.stringify(effect.unsent));
          return this.#input({ kind: 'kept', id: idOf(effect.unsent) });
      }
    } catch (error) {
      this.#failed(error);
      if (effect.kind !== 'keep_unsent') return; // told, or sent, once more after a reload
      const detail = 'The store of this device did not take it.';
      this.#input({ kind: 'not_kept', id: idOf(effect.unsent), detail });
    }
  }

  #failed(error: unknown): void {
    (this.#options.onError ?? console.error)(error);
  }
}

/** 128 bits of chance; `crypto.randomUUID` is there on secure pages only. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
