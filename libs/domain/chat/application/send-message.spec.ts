import { beforeEach, describe, expect, it } from '@jest/globals';
import { LONGEST_TEXT } from '../model/message.js';
import { acme, ChatUnderTest, codeOf, rival, user } from '../testing/chat-under-test.js';
import type { Conversation } from '../model/conversation.js';
import type { NewMessage } from '../chat.facade.js';

describe('Sending a message', () => {
  let chat: ChatUnderTest;
  let group: Conversation;
  beforeEach(async () => {
    chat = new ChatUnderTest();
    group = await chat.among('group', 'anna', 'ben', 'cleo');
    chat.realtime.take();
  });

  const send = (by: string, change: Partial<NewMessage> = {}) =>
    chat.facade.send(user(by), {
      conversationId: group.id,
      clientMessageId: 'first',
      text: 'Hello',
      ...change,
    });

  it('puts it into the log and tells who is connected, once', async () => {
    const { message, isNew } = await send('anna');
    expect(isNew).toBe(true);
    expect(message).toMatchObject({ seq: 1, senderId: 'anna', text: 'Hello', sentAt: chat.clock.now() });
    expect(chat.realtime.take()).toEqual([{ kind: 'message', message }]);
    expect(await send('anna', { text: 'Hello again' })).toEqual({ message, isNew: false });
    expect(chat.realtime.take()).toEqual([]);
    expect(await chat.facade.history(user('ben'), group.id, { limit: 10 })).toEqual([message]);
  });

  it('keeps of those it mentions the members, each once', async () => {
    const { message } = await send('anna', { mentions: ['ben', 'dora', 'ben', 'no/user', 'anna'] });
    expect(message.mentions).toEqual(['ben', 'anna']);
  });

  it.each<[string, Partial<NewMessage>, string]>([
    ['a text that is too long', { text: 'x'.repeat(LONGEST_TEXT + 1) }, 'message_too_large'],
    ['no text', { text: '' }, 'validation_failed'],
    ['nothing but space', { text: ' \n' }, 'validation_failed'],
    ['half a character', { text: 'a\ud800' }, 'validation_failed'],
    ['a NUL', { text: 'a\u0000b' }, 'validation_failed'],
    ['no name for it', { clientMessageId: '' }, 'validation_failed'],
    ['a name of two lines', { clientMessageId: 'a\nb' }, 'validation_failed'],
    ['a name that is too long', { clientMessageId: 'x'.repeat(129) }, 'validation_failed'],
    ['51 mentions', { mentions: Array.from({ length: 51 }, (_, i) => `u${i}`) }, 'validation_failed'],
    ['an answer to nothing', { replyTo: 'msg_none' }, 'validation_failed'],
    ['a file that nobody uploaded', { attachments: ['att_1'] }, 'validation_failed'],
    ['another conversation', { conversationId: 'cnv_none' }, 'forbidden'],
  ])('is refused for %s', async (_what, change, code) => {
    expect(await codeOf(send('anna', change))).toBe(code);
    expect(await chat.facade.history(user('anna'), group.id, { limit: 10 })).toEqual([]);
    expect(chat.realtime.take()).toEqual([]);
  });

  it('carries what the sender has uploaded, as it is known of it', async () => {
    const upload = (id: string, uploaderId: string) => {
      const file = { id, name: 'plan.pdf', mediaType: 'application/pdf', bytes: 9 };
      return chat.attachments.insert({
        ...file,
        workspaceId: acme,
        uploaderId,
        uploadedAt: chat.clock.now(),
      });
    };
    await upload('att_1', 'anna');
    await upload('att_2', 'ben');
    expect(await codeOf(send('anna', { attachments: ['att_1', 'att_2'] }))).toBe('validation_failed');
    const { message } = await send('anna', { text: '', attachments: ['att_1'] });
    const carried = [{ id: 'att_1', name: 'plan.pdf', mediaType: 'application/pdf', bytes: 9 }];
    expect(message.attachments).toEqual(carried);
    expect(await chat.facade.history(user('ben'), group.id, { limit: 10 })).toEqual([message]);
    // Once deleted it holds nothing, and its file is swept: sent again it is the message that is there.
    const gone = await chat.facade.change(user('anna'), group.id, message.id, { kind: 'delete' });
    expect(await chat.attachments.removeUnheld(chat.clock.now() + 1, 10)).toContain('att_1');
    const again = await send('anna', { text: '', attachments: ['att_1'] });
    expect(again).toEqual({ message: gone, isNew: false });
  });

  it('takes the longest text', async () => {
    const text = '\u0001'.repeat(LONGEST_TEXT);
    expect((await send('anna', { text })).message.text).toBe(text);
    // With room for who it mentions, and for what a frame says beside the message.
    expect(Buffer.byteLength(JSON.stringify({ text, mentions: [] }))).toBeLessThan(128 * 1024 - 8_000);
  });

  it('answers a message of the same conversation only', async () => {
    const other = await chat.among('group', 'anna');
    const elsewhere = await chat.say('anna', other);
    expect(await codeOf(send('anna', { replyTo: elsewhere.id }))).toBe('validation_failed');
    const here = await chat.say('ben', group);
    expect((await send('anna', { replyTo: here.id })).message.replyTo).toBe(here.id);
  });

  it('is answered again when what it answers has been cut off since', async () => {
    const asked = await chat.say('ben', group);
    await chat.clock.advance(1000);
    const { message } = await send('anna', { replyTo: asked.id });
    await chat.log.cut(chat.clock.now(), 1);
    expect(await send('anna', { replyTo: asked.id })).toEqual({ message, isNew: false });
    expect(await codeOf(send('anna', { replyTo: asked.id, clientMessageId: 'next' }))).toBe(
      'validation_failed',
    );
  });

  describe('in a flood', () => {
    const flood = async (count: number, by = 'anna', name = 'flood'): Promise<string[]> => {
      const codes: string[] = [];
      for (let i = 0; i < count; i++) codes.push(await codeOf(send(by, { clientMessageId: `${name}-${i}` })));
      return codes;
    };
    const ok = (codes: string[]): number => codes.filter((code) => code === 'ok').length;

    it('takes twenty at once and five a second, of each user, and says when to come back', async () => {
      expect(await flood(22)).toEqual([...Array(20).fill('ok'), 'rate_limited', 'rate_limited']);
      await expect(send('anna', { clientMessageId: 'more' })).rejects.toMatchObject({ retryAfterMs: 200 });
      expect(ok(await flood(1, 'ben'))).toBe(1);
      await chat.clock.advance(1000);
      expect(ok(await flood(9, 'anna', 'later'))).toBe(5);
    });

    it('never counts what had been sent before, nor refuses it', async () => {
      await send('anna');
      for (let i = 0; i < 50; i++) expect((await send('anna')).isNew).toBe(false);
      expect(ok(await flood(25))).toBe(19);
      const { message } = await send('anna');
      expect(message.seq).toBe(1);
    });

    it('counts what is refused as well', async () => {
      const elsewhere = { conversationId: 'cnv_none' };
      for (let i = 0; i < 20; i++) await codeOf(send('anna', elsewhere));
      expect(await codeOf(send('anna'))).toBe('rate_limited');
    });

    it('says nothing of a conversation to who is no member', async () => {
      await flood(20, 'dora');
      expect(await codeOf(send('dora'))).toBe('forbidden');
      expect(await codeOf(send('dora', { conversationId: 'cnv_none' }))).toBe('forbidden');
      const stranger = { ...user('anna', rival) };
      const asked = { conversationId: group.id, clientMessageId: 'x', text: 'Hello' };
      expect(await codeOf(chat.facade.send(stranger, asked))).toBe('forbidden');
    });
  });
});
