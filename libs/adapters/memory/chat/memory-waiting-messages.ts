import type { Storing, WaitingMessage, WaitingMessages } from '#ports/chat/waiting-messages.js';

/** What several of them give out from: in memory, so nothing is durable. */
export class WaitingTables {
  readonly lines = new Map<string, WaitingMessage[]>();
  readonly inHand = new Set<string>();
  readonly #calls = new Set<() => void>();

  onChange(call: () => void): () => void {
    this.#calls.add(call);
    return () => this.#calls.delete(call);
  }

  changed(): void {
    for (const call of this.#calls) call();
  }
}

export class MemoryWaitingMessages implements WaitingMessages {
  readonly #tables: WaitingTables;
  readonly #underWay = new Set<Promise<void>>();
  #store: Storing | undefined;
  #unsubscribe = (): void => {};

  constructor(tables = new WaitingTables()) {
    this.#tables = tables;
  }

  async put(message: WaitingMessage): Promise<'kept'> {
    const line = lineOf(message);
    this.#tables.lines.set(line, [...(this.#tables.lines.get(line) ?? []), message]);
    this.#tables.changed();
    return 'kept';
  }

  listen(store: Storing): void {
    this.#store = store;
    this.#unsubscribe = this.#tables.onChange(() => this.#look());
    this.#look();
  }

  async stop(): Promise<void> {
    this.#store = undefined;
    this.#unsubscribe();
    await Promise.all(this.#underWay);
  }

  #look(): void {
    for (const [line, [first]] of this.#tables.lines) {
      if (!this.#store || !first || this.#tables.inHand.has(line)) continue;
      this.#tables.inHand.add(line);
      const giving = this.#give(line, first, this.#store);
      this.#underWay.add(giving);
      void giving.finally(() => this.#underWay.delete(giving));
    }
  }

  async #give(line: string, message: WaitingMessage, store: Storing): Promise<void> {
    const said = await store(message).catch(() => 'later' as const);
    const left = (this.#tables.lines.get(line) ?? []).slice(said === 'done' ? 1 : 0);
    if (left.length > 0) this.#tables.lines.set(line, left);
    else this.#tables.lines.delete(line);
    this.#tables.inHand.delete(line);
    // Not within this turn: one that is never done would leave no turn to anybody.
    setImmediate(() => this.#tables.changed());
  }
}

function lineOf({ workspaceId, said }: WaitingMessage): string {
  return JSON.stringify([workspaceId, said.conversationId]);
}
