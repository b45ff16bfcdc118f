import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { Conversation } from '#domain/chat/model/conversation.js';
import { type Change, changed, type Message } from '#domain/chat/model/message.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import {
  aConversation,
  aDraft,
  aMember,
  type ChatStores,
  type OpenChatStores,
  wholeLog,
} from './chat-stores.js';
import { Observer } from './observer.js';

const USERS = ['anna', 'ben', 'cleo'] as const;
const user = fc.constantFrom(...USERS);
const which = fc.nat(1000);
const pageSize = fc.constantFrom(1, 2, 3, 7);

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('react' as const),
      emoji: fc.constantFrom('👍', '1'),
      on: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      text: fc.string({ maxLength: 3 }),
      mentions: fc.constantFrom([], ['ben']),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pin' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'delete' as const }) },
);

/** `which` chooses among whatever there is by then, counted round and round. */
const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ what: fc.constant('append' as const), user, name: fc.nat(40) }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('change' as const), user, which, change }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('cut' as const), which, limit: fc.constantFrom(1, 3, 100) }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom('remove' as const, 'put' as const), user }) },
  { weight: 5, arbitrary: fc.record({ what: fc.constant('step' as const), which }) },
  // Live: the oldest event is told, told out of turn, told twice, or lost.
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constantFrom('tell' as const, 'tell' as const, 'swap' as const, 'lose' as const),
      which,
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('leave' as const), which, pageSize }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A log as it ought to be, and clients that come and go. */
class RandomLog {
  readonly #stores: ChatStores;
  readonly #of: Conversation;
  readonly #members = new Set<string>(USERS);
  readonly #clients: { observer: Observer; events: Message[]; left: Observer[] }[];
  #log: Message[] = [];
  #seq = 0;
  #rev = 0;

  constructor(stores: ChatStores, of: Conversation) {
    this.#stores = stores;
    this.#of = of;
    this.#clients = [1, 3, 7].map((size) => ({
      observer: new Observer(stores.log, of.id, size),
      events: [],
      left: [],
    }));
  }

  async take(one: Step): Promise<void> {
    switch (one.what) {
      case 'append':
        return this.#append(one.user, `client ${one.name}`);
      case 'change':
        return this.#change(one.user, one.which, one.change);
      case 'cut':
        return this.#cut(one.which, one.limit);
      case 'remove':
        this.#members.delete(one.user);
        return this.#stores.conversations.removeMember(this.#of.id, one.user, START);
      case 'put':
        this.#members.add(one.user);
        return this.#stores.conversations.putMember(aMember(this.#of, one.user));
      case 'step':
        await this.#client(one.which).observer.step();
        return;
      default:
        return this.#meet(one);
    }
  }

  /** Whatever each client has been through, in the end it has what there is. */
  async check(): Promise<void> {
    expect(await wholeLog(this.#stores, this.#of)).toEqual(this.#log);
    const { seq, rev, cutSeq } = (await this.#stores.conversations.find(acme, this.#of.id))!;
    expect({ seq, rev, cutSeq }).toEqual({
      seq: this.#seq,
      rev: this.#rev,
      cutSeq: this.#seq - this.#log.length,
    });
    for (const { observer, left } of this.#clients) {
      for (const one of [observer, ...left]) {
        await one.catchUp();
        expect(one.messages.filter((message) => message.seq > cutSeq)).toEqual(this.#log);
      }
    }
  }

  async #append(senderId: string, clientMessageId: string): Promise<void> {
    const draft = aDraft(this.#of, { senderId, clientMessageId });
    const answer = await this.#stores.log.append(acme, draft);
    const known = this.#log.find(
      (one) => one.senderId === senderId && one.clientMessageId === clientMessageId,
    );
    if (!this.#members.has(senderId)) return expect(answer).toEqual({ kind: 'no_member' });
    if (known) return expect(answer).toEqual({ kind: 'appended', message: known, isNew: false });
    const message = { ...draft, seq: ++this.#seq, rev: 0, reactions: {} };
    expect(answer).toEqual({ kind: 'appended', message, isNew: true });
    this.#log.push(message);
    for (const { events } of this.#clients) events.push(message);
  }

  async #change(by: string, at: number, asked: Change): Promise<void> {
    const before = this.#log[at % this.#log.length];
    if (!before) return;
    const decide = (message: Message): Message => {
      try {
        return changed(message, asked, aMember(this.#of, by, { role: 'owner' }), this.#of, START);
      } catch {
        return message;
      }
    };
    const answer = await this.#stores.log.change(this.#of.id, before.id, decide);
    const decided = decide(before);
    if (decided === before) return expect(answer).toEqual({ kind: 'unchanged', message: before });
    const message = { ...decided, rev: ++this.#rev };
    expect(answer).toEqual({ kind: 'changed', message });
    this.#log = this.#log.map((one) => (one === before ? message : one));
    for (const { events } of this.#clients) events.push(message);
  }

  async #cut(at: number, limit: number): Promise<void> {
    const sentBefore = this.#log[at % this.#log.length]?.sentAt ?? START;
    const old = this.#log.filter((message) => message.sentAt < sentBefore).length;
    expect(await this.#stores.log.cut(sentBefore, limit)).toBe(Math.min(old, limit));
    this.#log = this.#log.slice(Math.min(old, limit));
  }

  async #meet(one: Extract<Step, { which: number }>): Promise<void> {
    const client = this.#client(one.which);
    const { events, observer, left } = client;
    if (one.what === 'leave') {
      // It goes on elsewhere, and comes back to what it had here.
      left.push(observer);
      client.observer = (left[one.which % left.length] ?? observer).copy(one.pageSize);
      return;
    }
    const event = one.what === 'swap' ? events[one.which % events.length] : events.shift();
    if (event && one.what !== 'lose') await observer.told(event);
  }

  #client(at: number) {
    return this.#clients[at % this.#clients.length]!;
  }
}

export function describeRandomLog(name: string, open: OpenChatStores, runs: number): void {
  describe(`${name} under random operations`, () => {
    it('shows every client the whole log in order, whatever was lost on the way', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }), async (steps) => {
          const stores = await open();
          const log = new RandomLog(
            stores,
            await aConversation()
              .with(...USERS)
              .openedIn(stores),
          );
          for (const one of steps) await log.take(one);
          await log.check();
          await stores.close();
        }),
        { numRuns: runs, interruptAfterTimeLimit: 60_000 },
      );
    }, 90_000);
  });
}
