import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { memoryChatStores } from '#adapters/memory/chat/testing/memory-chat-stores.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { aConversation, aMember, type ChatStores } from '#ports/chat/testing/chat-stores.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import type { Conversation } from '#domain/chat/model/conversation.js';
import { FollowingClient } from '../testing/following-client.js';
import { LiveConversations, LOOK_AGAIN_MS } from './live-conversations.js';

describe('the conversations of a member that somebody follows here', () => {
  let clock: DrivenClock;
  let stores: ChatStores;
  let live: LiveConversations;
  let one: Conversation;
  let other: Conversation;
  const anna = new FollowingClient('anna').connection();
  beforeEach(async () => {
    clock = new DrivenClock();
    stores = memoryChatStores();
    const { conversations, log: messages } = stores;
    live = new LiveConversations({ conversations, messages, clock, log: new MemoryLog() });
    live.start();
    one = await aConversation().with('anna', 'ben').openedIn(stores);
    other = await aConversation().with('anna', 'cleo').openedIn(stores);
    live.connect(acme, anna);
    for (const { id } of [one, other]) await live.follow(anna, id);
  });
  afterEach(() => live.stop());

  const of = (userId: string): string[] => live.of(acme, userId).map(({ conversationId }) => conversationId);
  const told = async (conversationId: Conversation['id'], ...gone: string[]): Promise<void> => {
    live.tell(acme, { kind: 'conversation', conversationId, gone });
    await clock.advance(0);
  };

  it('are known, whether or not the member is connected', () => {
    expect([of('anna'), of('ben'), of('cleo'), of('dave')]).toEqual([
      [one.id, other.id],
      [one.id],
      [other.id],
      [],
    ]);
  });

  it('change with those who come and go', async () => {
    await stores.conversations.removeMember(one.id, 'ben', clock.now());
    await stores.conversations.putMember(aMember(one, 'dave'));
    await told(one.id, 'ben');
    expect([of('ben'), of('dave')]).toEqual([[], [one.id]]);
  });

  it('change though nobody was told of it, when it is looked at again', async () => {
    await stores.conversations.putMember(aMember(other, 'dave'));
    await clock.advance(LOOK_AGAIN_MS);
    expect(of('dave')).toEqual([other.id]);
  });

  it('are forgotten with the conversations that nobody follows any more', async () => {
    live.disconnect(anna);
    await clock.advance(2 * LOOK_AGAIN_MS);
    expect(['anna', 'ben', 'cleo'].flatMap(of)).toEqual([]);
  });
});

describe('the marks of a member', () => {
  let clock: DrivenClock;
  let live: LiveConversations;
  const anna = new FollowingClient('anna');
  const ben = new FollowingClient('ben');
  /** How far ben has come, in a conversation of these. */
  const among = async (...userIds: string[]) => {
    clock = new DrivenClock();
    const stores = memoryChatStores();
    const { conversations, log: messages } = stores;
    live = new LiveConversations({ conversations, messages, clock, log: new MemoryLog() });
    live.start();
    const of = await aConversation()
      .with(...userIds)
      .openedIn(stores);
    for (const client of [anna, ben]) {
      client.others.length = 0;
      const connection = client.connection();
      live.connect(acme, connection);
      await live.follow(connection, of.id);
    }
    return (deliveredSeq: number, ownOnly = false): void =>
      live.tell(acme, { kind: 'marks', member: aMember(of, 'ben', { deliveredSeq }), ownOnly });
  };
  afterEach(() => live.stop());

  const heard = ({ others }: FollowingClient): number[] =>
    others.splice(0).flatMap((one) => (one.kind === 'marks' ? [one.marks.deliveredSeq] : []));

  it('are told to their own devices at once, and to others the last of those that follow soon', async () => {
    const moves = await among('anna', 'ben', 'cleo');
    for (const seq of [1, 2, 3]) moves(seq);
    expect([heard(ben), heard(anna)]).toEqual([[1, 2, 3], [1]]);
    await clock.advance(1000);
    expect([heard(ben), heard(anna)]).toEqual([[], [3]]);
  });

  it('of two people are told at once, so that nothing comes after one has blocked the other', async () => {
    const moves = await among('anna', 'ben');
    moves(1);
    moves(2);
    expect(heard(anna)).toEqual([1, 2]);
    moves(3, true);
    await clock.advance(1000);
    expect([heard(ben), heard(anna)]).toEqual([[1, 2, 3], []]);
    moves(4);
    expect(heard(anna)).toEqual([4]);
  });
});
