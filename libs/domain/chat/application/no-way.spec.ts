import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ChatUser } from '../chat.facade.js';
import type { Conversation } from '../model/conversation.js';
import type { Message } from '../model/message.js';
import { ChatUnderTest, codeOf, rival, user } from '../testing/chat-under-test.js';

describe('No way into a conversation', () => {
  let chat: ChatUnderTest;
  let group: Conversation;
  let message: Message;
  beforeEach(async () => {
    chat = new ChatUnderTest();
    group = await chat.among('group', 'anna', 'ben', 'cleo');
    message = await chat.say('ben', group);
  });

  /** Every path there is, by what it is called. */
  const paths = (by: ChatUser, id: string): Record<string, () => Promise<unknown>> => {
    const { facade, members, reads } = chat;
    return {
      send: () => facade.send(by, { conversationId: id, clientMessageId: 'c', text: 'x' }),
      'send again': () =>
        facade.send(by, { conversationId: id, clientMessageId: message.clientMessageId, text: 'Hello' }),
      edit: () => facade.change(by, id, message.id, { kind: 'edit', text: 'x', mentions: [] }),
      delete: () => facade.change(by, id, message.id, { kind: 'delete' }),
      react: () => facade.change(by, id, message.id, { kind: 'react', emoji: '👍', on: true }),
      pin: () => facade.change(by, id, message.id, { kind: 'pin', on: true }),
      advance: () => facade.advance(by, id, { readSeq: 1 }),
      catchUp: () => facade.catchUp(by, id, { seq: 0, rev: 0 }, 10),
      history: () => facade.history(by, id, { limit: 10 }),
      typing: () => facade.typing(by, id, true),
      broadcast: () => facade.broadcast(by, id, 'stroke', {}),
      one: () => reads.one(by, id),
      members: () => reads.members(by, id, { limit: 10 }),
      pinned: () => reads.pinned(by, id),
      add: () => members.add(by, id, ['dora']),
      remove: () => members.remove(by, id, 'anna'),
      leave: () => members.remove(by, id, by.userId),
      setRole: () => members.setRole(by, id, 'ben', 'admin'),
      rename: () => members.rename(by, id, 'Mine'),
      mute: () => members.mute(by, id, 5),
    };
  };
  const refusals = async (by: ChatUser, id: string) => {
    const told: Record<string, string> = {};
    for (const [name, path] of Object.entries(paths(by, id)))
      told[name] = await path().then(
        () => 'ok',
        ({ code, message: words }: { code: string; message: string }) => `${code}: ${words}`,
      );
    return told;
  };

  it('is there for who was removed, who never was a member, and another workspace’s user, told alike', async () => {
    await chat.members.remove(user('anna'), group.id, 'ben');
    chat.realtime.take();
    const missing = await refusals(user('ben'), 'cnv_missing');
    expect(new Set(Object.values(missing)).size).toBe(1);
    expect(Object.values(missing)[0]).toMatch(/^forbidden: /);
    expect(await refusals(user('ben'), group.id)).toEqual(missing);
    expect(await refusals(user('dora'), group.id)).toEqual(missing);
    expect(await refusals(user('anna', rival), group.id)).toEqual(missing);
    expect(chat.realtime.take()).toEqual([]);
    expect(await chat.facade.chats(user('ben'), { limit: 10 })).toEqual({ data: [], next: null });
  });

  it('is refused by nothing else: a member gets through on each of the paths', async () => {
    const told = await refusals(user('ben'), group.id);
    const notTheirs = ['add', 'remove', 'setRole', 'rename'];
    const afterLeaving = ['mute'];
    for (const [name, answer] of Object.entries(told))
      if (![...notTheirs, ...afterLeaving, 'react', 'pin'].includes(name))
        expect([name, answer]).toEqual([name, 'ok']);
  });

  it('shows nothing to one who is removed while they read', async () => {
    const { conversations, log } = chat;
    const since = log.since.bind(log);
    log.since = async (...args) => {
      // As it may come between the two: the removal, and what is said once they are gone.
      await conversations.removeMember(group.id, 'ben');
      await chat.say('anna', group, 'Now that ben is gone');
      return since(...args);
    };
    expect(await codeOf(chat.facade.catchUp(user('ben'), group.id, { seq: 0, rev: 0 }, 10))).toBe(
      'forbidden',
    );
  });

  it('is opened by an id that was used for something else', async () => {
    const asked = { kind: 'group', title: 'Mine', members: [] } as const;
    expect(await codeOf(chat.facade.open(user('dora'), asked, group.id))).toBe('forbidden');
    expect(await chat.facade.open(user('ben'), asked, group.id)).toMatchObject({ created: false });
  });

  it('is left by the owner to the admin, else to who has been there longest', async () => {
    await chat.members.setRole(user('anna'), group.id, 'cleo', 'admin');
    await chat.members.remove(user('anna'), group.id, 'anna');
    expect(await chat.rolesIn(group)).toEqual({ ben: 'member', cleo: 'owner' });
    await chat.members.remove(user('cleo'), group.id, 'cleo');
    expect(await chat.rolesIn(group)).toEqual({ ben: 'owner' });
    await chat.members.remove(user('ben'), group.id, 'ben');
    expect(await chat.rolesIn(group)).toEqual({});
  });

  it('is not left without an owner by two who leave at once', async () => {
    await chat.members.setRole(user('anna'), group.id, 'ben', 'owner');
    const leave = (who: string) => chat.members.remove(user(who), group.id, who);
    await Promise.all([leave('anna'), leave('ben')]);
    expect(await chat.rolesIn(group)).toEqual({ cleo: 'owner' });
  });

  it('is told to who goes, and to those who stay', async () => {
    chat.realtime.take();
    await chat.members.remove(user('anna'), group.id, 'ben');
    expect(chat.realtime.take()).toEqual([{ kind: 'conversation', conversationId: group.id, gone: ['ben'] }]);
  });

  describe('between two of whom one has blocked the other', () => {
    let direct: Conversation;
    let old: Message;
    beforeEach(async () => {
      direct = await chat.between('anna', 'ben');
      old = await chat.say('ben', direct);
      await chat.blocks.block(user('anna'), 'ben');
      chat.realtime.take();
    });

    it.each(['anna', 'ben'])('is there for %s', async (name) => {
      const by = user(name);
      const { facade } = chat;
      const other = name === 'anna' ? 'ben' : 'anna';
      const change = (what: Parameters<typeof facade.change>[3]) =>
        codeOf(facade.change(by, direct.id, old.id, what));
      const dm = { conversationId: direct.id, clientMessageId: 'c', text: 'x' };
      expect({
        send: await codeOf(facade.send(by, dm)),
        edit: await change({ kind: 'edit', text: 'Hear me', mentions: [] }),
        react: await change({ kind: 'react', emoji: 'x', on: true }),
        pin: await change({ kind: 'pin', on: true }),
        open: await codeOf(facade.open(by, { kind: 'direct', with: other })),
        group: await codeOf(facade.open(by, { kind: 'group', title: 'Us', members: [other] })),
      }).toEqual({
        send: 'forbidden',
        edit: 'forbidden',
        react: 'forbidden',
        pin: 'forbidden',
        open: 'forbidden',
        group: 'forbidden',
      });
      await facade.typing(by, direct.id, true);
      await facade.advance(by, direct.id, { readSeq: 1 });
      // One's own devices are to agree on what one has read; the other hears of nothing.
      const told = chat.realtime.take();
      expect(told.filter((push) => push.kind !== 'marks' || push.ownOnly !== true)).toEqual([]);
      expect(await facade.history(by, direct.id, { limit: 10 })).toHaveLength(1);
    });

    it('leads through a group that one would put the other into', async () => {
      const mine = await chat.among('group', 'ben');
      expect(await codeOf(chat.members.add(user('ben'), mine.id, ['dora', 'anna']))).toBe('forbidden');
      expect(await chat.rolesIn(mine)).toEqual({ ben: 'owner' });
    });

    it('lets one take back what they said', async () => {
      const gone = await chat.facade.change(user('ben'), direct.id, old.id, { kind: 'delete' });
      expect(gone.deletedAt).toBeDefined();
    });

    it('ends with the block, of which only who made it is told', async () => {
      await chat.blocks.unblock(user('anna'), 'ben');
      expect(chat.realtime.take()).toEqual([{ kind: 'own', userId: 'anna', what: 'blocks' }]);
      expect(await chat.say('ben', direct)).toMatchObject({ seq: 2 });
      expect(chat.realtime.take()).toHaveLength(1);
    });
  });
});
