import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { memoryChatStores } from '#adapters/memory/chat/testing/memory-chat-stores.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { aConversation, append, type ChatStores, edit, wholeLog } from '#ports/chat/testing/chat-stores.js';
import type { Conversation } from '#domain/chat/model/conversation.js';
import type { Push } from '#ports/chat/realtime.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { FollowingClient } from '../testing/following-client.js';
import { LiveConversations, LOOK_AGAIN_MS } from './live-conversations.js';

const which = fc.nat(1000);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ what: fc.constant('append' as const) }) },
  { weight: 5, arbitrary: fc.record({ what: fc.constant('change' as const), which }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('many' as const), which }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('cut' as const), which }) },
  {
    weight: 12,
    arbitrary: fc.record({ what: fc.constantFrom('tell', 'tell', 'tell', 'swap', 'double', 'lose'), which }),
  },
  { weight: 5, arbitrary: fc.record({ what: fc.constantFrom('drop', 'resume', 'stall', 'read'), which }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom('turn', 'rest') }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A change whose push is lost, of a message that is cut off before anybody looks again. */
const changedAndCutOff: Step[] = [
  { what: 'append' },
  { what: 'append' },
  { what: 'resume', which: 0 },
  { what: 'turn' },
  { what: 'change', which: 0 },
  { what: 'cut', which: 1 },
];

interface Device {
  readonly client: FollowingClient;
  connection?: ReturnType<FollowingClient['connection']>;
}

class Run {
  readonly clock = new DrivenClock();
  readonly #log = new MemoryLog();
  readonly #of: Conversation;
  readonly #stores: ChatStores;
  readonly #live: LiveConversations;
  readonly #clients: readonly Device[];
  readonly #pushes: Push[] = [];

  private constructor(stores: ChatStores, of: Conversation) {
    this.#of = of;
    this.#stores = stores;
    const { conversations, log: messages } = stores;
    this.#live = new LiveConversations({ conversations, messages, clock: this.clock, log: this.#log });
    this.#live.start();
    this.#clients = ['anna', 'ben', 'ben', 'cleo'].map((user) => ({ client: new FollowingClient(user) }));
  }

  static async of(): Promise<Run> {
    const stores = memoryChatStores();
    return new Run(stores, await aConversation().openedIn(stores));
  }

  async take(one: Step): Promise<void> {
    switch (one.what) {
      case 'append':
        return this.#append();
      case 'many':
        // More than what is kept for those who were away, and than a page.
        for (let n = 0; n < 300; n++) await this.#append();
        return;
      case 'change':
        return this.#change('which' in one ? one.which : 0);
      case 'cut':
        await this.#stores.log.cut(Infinity, 'which' in one ? one.which % 3 : 0);
        return;
      case 'turn':
        return new Promise((resolve) => setImmediate(resolve));
      case 'rest':
        return this.clock.advance(LOOK_AGAIN_MS);
      default:
        return 'which' in one ? this.#meet(one.what, one.which) : undefined;
    }
  }

  /** However it went: who comes back in the end, and reads, has seen everything once and in order. */
  async check(): Promise<void> {
    for (const one of this.#clients) {
      one.client.read(Infinity);
      if (!one.connection) this.#resume(one);
    }
    await this.clock.advance(3 * LOOK_AGAIN_MS);
    const log = await wholeLog(this.#stores, this.#of);
    const { seq, rev, cutSeq } = (await this.#stores.conversations.find(acme, this.#of.id))!;
    const lastKept = Math.max(0, ...log.map((message) => message.rev));
    for (const { client } of this.#clients) {
      expect(client.faults).toEqual([]);
      expect(client.position.seq).toBe(seq);
      // Of a message that retention has cut off nobody is told that it had changed: there is nothing to show.
      expect(client.position.rev).toBeGreaterThanOrEqual(lastKept);
      expect(client.position.rev).toBeLessThanOrEqual(rev);
      expect([...client.messages.values()].filter((message) => message.seq > cutSeq)).toEqual(log);
    }
    expect(this.#log.complaints).toEqual([]);
    await this.#live.stop();
    expect(this.clock.waiting).toBe(0);
  }

  async #append(): Promise<void> {
    const message = await append(this.#stores, this.#of);
    this.#pushes.push({ kind: 'message', message });
  }

  async #change(at: number): Promise<void> {
    const log = await wholeLog(this.#stores, this.#of);
    const message = log[at % log.length];
    if (!message) return;
    const changed = await this.#stores.log.change(this.#of.id, message.id, edit(`now ${at}`));
    if (changed?.kind === 'changed') this.#pushes.push({ kind: 'change', message: changed.message });
  }

  #meet(what: string, at: number): void {
    const one = this.#clients[at % this.#clients.length]!;
    switch (what) {
      case 'drop':
        if (one.connection) this.#live.disconnect(one.connection);
        if (one.connection) one.connection.isBroken = true;
        delete one.connection;
        return;
      case 'resume':
        if (!one.connection) this.#resume(one);
        return;
      case 'stall':
        one.client.room = at % 5;
        return;
      case 'read':
        return one.client.read(at % 300);
      default:
        return this.#push(what, at);
    }
  }

  #push(what: string, at: number): void {
    const index = what === 'swap' || what === 'double' ? at % Math.max(1, this.#pushes.length) : 0;
    const [push] = what === 'double' ? this.#pushes.slice(index) : this.#pushes.splice(index, 1);
    if (push && what !== 'lose') this.#live.tell(acme, push);
  }

  #resume(one: Device): void {
    one.connection = one.client.connection();
    this.#live.connect(acme, one.connection);
    void this.#live.follow(one.connection, this.#of.id, one.client.position);
  }
}

describe('following a conversation while pushes are lost, doubled and reordered and connections break', () => {
  it('tells each client all of it, once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), async (steps) => {
        const run = await Run.of();
        for (const one of steps) await run.take(one);
        await run.check();
      }),
      { numRuns: 150, interruptAfterTimeLimit: 40_000, examples: [[changedAndCutOff]] },
    );
  }, 180_000);
});
