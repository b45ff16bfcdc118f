import { beforeEach, describe, expect, it } from '@jest/globals';
import { StorageBusy } from '#domain/kernel/storage-busy.js';
import type { WaitingMessage } from '#ports/chat/waiting-messages.js';
import type { Conversation } from '../model/conversation.js';
import { ChatUnderTest, codeOf, user } from '../testing/chat-under-test.js';

describe('What the log cannot take for now', () => {
  let chat: ChatUnderTest;
  let group: Conversation;
  let isBusy: boolean;
  beforeEach(async () => {
    chat = new ChatUnderTest();
    group = await chat.among('group', 'anna', 'ben');
    isBusy = true;
    const append = chat.log.append.bind(chat.log);
    chat.log.append = (...asked) =>
      isBusy ? Promise.reject(new StorageBusy('throttled')) : append(...asked);
  });
  const say = (by: string, clientMessageId: string, conversationId: string = group.id) =>
    chat.facade.send(user(by), { conversationId, clientMessageId, text: clientMessageId });
  const texts = async (): Promise<string[]> =>
    (await chat.facade.history(user('anna'), group.id, { limit: 50 })).map(({ text }) => text);
  /** What waits is stored until nothing waits any more. */
  const stored = async (count: number): Promise<void> => {
    chat.storing.start();
    while ((await texts()).length < count) await new Promise((resolve) => setImmediate(resolve));
    await chat.storing.stop();
  };

  it('is answered with a refusal that says to ask again, and nobody is told of it', async () => {
    await expect(say('anna', 'one')).rejects.toMatchObject({
      code: 'storage_unavailable',
      retryAfterMs: 5_000,
    });
    expect(await texts()).toEqual([]);
    expect(chat.realtime.take().filter(({ kind }) => kind === 'message')).toEqual([]);
  });

  it('is stored without its sender, and told then', async () => {
    await codeOf(say('anna', 'one'));
    isBusy = false;
    await stored(1);
    expect(await texts()).toEqual(['one']);
    expect(chat.realtime.take().map(({ kind }) => kind)).toContain('message');
  });

  it('comes again while it still cannot be taken, and is one message whoever stores it first', async () => {
    await codeOf(say('anna', 'one'));
    chat.storing.start();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    await chat.storing.stop();
    expect(await texts()).toEqual([]);
    isBusy = false;
    const { message } = await say('anna', 'one');
    await codeOf(say('anna', 'two'));
    await stored(2);
    expect(await texts()).toEqual(['one', 'two']);
    expect((await say('anna', 'one')).message).toEqual(message);
  });

  it('holds back what the same user says after it in that conversation, and nothing else', async () => {
    await codeOf(say('anna', 'one'));
    isBusy = false;
    expect(await codeOf(say('anna', 'two'))).toBe('storage_unavailable');
    expect((await say('ben', 'mine')).message.seq).toBe(1);
    const other = await chat.between('anna', 'ben');
    expect((await say('anna', 'elsewhere', other.id)).message.seq).toBe(1);
    await stored(3);
    expect(await texts()).toEqual(['mine', 'one', 'two']);
    expect((await say('anna', 'three')).message.seq).toBe(4);
  });

  it('lets its sender go on when it has been stored by asking again', async () => {
    await codeOf(say('anna', 'one'));
    await codeOf(say('anna', 'two'));
    isBusy = false;
    expect((await say('anna', 'one')).message.seq).toBe(1);
    expect((await say('anna', 'two')).message.seq).toBe(2);
    expect((await say('anna', 'three')).message.seq).toBe(3);
  });

  it('holds nobody back for longer than five minutes, should it never be stored', async () => {
    await codeOf(say('anna', 'lost'));
    isBusy = false;
    expect(await codeOf(say('anna', 'next'))).toBe('storage_unavailable');
    await chat.clock.advance(300_000);
    expect((await say('anna', 'next')).isNew).toBe(true);
  });

  it('is nothing that was refused or is too much: neither is kept', async () => {
    const kept: WaitingMessage[] = [];
    const put = chat.waiting.put.bind(chat.waiting);
    chat.waiting.put = (message) => {
      kept.push(message);
      return put(message);
    };
    expect(await codeOf(say('anna', ''))).toBe('validation_failed');
    for (let n = 0; n < 200; n++) await codeOf(say('anna', `m${n}`));
    expect(await codeOf(say('anna', 'more'))).toBe('rate_limited');
    expect(kept.length).toBeLessThan(200);
  });

  it('is dropped where it would be refused: its sender hears why by asking again', async () => {
    await codeOf(say('anna', 'one'));
    await codeOf(say('ben', 'two'));
    await chat.members.remove(user('anna'), group.id, 'ben');
    isBusy = false;
    await stored(1);
    await say('anna', 'three');
    expect(await texts()).toEqual(['one', 'three']);
    expect(await codeOf(say('ben', 'two'))).toBe('forbidden');
  });

  it('is an error as it was where it cannot be kept either', async () => {
    chat.waiting.put = () => Promise.reject(new Error('SQS is away.'));
    await expect(say('anna', 'one')).rejects.toBeInstanceOf(StorageBusy);
    expect(chat.warnings.complaints).toEqual(['chat.message_not_kept']);
    isBusy = false;
    expect((await say('anna', 'two')).isNew).toBe(true);
  });
});
