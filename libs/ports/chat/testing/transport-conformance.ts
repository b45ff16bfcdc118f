import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Role } from '#domain/chat/model/conversation.js';
import { acme, rival } from '#ports/delivery/testing/delivery-stores.js';
import type { Conversations } from '../conversations.js';
import type { MessageLog } from '../message-log.js';
import type { Push } from '../realtime.js';
import { aConversation, append, type ChatStores } from './chat-stores.js';

type Data = Record<string, unknown>;
export interface WireAnswer {
  readonly ok: boolean;
  readonly data?: Data;
  readonly error?: { readonly code: string; readonly detail: string };
}

/** One connection of one device, whatever it is made of. */
export interface ChatClient {
  send(frame: string, data?: unknown): Promise<WireAnswer>;
  /** Events as they come, in their order; what came before somebody listened is kept. */
  next(event?: string): Promise<{ readonly event: string; readonly data: Data }>;
  /** What came and nobody has taken. */
  readonly heard: readonly { readonly event: string; readonly data: Data }[];
  /** Cut, without a goodbye. */
  drop(): Promise<void>;
  /** Resolves with what was said when the other side has hung up. */
  readonly closed: Promise<{ readonly code: string | undefined }>;
}

/** A server with a transport before it, over any stores, on a clock that only the test moves. */
export interface TransportUnderTest {
  connect(userId: string, workspaceId?: WorkspaceId, forMs?: number): Promise<ChatClient>;
  tokenOf(userId: string, workspaceId?: WorkspaceId, forMs?: number): Promise<string>;
  /** Of an admin, by another door. */
  remove(conversationId: string, userId: string): Promise<void>;
  /** Of the user, by another door, as the next is. */
  block(userId: string, blocked: string): Promise<void>;
  unblock(userId: string, blocked: string): Promise<void>;
  /** Of the user, by another door. Instants are milliseconds since 1970. */
  mute(conversationId: string, userId: string, until: Instant | undefined): Promise<void>;
  /** Of anna, who owns it, by another door. */
  setRole(conversationId: string, userId: string, role: Role): Promise<void>;
  /** As a use case does for which there is no door here. */
  tell(push: Push): Promise<void>;
  cut(messages: number): Promise<void>;
  pass(ms: number): Promise<void>;
  readonly stores: { readonly conversations: Conversations; readonly messages: MessageLog };
  close(): Promise<void>;
}

/** API Gateway takes no larger ones. */
const LARGEST_ANSWER = 128 * 1024;

/**
 * What every transport of the chat does.
 * @param many conversations of one user: fewer where each costs much
 */
export function describeTransport(
  name: string,
  start: () => Promise<TransportUnderTest>,
  many = 1_000,
): void {
  describe(`the chat over ${name}`, () => {
    let server: TransportUnderTest;
    let sent: number;
    beforeEach(async () => {
      sent = 0;
      server = await start();
    });
    afterEach(() => server.close());

    const ok = async (answer: Promise<WireAnswer>): Promise<Data> => {
      const said = await answer;
      if (!said.ok) throw new Error(`Refused: ${JSON.stringify(said.error)}`);
      return said.data ?? {};
    };
    const group = async (owner: ChatClient, ...members: string[]): Promise<string> => {
      const opened = await ok(owner.send('conversation.open', { kind: 'group', title: 'Talk', members }));
      return (opened.conversation as { id: string }).id;
    };
    const say = async (by: ChatClient, conversationId: string, text: string): Promise<Data> => {
      sent += 1;
      return ok(by.send('message.send', { conversationId, clientMessageId: `c${sent}`, text }));
    };
    const texts = async (client: ChatClient, count: number): Promise<unknown[]> => {
      const told: unknown[] = [];
      while (told.length < count) told.push((await client.next('message.created')).data.text);
      return told;
    };
    const codeOf = async (answer: Promise<WireAnswer>): Promise<string | undefined> =>
      (await answer).error?.code;
    /** Anna, with a group that ben is in and follows. */
    const pair = async () => {
      const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
      const id = await group(anna, 'ben');
      await ben.next('conversation.updated');
      return { anna, ben, id };
    };

    it('answers what is stored, and tells everybody of it in its order, the sender too', async () => {
      const { anna, ben, id } = await pair();
      const answer = await say(anna, id, 'one');
      expect(answer).toMatchObject({ conversationId: id, seq: 1 });
      await say(ben, id, 'two');
      await say(anna, id, 'three');
      for (const client of [anna, ben]) expect(await texts(client, 3)).toEqual(['one', 'two', 'three']);
    });

    it('makes one message of what is sent twice, and answers both alike', async () => {
      const { anna, ben, id } = await pair();
      const message = { conversationId: id, clientMessageId: 'same', text: 'once' };
      const answers = await Promise.all([
        anna.send('message.send', message),
        anna.send('message.send', message),
      ]);
      expect(answers[0]).toEqual(answers[1]);
      await say(anna, id, 'sentinel');
      expect(await texts(ben, 2)).toEqual(['once', 'sentinel']);
    });

    it('tells of changes, and of deletions as such', async () => {
      const { anna, ben, id } = await pair();
      const { messageId } = await say(anna, id, 'one');
      const message = { conversationId: id, messageId };
      await ok(anna.send('message.edit', { ...message, text: 'uno' }));
      await ok(ben.send('message.react', { ...message, emoji: '👍' }));
      await ok(anna.send('message.pin', message));
      await ok(anna.send('message.delete', message));
      expect((await ben.next('message.updated')).data).toMatchObject({ rev: 1, text: 'uno' });
      expect((await ben.next('message.updated')).data).toMatchObject({
        rev: 2,
        reactions: { '👍': ['ben'] },
      });
      expect((await ben.next('message.updated')).data).toMatchObject({ rev: 3, pinnedBy: 'anna' });
      expect((await ben.next('message.deleted')).data).toMatchObject({
        rev: 4,
        text: '',
        position: { seq: 1, rev: 4 },
      });
    });

    it('makes a change once that is asked for again, of a message by the name under which it was sent', async () => {
      const { anna, ben, id } = await pair();
      const sent = { conversationId: id, clientMessageId: 'mine', text: 'one' };
      const edit = { conversationId: id, clientMessageId: 'mine', text: 'uno', clientChangeId: 'e1' };
      await ok(anna.send('message.send', sent));
      const first = await ok(anna.send('message.edit', edit));
      await ok(anna.send('message.edit', { ...edit, text: 'due', clientChangeId: 'e2' }));
      const again = await ok(anna.send('message.edit', edit));
      expect([first.message, again.message]).toMatchObject([
        { text: 'uno', rev: 1 },
        { text: 'due', rev: 2 },
      ]);
      for (const [clientChangeId, on] of [
        ['r1', true],
        ['r2', false],
        ['r1', true],
      ] as const)
        await ok(
          ben.send('message.react', {
            ...again,
            conversationId: id,
            messageId: (again.message as Data).id,
            emoji: '👍',
            on,
            clientChangeId,
          }),
        );
      expect(await codeOf(ben.send('message.delete', { conversationId: id, clientMessageId: 'mine' }))).toBe(
        'forbidden',
      );
      for (let i = 0; i < 2; i++)
        await ok(anna.send('message.delete', { conversationId: id, clientMessageId: 'mine' }));
      const told: unknown[] = [];
      for (let i = 0; i < 4; i++) told.push((await ben.next('message.updated')).data.rev);
      expect(told).toEqual([1, 2, 3, 4]);
      expect((await ben.next('message.deleted')).data).toMatchObject({ rev: 5 });
      expect(ben.heard.filter(({ event }) => event === 'message.updated')).toEqual([]);
    });

    it('replays what was missed to who comes back with a position, in order and once, and goes live', async () => {
      const { anna, ben, id } = await pair();
      const { messageId } = await say(anna, id, '1');
      const { position } = (await ben.next('message.created')).data;
      await ben.drop();
      for (const text of ['2', '3', '4']) await say(anna, id, text);
      await ok(anna.send('message.edit', { conversationId: id, messageId, text: 'one' }));
      const back = await server.connect('ben');
      const { conversations } = await ok(back.send('resume', { conversations: { [id]: position } }));
      expect(conversations).toMatchObject({ [id]: { seq: 4, rev: 1 } });
      await say(anna, id, '5');
      expect(await texts(back, 4)).toEqual(['2', '3', '4', '5']);
      expect((await back.next('message.updated')).data).toMatchObject({ seq: 1, text: 'one' });
      expect(back.heard.filter(({ event }) => event.startsWith('message.'))).toEqual([]);
    });

    it('follows all of the user’s conversations when no positions are given, and says which these are', async () => {
      const { anna, id } = await pair();
      await say(anna, id, 'before');
      const phone = await server.connect('ben');
      const answer = await ok(phone.send('resume'));
      expect(answer.chats).toMatchObject([{ id, unread: 1, last: { text: 'before' } }]);
      await say(anna, id, 'after');
      expect(await texts(phone, 1)).toEqual(['after']);
    });

    /** Groups that anna is in with others, each with something said in it. */
    const fill = async (count: number, others: readonly string[], text: string): Promise<string[]> => {
      const { conversations, messages } = server.stores;
      const stores = { conversations, log: messages } as ChatStores;
      const ids: string[] = [];
      for (let i = 0; i < count; i++) {
        const of = await aConversation()
          .with('anna', ...others)
          .openedIn(stores);
        await append(stores, of, { text });
        ids.push(of.id);
      }
      return ids;
    };
    const fits = (answer: Data): Data => {
      expect(Buffer.byteLength(JSON.stringify({ id: 'r1', ok: true, data: answer }))).toBeLessThan(
        LARGEST_ANSWER,
      );
      return answer;
    };

    it(`shows ${many} conversations in pages that every transport takes, and follows all of them`, async () => {
      const ids = await fill(many, ['ben'], 'é'.repeat(1_000));
      const anna = await server.connect('anna');
      const met: string[] = [];
      let next: unknown;
      do {
        const page = fits(
          await ok(anna.send('resume', typeof next === 'string' ? { after: next } : undefined)),
        );
        met.push(...(page.chats as { id: string }[]).map(({ id }) => id));
        expect(Object.keys(page.conversations as Data)).toEqual(
          (page.chats as { id: string }[]).map(({ id }) => id),
        );
        next = page.next;
      } while (typeof next === 'string');
      expect(met).toEqual(ids.toReversed());
      const ben = await server.connect('ben');
      for (const id of [ids[0], ids.at(-1)]) await say(ben, id ?? '', 'hello');
      expect(await texts(anna, 2)).toEqual(['hello', 'hello']);
    });

    it('answers positions in parts that every transport takes, and shows a long message in part', async () => {
      const crowd = Array.from({ length: 200 }, (_, i) => `somebody-with-a-long-name-${i}`);
      const ids = await fill(24, crowd, 'x'.repeat(20_000));
      const anna = await server.connect('anna');
      const wanted = new Set(ids);
      const read: unknown[] = [];
      while (wanted.size > 0) {
        const conversations = Object.fromEntries([...wanted].map((id) => [id, { seq: 1, rev: 0 }]));
        const part = fits(await ok(anna.send('resume', { conversations })));
        const named = Object.entries(part.conversations as Record<string, { marks: object }>);
        expect(named.length).toBeGreaterThan(0);
        expect(part.more).toBe(named.length < wanted.size);
        for (const [id, { marks }] of named) {
          wanted.delete(id);
          read.push(Object.keys(marks).length);
        }
      }
      expect(read).toEqual(ids.map(() => 200));
      const { chats } = fits(await ok(anna.send('resume')));
      expect((chats as { last: { text: string } }[])[0]?.last.text).toBe('x'.repeat(300));
    });

    it('tells who comes back how far the others are by now, but not where nothing passes, nor of a crowd', async () => {
      const { anna, ben, id } = await pair();
      const opened = await ok(anna.send('conversation.open', { kind: 'direct', with: 'cleo' }));
      const direct = (opened.conversation as { id: string }).id;
      for (const at of [id, direct]) for (const text of ['1', '2']) await say(anna, at, text);
      const [room = ''] = await fill(
        1,
        Array.from({ length: 256 }, (_, i) => `guest-${i}`),
        'x',
      );
      await anna.drop();
      await ok(ben.send('receipt.delivered', { conversationId: id, seq: 2 }));
      await ok(ben.send('receipt.read', { conversationId: id, seq: 1 }));
      const cleo = await server.connect('cleo');
      await ok(cleo.send('receipt.read', { conversationId: direct, seq: 2 }));
      const back = await server.connect('anna');
      const positions = Object.fromEntries([id, direct, room].map((one) => [one, { seq: 0, rev: 0 }]));
      const { conversations } = await ok(back.send('resume', { conversations: positions }));
      expect(conversations).toMatchObject({
        [id]: { marks: { ben: [2, 1] } },
        [direct]: { marks: { cleo: [2, 2] } },
      });
      expect((conversations as Record<string, Data>)[room]?.marks).toEqual({});
      await server.block('cleo', 'anna');
      const listed = await ok(back.send('resume'));
      expect(listed.conversations).toMatchObject({ [id]: { marks: { ben: [2, 1] } } });
      expect((listed.conversations as Record<string, Data>)[direct]?.marks).toEqual({});
    });

    it('says openly what retention has cut off', async () => {
      const { anna, ben, id } = await pair();
      for (const text of ['1', '2', '3', '4']) await say(anna, id, text);
      await ben.drop();
      await server.cut(3);
      // Those who were away for a moment may still be shown what has just been cut.
      await server.pass(120_000);
      const back = await server.connect('ben');
      await ok(back.send('resume', { conversations: { [id]: { seq: 0, rev: 0 } } }));
      expect((await back.next('gap')).data).toMatchObject({ conversationId: id, fromSeq: 1, toSeq: 3 });
      expect((await back.next('message.created')).data).toMatchObject({ seq: 4 });
    });

    it('tells one who is removed so, and nothing of what comes after', async () => {
      const { anna, ben, id } = await pair();
      await say(anna, id, 'one');
      await server.remove(id, 'ben');
      await say(anna, id, 'secret');
      expect(
        await codeOf(ben.send('message.send', { conversationId: id, clientMessageId: 'x', text: 'x' })),
      ).toBe('forbidden');
      const other = await group(anna, 'ben');
      await say(anna, other, 'sentinel');
      expect(await texts(ben, 2)).toEqual(['one', 'sentinel']);
      const back = await ok(ben.send('resume', { conversations: { [id]: { seq: 0, rev: 0 } } }));
      expect(back.conversations).toMatchObject({ [id]: { error: { code: 'forbidden' } } });
      await say(anna, other, 'last');
      expect(await texts(ben, 1)).toEqual(['last']);
    });

    it('tells nothing to another workspace, whatever it asks for', async () => {
      const { anna, ben, id } = await pair();
      const theirs = await server.connect('ben', rival);
      const own = await group(theirs, 'zoe');
      const asked = await ok(theirs.send('resume', { conversations: { [id]: { seq: 0, rev: 0 } } }));
      expect(asked.conversations).toMatchObject({ [id]: { error: { code: 'forbidden' } } });
      expect(await codeOf(theirs.send('room.join', { conversationId: id }))).toBe('forbidden');
      for (const frame of ['typing', 'receipt.read'])
        expect(await codeOf(theirs.send(frame, { conversationId: id, seq: 1 }))).toBe('forbidden');
      await say(anna, id, 'secret');
      await ben.next('message.created');
      await say(theirs, own, 'sentinel');
      expect(await texts(theirs, 1)).toEqual(['sentinel']);
    });

    it('passes nothing between two of whom one has blocked the other', async () => {
      const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
      const opened = await ok(anna.send('conversation.open', { kind: 'direct', with: 'ben' }));
      const { id } = opened.conversation as { id: string };
      await ben.next('conversation.updated');
      await server.block('ben', 'anna');
      await anna.send('typing', { conversationId: id });
      const message = { conversationId: id, clientMessageId: 'x', text: 'x' };
      expect(await codeOf(anna.send('message.send', message))).toBe('forbidden');
      const cleo = await server.connect('cleo');
      const other = await group(cleo, 'ben');
      await say(cleo, other, 'sentinel');
      expect(await texts(ben, 1)).toEqual(['sentinel']);
      expect(ben.heard.filter(({ event }) => event === 'typing')).toEqual([]);
    });

    it('tells the devices of one user how far they have read where nothing passes to the other', async () => {
      const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
      const opened = await ok(anna.send('conversation.open', { kind: 'direct', with: 'ben' }));
      const { id } = opened.conversation as { id: string };
      await ben.next('conversation.updated');
      const phone = await server.connect('ben');
      await ok(phone.send('resume'));
      await say(anna, id, 'one');
      await texts(ben, 1);
      await server.block('anna', 'ben');
      await ok(ben.send('receipt.read', { conversationId: id, seq: 1 }));
      expect((await phone.next('receipt.updated')).data).toMatchObject({ userId: 'ben', readSeq: 1 });
      await group(anna, 'cleo');
      await anna.next('conversation.updated');
      expect(anna.heard.filter(({ event }) => event === 'receipt.updated')).toEqual([]);
    });

    it('moves marks forward for all devices of all members, and says what is unread', async () => {
      const { anna, ben, id } = await pair();
      const phone = await server.connect('ben');
      await ok(phone.send('resume'));
      await say(anna, id, '1');
      await say(anna, id, '2');
      expect(await ok(ben.send('receipt.delivered', { conversationId: id, seq: 2 }))).toMatchObject({
        unread: 2,
      });
      expect(await ok(ben.send('receipt.read', { conversationId: id, seq: 1 }))).toMatchObject({ unread: 1 });
      // Others may hear a little later of what moves soon after.
      await server.pass(1_000);
      for (const client of [anna, phone]) {
        const marks = { userId: 'ben', deliveredSeq: 2 };
        expect((await client.next('receipt.updated')).data).toMatchObject({ ...marks, readSeq: 0 });
        expect((await client.next('receipt.updated')).data).toMatchObject({ ...marks, readSeq: 1 });
      }
    });

    it('passes on who types and what a room broadcasts, but not to who did', async () => {
      const { anna, ben, id } = await pair();
      await ok(anna.send('typing', { conversationId: id, on: true }));
      expect((await ben.next('typing')).data).toEqual({ conversationId: id, userId: 'anna', on: true });
      await ok(anna.send('room.broadcast', { conversationId: id, event: 'stroke', data: [1, 2] }));
      expect((await ben.next('room.event')).data).toMatchObject({
        from: 'anna',
        event: 'stroke',
        data: [1, 2],
      });
      await say(ben, id, 'sentinel');
      await texts(anna, 1);
      expect(anna.heard.filter(({ event }) => event === 'typing' || event === 'room.event')).toEqual([]);
    });

    it('tells no more of a room that one has left with this connection', async () => {
      const { anna, ben, id } = await pair();
      await ok(ben.send('room.leave', { conversationId: id }));
      await say(anna, id, 'missed');
      await ok(ben.send('room.join', { conversationId: id }));
      await say(anna, id, 'sentinel');
      expect(await texts(ben, 1)).toEqual(['sentinel']);
    });

    it('shows who is there to those who share a conversation, and to nobody else', async () => {
      const { anna, ben, id } = await pair();
      const stranger = await server.connect('zoe');
      await server.pass(2_000);
      await ok(ben.send('presence.set', { state: 'away' }));
      await server.pass(2_000);
      const states = async (count: number): Promise<unknown[]> => {
        const told: unknown[] = [];
        while (told.length < count) told.push((await anna.next('presence.updated')).data.state);
        return told;
      };
      expect(await states(2)).toEqual(['online', 'away']);
      await ben.drop();
      // When the other side finds out is up to the network.
      while (!anna.heard.some(({ event }) => event === 'presence.updated')) await server.pass(500);
      expect((await anna.next('presence.updated')).data).toMatchObject({ userId: 'ben', online: false });
      await group(stranger, 'yan');
      await say(anna, id, 'x');
      expect(stranger.heard.filter(({ event }) => event === 'presence.updated')).toEqual([]);
    });

    it('refuses what is wrong in the words of REST, and goes on', async () => {
      const { anna, id } = await pair();
      const message = { conversationId: id, clientMessageId: 'x' };
      expect(await codeOf(anna.send('message.send', { ...message, text: 7 }))).toBe('validation_failed');
      expect(await codeOf(anna.send('message.send', { text: 'x' }))).toBe('validation_failed');
      expect(await codeOf(anna.send('message.send', 'x'))).toBe('validation_failed');
      expect(await codeOf(anna.send('message.send', { ...message, text: 'x'.repeat(20_001) }))).toBe(
        'message_too_large',
      );
      expect(await codeOf(anna.send('message.send', { ...message, text: 'é'.repeat(65_536) }))).toBe(
        'message_too_large',
      );
      expect(await codeOf(anna.send('resume', { conversations: { [id]: { seq: -1, rev: 0 } } }))).toBe(
        'validation_failed',
      );
      expect(await codeOf(anna.send('resume', { conversations: [] }))).toBe('validation_failed');
      expect((await say(anna, id, 'x')).seq).toBe(1);
    });

    it('closes when the token has expired and nobody has shown another of the same user', async () => {
      const anna = await server.connect('anna', acme, 60_000);
      const ben = await server.connect('ben', acme, 60_000);
      await server.pass(50_000);
      expect(await codeOf(anna.send('token.refresh', { token: await server.tokenOf('ben') }))).toBe(
        'forbidden',
      );
      expect(await codeOf(anna.send('token.refresh', { token: 'nonsense' }))).toBe('unauthenticated');
      await ok(ben.send('token.refresh', { token: await server.tokenOf('ben') }));
      await server.pass(39_000);
      expect(anna.heard.filter(({ event }) => event === 'closing')).toEqual([]);
      await server.pass(2_000);
      expect((await anna.closed).code).toBe('unauthenticated');
      await group(ben, 'cleo');
    });
  });
}
