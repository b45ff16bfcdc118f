import type { ChatState } from '../model/chat-state.js';
import type { Action } from '../model/reduce.js';
import { isOverdue, type Scheduled } from '../model/scheduled.js';
import { type Rest, RestRefusal } from './rest.js';

export interface ToSchedule {
  readonly text: string;
  /** ISO 8601. */
  readonly sendAt: string;
  readonly mentions: readonly string[];
  readonly replyTo?: string;
}

/** One that was not taken is told of by nobody: what is overdue is asked for, so often. */
const ASK_AGAIN_MS = 15_000;
/** It takes a moment to be said, and to be told of. */
const GRACE_MS = 3_000;

/** What the user is to say later. Each throws RestRefusal with the server's words. */
export class Later {
  readonly #rest: Rest;
  readonly #state: () => ChatState;
  readonly #dispatch: (action: Action) => void;
  #askedAt = 0;
  /** Rises with each change: what was asked for before it says nothing of it. */
  #changes = 0;

  constructor(rest: Rest, state: () => ChatState, dispatch: (action: Action) => void) {
    this.#rest = rest;
    this.#state = state;
    this.#dispatch = dispatch;
  }

  async load(): Promise<void> {
    for (;;) {
      const changes = this.#changes;
      const { data } = await this.#rest.get<{ data: readonly Scheduled[] }>('/v1/scheduled-messages');
      if (changes === this.#changes) return this.#dispatch({ kind: 'scheduled', all: data });
    }
  }

  /** On another device, or on this one. */
  changed(): Promise<void> {
    this.#changes++;
    return this.load();
  }

  /** @param key of this wish: asked again without an answer it is scheduled once */
  async add(conversationId: string, wanted: ToSchedule, key: string): Promise<void> {
    const path = `/v1/conversations/${conversationId}/scheduled-messages`;
    const made = await this.#rest.change<Scheduled>('POST', path, wanted, key);
    this.#became([...this.#others(made.id), made], 'It is scheduled.');
  }

  async revise(id: string, change: Omit<ToSchedule, 'replyTo'>): Promise<void> {
    const made = await this.#orGone(() => this.#rest.change<Scheduled>('PATCH', pathOf(id), change));
    this.#became([...this.#others(id), made], 'It is changed.');
  }

  async cancel(id: string): Promise<void> {
    await this.#orGone(() => this.#rest.change('DELETE', pathOf(id)));
    this.#became(this.#others(id), 'It is called off.');
  }

  /** What became of those whose time has come. */
  async look(now: number): Promise<void> {
    const all = this.#state().scheduled ?? [];
    if (!isOverdue(all, now - GRACE_MS) || now - this.#askedAt < ASK_AGAIN_MS) return;
    this.#askedAt = now;
    await this.load();
  }

  #others(id: string): readonly Scheduled[] {
    return (this.#state().scheduled ?? []).filter((one) => one.id !== id);
  }

  #became(all: readonly Scheduled[], text: string): void {
    this.#changes++;
    this.#dispatch({ kind: 'scheduled', all });
    this.#dispatch({ kind: 'told', text });
  }

  /** Said, or called off on another device: the list is to show it no more. */
  async #orGone<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof RestRefusal && (error.status === 404 || error.status === 409))
        await this.load().catch(() => {});
      throw error;
    }
  }
}

function pathOf(id: string): string {
  return `/v1/scheduled-messages/${encodeURIComponent(id)}`;
}
