import type { Socket } from 'socket.io';
import type { AdvanceInboxItem } from '#domain/communication/application/advance-inbox-item.js';
import type { InboxState } from '#domain/communication/model/inbox-item.js';
import { shownItem } from '#domain/communication/model/shown-inbox-item.js';
import type { Instant } from '#domain/kernel/brand.js';
import { Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import type { Inbox } from '#ports/communication/inbox.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { TokenUser } from '#ports/workspace/user-tokens.js';
import { OutgoingQueue } from './outgoing-queue.js';

export interface ConnectionTools {
  readonly inbox: Inbox;
  readonly advance: AdvanceInboxItem;
  readonly clock: Clock;
  readonly log: Log;
}

/** Items shown when a connection opens. */
const SHOWN = 20;
/** Characters of one message from a client: it asks for steps, and for nothing longer. */
const LONGEST_MESSAGE = 128 * 1024;
/** What one connection may have asked and not been answered yet. */
const MOST_ASKED = 16;
const LONGEST_ID = 64;

const STEPS: Readonly<Record<string, Exclude<InboxState, 'unseen'>>> = {
  'inbox:seen': 'seen',
  'inbox:read': 'read',
  'inbox:archive': 'archived',
};

type StepAnswer =
  | { readonly ok: true; readonly item: object; readonly counts: object }
  | { readonly ok: false; readonly error: { readonly code: string; readonly detail: string } };

interface InboxPush {
  readonly event: string;
  readonly payload: object;
  readonly size: number;
}

/** One tab of one user. */
export class InboxConnection {
  readonly #socket: Socket;
  readonly #user: TokenUser;
  readonly #tools: ConnectionTools;
  readonly #queue: OutgoingQueue<InboxPush>;
  #asked = 0;

  constructor(socket: Socket, user: TokenUser, tools: ConnectionTools) {
    this.#socket = socket;
    this.#user = user;
    this.#tools = tools;
    const send = ({ event, payload }: InboxPush): void => void socket.emit(event, payload);
    this.#queue = new OutgoingQueue(socket.conn, send, () => {
      tools.log.warn('inbox.client_does_not_read', { workspaceId: user.workspaceId });
      socket.conn.close(true);
    });
  }

  /** Shows what there is. What is put from now on must be pushed already: then nothing falls between the two. */
  async open(expiresAt: Instant): Promise<void> {
    const { clock, log } = this.#tools;
    this.#socket.conn.on('data', (data: unknown) => {
      if (typeof data === 'string' && data.length > LONGEST_MESSAGE) this.#socket.conn.close();
    });
    const cancel = clock.after(expiresAt - clock.now(), () => this.#socket.disconnect(true));
    this.#socket.on('disconnect', cancel);
    for (const [event, to] of Object.entries(STEPS))
      this.#socket.on(event, (asked: unknown, answer: unknown) => void this.#step(to, asked, answer));
    try {
      this.push('inbox:state', await this.#state());
    } catch (error) {
      log.error('inbox.state_unreadable', { error });
      // Not a farewell: the client comes again by itself.
      this.#socket.conn.close();
    }
  }

  push(event: string, payload: object, size = JSON.stringify(payload).length): void {
    this.#queue.push({ event, payload, size });
  }

  async #state(): Promise<object> {
    const { workspaceId, userId } = this.#user;
    const { inbox } = this.#tools;
    const [{ data }, counts] = await Promise.all([
      inbox.page(workspaceId, userId, { state: 'unseen' }, { limit: SHOWN }),
      inbox.counts(workspaceId, userId),
    ]);
    return { counts, items: data.map(shownItem) };
  }

  async #step(to: Exclude<InboxState, 'unseen'>, asked: unknown, answer: unknown): Promise<void> {
    const reply = typeof answer === 'function' ? (answer as (said: StepAnswer) => void) : () => {};
    if (this.#asked >= MOST_ASKED) return reply(no('rate_limited', 'Wait for an answer first.'));
    this.#asked += 1;
    try {
      reply(await this.#advance(to, asked));
    } catch (error) {
      if (error instanceof Refusal) return reply(no(error.code, error.message));
      this.#tools.log.error('inbox.step_failed', { error });
      reply(no('internal_error', 'The error has been logged.'));
    } finally {
      this.#asked -= 1;
    }
  }

  async #advance(to: Exclude<InboxState, 'unseen'>, asked: unknown): Promise<StepAnswer> {
    const id = typeof asked === 'object' && asked !== null && 'id' in asked ? asked.id : undefined;
    if (typeof id !== 'string' || id.length > LONGEST_ID)
      throw new Refusal('validation_failed', 'Send {"id":"inb_…"}.');
    const { workspaceId, userId } = this.#user;
    const { inbox, advance } = this.#tools;
    const item = await advance.run({ workspaceId, userId, id, to });
    return { ok: true, item: shownItem(item), counts: await inbox.counts(workspaceId, userId) };
  }
}

function no(code: RefusalCode | 'internal_error', detail: string): StepAnswer {
  return { ok: false, error: { code, detail } };
}
