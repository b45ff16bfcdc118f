import type { ChatState, Role } from '../model/chat-state.js';
import type { OwnMember, WireChat } from '../model/chat-list.js';
import type { Action } from '../model/reduce.js';
import type { Rest } from './rest.js';

/**
 * Who is in conversations and as what, what these are called, and what their user wants to hear of. Each throws RestRefusal with
 * the server's words; where that was no answer at all, doing it again does it once.
 */
export class Standing {
  readonly #rest: Rest;
  readonly #state: () => ChatState;
  readonly #dispatch: (action: Action) => void;
  readonly #refresh: () => Promise<void>;
  /** Rises with each block that is made or taken back: what was asked for before says nothing of it. */
  #blockChanges = 0;

  constructor(
    rest: Rest,
    state: () => ChatState,
    dispatch: (action: Action) => void,
    refresh: () => Promise<void>,
  ) {
    this.#rest = rest;
    this.#state = state;
    this.#dispatch = dispatch;
    this.#refresh = refresh;
  }

  async add(id: string, userIds: readonly string[]): Promise<void> {
    await this.#rest.change('POST', `${pathOf(id)}/members`, { userIds });
    await this.#done(userIds.length === 1 ? `${userIds.join('')} is in it now.` : 'They are in it now.');
  }

  async takeOut(id: string, userId: string): Promise<void> {
    await this.#rest.change('DELETE', memberOf(id, userId));
    await this.#done(`${userId} is not in it any more.`);
  }

  async setRole(id: string, userId: string, role: Role): Promise<void> {
    await this.#rest.change('PATCH', memberOf(id, userId), { role });
    await this.#done(`${userId} is ${role} now.`);
  }

  async rename(id: string, title: string): Promise<void> {
    const chat = await this.#rest.change<WireChat>('PATCH', pathOf(id), { title });
    this.#dispatch({ kind: 'known', chat });
    await this.#done(`It is called ${chat.title ?? ''} now.`);
  }

  async leave(id: string): Promise<void> {
    await this.#rest.change('DELETE', memberOf(id, this.#state().me));
    this.#dispatch({ kind: 'left_by_oneself', id });
    this.#dispatch({ kind: 'told', text: 'You have left the conversation.' });
  }

  /** @param until ISO 8601; undefined: from now on again */
  async mute(id: string, until: string | undefined): Promise<void> {
    const me = await this.#rest.change<OwnMember>('PUT', `${pathOf(id)}/mute`, { until: until ?? null });
    this.#dispatch({ kind: 'standing', id, me });
    const text = until === undefined ? 'It is not mute any more.' : 'It is mute now.';
    this.#dispatch({ kind: 'told', text });
  }

  /** Whom the user has blocked. */
  async loadBlocks(): Promise<void> {
    for (;;) {
      const changes = this.#blockChanges;
      const { data } = await this.#rest.get<{ data: readonly string[] }>('/v1/blocks');
      if (changes === this.#blockChanges) return this.#dispatch({ kind: 'blocked', users: data });
    }
  }

  /** On another device, or on this one. */
  blocksChanged(): Promise<void> {
    this.#blockChanges++;
    return this.loadBlocks();
  }

  async block(userId: string): Promise<void> {
    await this.#rest.change('POST', '/v1/blocks', { userId });
    this.#blockChanges++;
    this.#dispatch({ kind: 'blocked', users: [...this.#state().blocked, userId] });
    this.#dispatch({ kind: 'told', text: `You have blocked ${userId}.` });
  }

  async unblock(userId: string): Promise<void> {
    await this.#rest.change('DELETE', `/v1/blocks/${encodeURIComponent(userId)}`);
    this.#blockChanges++;
    this.#dispatch({ kind: 'blocked', users: [...this.#state().blocked].filter((one) => one !== userId) });
    this.#dispatch({ kind: 'told', text: `You have unblocked ${userId}.` });
  }

  async #done(text: string): Promise<void> {
    this.#dispatch({ kind: 'told', text });
    await this.#refresh();
  }
}

function pathOf(id: string): string {
  return `/v1/conversations/${encodeURIComponent(id)}`;
}

function memberOf(id: string, userId: string): string {
  return `${pathOf(id)}/members/${encodeURIComponent(userId)}`;
}
