import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '#domain/kernel/refusal.js';
import { AWAY_AFTER, AwayUnderTest, MINUTE, rule } from '../testing/away-under-test.js';
import { acme, user } from '../testing/chat-under-test.js';

describe('users who are away', () => {
  let chat: AwayUnderTest;
  beforeEach(() => {
    chat = new AwayUnderTest();
    chat.start();
  });
  afterEach(() => chat.stop());

  const first = () => [...chat.notifications.sent.values()][0];
  const members = (count: number): string[] => Array.from({ length: count }, (_, i) => `user-${i}`);

  it('are told once of all they miss, when they have been away for so long and not before', async () => {
    const plans = await chat.among('group', 'anna', 'ben');
    const talk = await chat.between('cleo', 'ben');
    await chat.say('anna', plans, 'Friday?');
    await chat.say('anna', plans, 'Or  Saturday,\n at noon?');
    await chat.say('cleo', talk, 'Hello');
    await chat.pass(AWAY_AFTER - MINUTE);
    expect(chat.notifications.told).toEqual([]);
    await chat.pass(AWAY_AFTER);
    expect(chat.notifications.told).toEqual(['ben']);
    expect(first()).toMatchObject({ type: 'missed_messages_digest', to: { userId: 'ben' } });
    expect(first()?.data).toEqual({
      companyName: 'Office',
      inboxUrl: 'https://chat.example/c/',
      since: '2026-01-01T00:00:00.000Z',
      unreadCount: 3,
      conversations: [
        {
          title: 'cleo',
          unread: 1,
          lastSender: 'cleo',
          lastLine: 'Hello',
          url: `https://chat.example/c/${talk.id}`,
        },
        {
          title: 'Talk',
          unread: 2,
          lastSender: 'anna',
          lastLine: 'Or Saturday, at noon?',
          url: `https://chat.example/c/${plans.id}`,
        },
      ],
    });
    await chat.say('anna', plans, 'Still there?');
    await chat.pass(10 * AWAY_AFTER);
    expect(chat.notifications.told).toEqual(['ben']);
    expect(chat.errors.entries).toEqual([]);
  });

  it('are not told what they have read meanwhile, nor of what they said themselves', async () => {
    const plans = await chat.among('group', 'anna', 'ben');
    await chat.say('anna', plans);
    await chat.pass(AWAY_AFTER - MINUTE);
    await chat.read('ben', plans.id, 1);
    await chat.pass(3 * AWAY_AFTER);
    expect(chat.notifications.told).toEqual([]);
  });

  it('are told no words where these may not leave the chat', async () => {
    chat.rules.current = { ...rule, words: false };
    await chat.say('anna', await chat.between('anna', 'ben'), 'A secret');
    await chat.pass(2 * AWAY_AFTER);
    expect(chat.notifications.told).toEqual(['ben']);
    expect(JSON.stringify(first())).not.toContain('secret');
  });

  it('are told nothing where nobody is to be', async () => {
    chat.rules.current = undefined;
    await chat.say('anna', await chat.between('anna', 'ben'));
    await chat.pass(3 * AWAY_AFTER);
    expect(chat.notifications.told).toEqual([]);
    expect(await chat.timers.next()).toBeUndefined();
  });

  it('are told again only after they have come back, gone away again and missed something new', async () => {
    const plans = await chat.among('group', 'anna', 'ben');
    await chat.say('anna', plans);
    await chat.pass(2 * AWAY_AFTER);
    await chat.come('ben');
    await chat.pass(MINUTE);
    await chat.go('ben');
    await chat.pass(3 * AWAY_AFTER);
    expect(chat.notifications.told).toEqual(['ben']);
    await chat.say('anna', plans);
    await chat.pass(2 * AWAY_AFTER);
    expect(chat.notifications.told).toEqual(['ben', 'ben']);
    expect([...chat.notifications.sent.values()][1]?.data?.['unreadCount']).toBe(2);
  });

  it('have come back, too, when they have read what they were told of, by whatever way', async () => {
    const plans = await chat.among('group', 'anna', 'ben');
    await chat.say('anna', plans);
    await chat.pass(2 * AWAY_AFTER);
    await chat.read('ben', plans.id, 1);
    await chat.say('anna', plans);
    await chat.pass(2 * AWAY_AFTER);
    expect(chat.notifications.told).toEqual(['ben', 'ben']);
  });

  it('are there as long as one of their devices is, and are told when the last has gone for so long', async () => {
    await chat.come('ben', 'phone');
    await chat.come('ben', 'desk');
    const plans = await chat.among('group', 'anna', 'ben');
    await chat.say('anna', plans);
    await chat.pass(MINUTE);
    await chat.go('ben', 'phone');
    await chat.pass(4 * AWAY_AFTER);
    expect(chat.notifications.told).toEqual([]);
    await chat.go('ben', 'desk');
    await chat.pass(AWAY_AFTER - MINUTE);
    expect(chat.notifications.told).toEqual([]);
    await chat.pass(2 * MINUTE);
    expect(chat.notifications.told).toEqual(['ben']);
  });

  it('are not looked at any more when they are there and have read everything', async () => {
    await chat.come('ben');
    const plans = await chat.among('group', 'anna', 'ben');
    await chat.say('anna', plans);
    await chat.pass(2 * AWAY_AFTER);
    expect(await chat.timers.next()).toBeDefined();
    await chat.read('ben', plans.id, 1);
    await chat.pass(2 * AWAY_AFTER);
    expect(await chat.timers.next()).toBeUndefined();
  });

  it('are told nothing of a conversation that is mute, unless they are mentioned in it', async () => {
    const plans = await chat.among('group', 'anna', 'ben');
    await chat.conversations.changeMember(plans.id, 'ben', { mutedUntil: chat.clock.now() + 1_000 * MINUTE });
    await chat.say('anna', plans);
    await chat.pass(3 * AWAY_AFTER);
    expect(chat.notifications.told).toEqual([]);
    const said = { conversationId: plans.id, clientMessageId: 'named', text: 'You, ben?', mentions: ['ben'] };
    await chat.facade.send(user('anna'), said);
    await chat.pass(2 * AWAY_AFTER);
    expect(chat.notifications.told).toEqual(['ben']);
    expect(first()?.data?.['unreadCount']).toBe(1);
  });

  it('are not told what was said in a conversation that they have left', async () => {
    const plans = await chat.among('group', 'anna', 'ben');
    await chat.say('anna', plans);
    await chat.members.remove(user('anna'), plans.id, 'ben');
    await chat.pass(3 * AWAY_AFTER);
    expect(chat.notifications.told).toEqual([]);
  });

  describe('if the process dies', () => {
    const died = () => Promise.reject(new Error('The process has died.'));
    const missed = async () => {
      const plans = await chat.among('group', 'anna', 'ben');
      await chat.say('anna', plans);
      return plans;
    };

    it('before the alarm rings: whoever comes next tells them, having given all time to come back', async () => {
      await missed();
      await chat.stop();
      await chat.clock.advance(100 * AWAY_AFTER);
      await chat.restart();
      await chat.pass(AWAY_AFTER - MINUTE);
      expect(chat.notifications.told).toEqual([]);
      await chat.pass(2 * MINUTE);
      expect(chat.notifications.told).toEqual(['ben']);
    });

    it('between deciding and telling: they are told under the id that was decided on', async () => {
      await missed();
      chat.notifications.before = died;
      await chat.pass(2 * AWAY_AFTER);
      const [begun] = await chat.absences.of(acme, ['ben']);
      expect(begun).toMatchObject({ state: 'telling' });
      chat.notifications.before = async () => {};
      await chat.restart();
      await chat.pass(2 * AWAY_AFTER);
      expect([...chat.notifications.sent.keys()]).toEqual([begun?.id]);
      expect(await chat.absences.of(acme, ['ben'])).toMatchObject([{ id: begun?.id, state: 'told' }]);
    });

    it('between deciding and telling, and they have read it when we are back: they are not told', async () => {
      const plans = await missed();
      chat.notifications.before = died;
      await chat.pass(2 * AWAY_AFTER);
      expect(chat.notifications.asked).toBeGreaterThan(0);
      chat.notifications.before = async () => {};
      await chat.read('ben', plans.id, 1);
      await chat.restart();
      await chat.pass(2 * AWAY_AFTER);
      expect(chat.notifications.told).toEqual([]);
      await chat.say('anna', plans);
      await chat.pass(2 * AWAY_AFTER);
      expect(chat.notifications.told).toEqual(['ben']);
    });

    it('between telling and writing down that it was done: they are told once', async () => {
      await missed();
      chat.absences.diesBefore = 'tell';
      await chat.pass(2 * AWAY_AFTER);
      chat.absences.diesBefore = undefined;
      await chat.restart();
      await chat.pass(2 * AWAY_AFTER);
      expect(chat.notifications.asked).toBeGreaterThan(1);
      expect(chat.notifications.told).toEqual(['ben']);
    });

    it('between telling and writing that down, and they have read it since: what is new is told under another id', async () => {
      const plans = await missed();
      chat.absences.diesBefore = 'tell';
      await chat.pass(2 * AWAY_AFTER);
      chat.absences.diesBefore = undefined;
      await chat.read('ben', plans.id, 1);
      await chat.restart();
      await chat.say('anna', plans);
      await chat.pass(3 * AWAY_AFTER);
      expect(chat.notifications.told).toEqual(['ben', 'ben']);
    });

    it('between storing a message and setting its alarm: sending it again sets it', async () => {
      const plans = await chat.among('group', 'anna', 'ben');
      const set = chat.timers.set.bind(chat.timers);
      chat.timers.set = () => Promise.reject(new Error('The process has died.'));
      await expect(chat.say('anna', plans, 'Hello', 'one')).rejects.toThrow('died');
      chat.timers.set = set;
      await chat.say('anna', plans, 'Hello', 'one');
      await chat.pass(2 * AWAY_AFTER);
      expect(chat.notifications.told).toEqual(['ben']);
      expect(first()?.data?.['unreadCount']).toBe(1);
    });
  });

  it('are told once by two that ring at once', async () => {
    const plans = await chat.among('group', 'anna', 'ben');
    await chat.say('anna', plans);
    await chat.stop();
    await chat.clock.advance(2 * AWAY_AFTER);
    const [alarm] = await chat.timers.due(chat.clock.now(), 10);
    await Promise.all([chat.look.members(alarm?.key ?? ''), chat.look.members(alarm?.key ?? '')]);
    await chat.look.members(alarm?.key ?? '');
    expect(chat.notifications.told).toEqual(['ben']);
  });

  it('who come while they are being told have come back all the same', async () => {
    const plans = await chat.among('group', 'anna', 'ben');
    chat.notifications.after = async () => {
      const [latest] = await chat.absences.of(acme, ['ben']);
      if (latest) await chat.absences.end(latest);
    };
    await chat.say('anna', plans);
    await chat.pass(2 * AWAY_AFTER);
    expect(await chat.absences.of(acme, ['ben'])).toMatchObject([{ state: 'over' }]);
  });

  it('are left alone for this absence if the notification is refused for good', async () => {
    chat.notifications.before = () => Promise.reject(new Refusal('validation_failed', 'No such type.'));
    await chat.say('anna', await chat.between('anna', 'ben'));
    await chat.pass(6 * AWAY_AFTER);
    expect(chat.notifications.asked).toBe(1);
    expect(chat.errors.entries).toMatchObject([{ event: 'chat.away_not_told' }]);
  });

  it('cost one alarm for many messages, and one write for each who is told, however large the room', async () => {
    const all = members(4_999);
    const room = await chat.among('room', 'anna', ...all);
    // Half of them are there, and read nothing.
    for (const one of all.slice(0, 2_500)) await chat.come(one);
    let alarms = 0;
    const set = chat.timers.set.bind(chat.timers);
    chat.timers.set = (timer) => {
      alarms += 1;
      return set(timer);
    };
    for (let said = 0; said < 1_000; said++) {
      await chat.say('anna', room);
      await chat.clock.advance(200);
    }
    // 200 s of talking: the alarms of two short whiles, and none for each message or member.
    expect(alarms).toBeLessThanOrEqual(3);
    expect(chat.absences.asked).toBe(0);
    chat.rules.current = { ...rule, words: false };
    await chat.pass(2 * AWAY_AFTER);
    expect(chat.notifications.told).toHaveLength(2_499);
    expect(chat.absences.asked).toBe(2_499);
    // Pages of each look, and what is asked again of those who are there.
    expect(alarms).toBeLessThan(3 * 26 + 3 * 2_500);
  }, 60_000);
});
