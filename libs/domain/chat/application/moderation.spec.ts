import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PostOutcome } from '#domain/webhooks/model/post-outcome.js';
import { anEndpoint } from '#ports/webhooks/testing/webhook-stores.js';
import type { Conversation } from '../model/conversation.js';
import { LONGEST_TEXT } from '../model/message.js';
import type { ModerationRule } from '../model/moderation.js';
import { DEFAULT_CHAT_SETTINGS } from './chat-settings.js';
import { NOBODY_IS_TOLD } from './away-settings.js';
import { acme, ChatUnderTest, codeOf, user } from '../testing/chat-under-test.js';

const rule: ModerationRule = {
  url: 'https://moderator.example/ask',
  keys: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  timeoutMs: 1_000,
  onFailure: 'refuse',
  bots: false,
};
const answered = (body: unknown, status = 200): PostOutcome => ({
  kind: 'answered',
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('a moderated chat', () => {
  let chat: ChatUnderTest;
  let group: Conversation;
  let current: ModerationRule | undefined;
  beforeEach(async () => {
    current = rule;
    chat = new ChatUnderTest(DEFAULT_CHAT_SETTINGS, NOBODY_IS_TOLD, { of: () => current });
    group = await chat.among('group', 'anna', 'ben');
    chat.realtime.take();
  });

  const say = (text: string, clientMessageId = 'first', by = 'anna') =>
    chat.facade.send(user(by), { conversationId: group.id, clientMessageId, text });
  const texts = async (): Promise<string[]> =>
    (await chat.facade.history(user('ben'), group.id, { limit: 50 })).map(({ text }) => text);
  const answer = (body: unknown, status?: number): void => {
    chat.transport.answer = () => answered(body, status);
  };
  const asked = () =>
    chat.transport.posts.map(({ body }) => JSON.parse(body) as { data: Record<string, unknown> });

  it('asks, signed, before a message is taken', async () => {
    answer({ verdict: 'allow' });
    await say('Hello');
    expect(await texts()).toEqual(['Hello']);
    expect(chat.transport.posts).toMatchObject([{ url: rule.url, keys: rule.keys, timeoutMs: 1_000 }]);
    expect(asked()).toEqual([
      {
        type: 'chat.message.moderate',
        timestamp: '2026-01-01T00:00:00.000Z',
        data: {
          change: 'create',
          conversation: { id: group.id, kind: 'group', title: 'Talk' },
          sender: { userId: 'anna', bot: false },
          message: {
            id: null,
            clientMessageId: 'first',
            text: 'Hello',
            mentions: [],
            attachments: [],
            replyTo: null,
          },
        },
      },
    ]);
  });

  it('takes an answer with nothing in it for a yes', async () => {
    answer('', 204);
    await say('Hello');
    expect(await texts()).toEqual(['Hello']);
  });

  it('refuses what is refused, with its reason, and leaves nothing of it anywhere', async () => {
    answer({ verdict: 'refuse', reason: ' Not\n in this  house ' });
    await expect(say('Damn')).rejects.toMatchObject({
      code: 'message_refused',
      message: 'Not in this house',
    });
    expect(await texts()).toEqual([]);
    expect(chat.realtime.take()).toEqual([]);
    expect((await chat.conversations.find(acme, group.id))?.seq).toBe(0);
  });

  it('says the text that it is given in its place', async () => {
    answer({ verdict: 'replace', text: 'D***' });
    const { message } = await say('Damn');
    expect(message.text).toBe('D***');
    expect(await texts()).toEqual(['D***']);
  });

  it('does not ask again about what is in the log, whatever would be answered now', async () => {
    answer({ verdict: 'replace', text: 'D***' });
    const { message } = await say('Damn');
    answer({ verdict: 'refuse' });
    expect(await say('Damn')).toEqual({ message, isNew: false });
    expect(chat.transport.posts).toHaveLength(1);
  });

  it('asks again about what was refused, when it is sent again', async () => {
    answer({ verdict: 'refuse' });
    expect(await codeOf(say('Damn'))).toBe('message_refused');
    answer({ verdict: 'allow' });
    await say('Damn');
    expect(await texts()).toEqual(['Damn']);
  });

  it('asks nobody about what is said by who is no member', async () => {
    expect(await codeOf(say('Hello', 'first', 'zoe'))).toBe('forbidden');
    expect(chat.transport.posts).toEqual([]);
  });

  it.each<[string, PostOutcome]>([
    ['no answer in time', { kind: 'unanswered', reason: 'no answer within 1000 ms', sent: true }],
    ['an address that is private', { kind: 'forbidden', reason: 'loopback' }],
    ['an error', answered('', 500)],
    ['a redirect', answered('', 302)],
    ['what is no JSON', answered('<p>ok</p>')],
    ['half an answer', answered('{"verdict":"repl')],
    ['no verdict', answered({ ok: true })],
    ['a text that is too long', answered({ verdict: 'replace', text: 'x'.repeat(LONGEST_TEXT + 1) })],
    ['no text', answered({ verdict: 'replace', text: '  ' })],
  ])('with %s does as the workspace has said', async (_what, outcome) => {
    chat.transport.answer = () => outcome;
    await expect(say('Hello')).rejects.toMatchObject({ code: 'moderation_unavailable', retryAfterMs: 2_000 });
    expect(await texts()).toEqual([]);
    current = { ...rule, onFailure: 'allow' };
    await say('Hello');
    expect(await texts()).toEqual(['Hello']);
  });

  it('does not ask for a while when nothing is answered again and again, and then asks anew', async () => {
    current = { ...rule, onFailure: 'allow' };
    chat.transport.answer = () => ({ kind: 'unanswered', reason: 'ECONNREFUSED', sent: false });
    for (let i = 0; i < 15; i++) await say('Hello', `say-${i}`);
    expect(chat.transport.posts).toHaveLength(10);
    await chat.clock.advance(5_000);
    answer({ verdict: 'refuse' });
    expect(await codeOf(say('Hello', 'later'))).toBe('message_refused');
  });

  it('asks about bots only where it is to', async () => {
    await chat.members.add(user('anna'), group.id, ['bot:helper']);
    answer({ verdict: 'refuse' });
    await say('I am a program', 'one', 'bot:helper');
    expect(chat.transport.posts).toEqual([]);
    current = { ...rule, bots: true };
    expect(await codeOf(say('And again', 'two', 'bot:helper'))).toBe('message_refused');
    expect(asked()[0]?.data['sender']).toEqual({ userId: 'bot:helper', bot: true });
  });

  describe('asks about edits', () => {
    const edit = (messageId: string, text: string, by = 'anna') =>
      chat.facade.change(user(by), group.id, messageId as never, { kind: 'edit', text, mentions: [] });

    it('and refuses or replaces them', async () => {
      answer({ verdict: 'allow' });
      const { message } = await say('Hello');
      answer({ verdict: 'refuse', reason: 'No' });
      expect(await codeOf(edit(message.id, 'Damn'))).toBe('message_refused');
      expect(await texts()).toEqual(['Hello']);
      answer({ verdict: 'replace', text: 'D***' });
      expect(await edit(message.id, 'Damn')).toMatchObject({ text: 'D***', rev: 1 });
      expect(asked().map(({ data }) => data['change'])).toEqual(['create', 'edit', 'edit']);
      expect(asked()[1]?.data['message']).toMatchObject({ id: message.id, text: 'Damn' });
    });

    it('but not about those that change nothing, or that are not the sender’s', async () => {
      answer({ verdict: 'allow' });
      const { message } = await say('Hello');
      await edit(message.id, 'Hello');
      expect(await codeOf(edit(message.id, 'Mine', 'ben'))).toBe('forbidden');
      await chat.facade.change(user('ben'), group.id, message.id, { kind: 'react', emoji: '👍', on: true });
      await chat.facade.change(user('anna'), group.id, message.id, { kind: 'delete' });
      expect(chat.transport.posts).toHaveLength(1);
    });
  });
});

describe('a chat to whose messages an application listens', () => {
  it('tells of each that was said, edited and taken back, once', async () => {
    const chat = new ChatUnderTest();
    const { endpoints, messages } = chat.webhooks;
    const endpoint = anEndpoint('a', { workspaceId: acme });
    endpoints.set(endpoint.id, endpoint);
    const group = await chat.among('group', 'anna', 'ben');
    const message = await chat.say('anna', group, 'Hello', 'one');
    await chat.say('anna', group, 'Hello', 'one');
    const edit = { kind: 'edit', text: 'Hello!', mentions: [] } as const;
    for (let i = 0; i < 2; i++) await chat.facade.change(user('anna'), group.id, message.id, edit);
    await chat.facade.change(user('ben'), group.id, message.id, { kind: 'react', emoji: '👍', on: true });
    for (let i = 0; i < 2; i++)
      await chat.facade.change(user('anna'), group.id, message.id, { kind: 'delete' });
    await chat.relay();
    const told = [...messages.values()].map(
      ({ body }) => JSON.parse(body) as { type: string; data: unknown },
    );
    expect(told).toMatchObject([
      {
        type: 'chat.message.created',
        data: { sender: { userId: 'anna', bot: false }, message: { text: 'Hello', seq: 1 } },
      },
      { type: 'chat.message.updated', data: { message: { text: 'Hello!', rev: 1 } } },
      { type: 'chat.message.deleted', data: { message: { text: '' } } },
    ]);
  });

  it('tells of a message as it was said, though it was edited and taken back before anybody could', async () => {
    const chat = new ChatUnderTest();
    const endpoint = anEndpoint('a', { workspaceId: acme });
    chat.webhooks.endpoints.set(endpoint.id, endpoint);
    const group = await chat.among('group', 'anna', 'ben');
    const message = await chat.say('anna', group, 'Hello', 'one');
    const edit = { kind: 'edit', text: 'Hello!', mentions: [] } as const;
    await chat.facade.change(user('anna'), group.id, message.id, edit);
    await chat.facade.change(user('anna'), group.id, message.id, { kind: 'delete' });
    await chat.relay();
    const texts = [...chat.webhooks.messages.values()].map(
      ({ body }) => (JSON.parse(body) as { data: { message: { text: string } } }).data.message.text,
    );
    expect(texts).toEqual(['Hello', 'Hello!', '']);
  });

  it('tells of a message that is in the log though the process died before it could, and of it once', async () => {
    const chat = new ChatUnderTest();
    const endpoint = anEndpoint('a', { workspaceId: acme });
    chat.webhooks.endpoints.set(endpoint.id, endpoint);
    const group = await chat.among('group', 'anna', 'ben');
    const enqueue = chat.deliveries.enqueue.bind(chat.deliveries);
    chat.deliveries.enqueue = () => Promise.reject(new Error('The process has died.'));
    await chat.say('anna', group, 'Hello', 'one');
    await expect(chat.relay()).rejects.toThrow('died');
    chat.deliveries.enqueue = enqueue;
    await chat.say('anna', group, 'Hello', 'one');
    await chat.relay();
    expect([...chat.webhooks.messages.values()].map(({ type }) => type)).toEqual(['chat.message.created']);
  });

  it('keeps nothing where nobody listens', async () => {
    const chat = new ChatUnderTest();
    await chat.say('anna', await chat.among('group', 'anna', 'ben'));
    expect(await chat.outbox.untold(10)).toEqual([]);
  });
});
