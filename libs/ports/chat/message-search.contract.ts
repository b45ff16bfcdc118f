import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Conversation } from '#domain/chat/model/conversation.js';
import type { Attachment, Message } from '#domain/chat/model/message.js';
import { parseSearchQuery } from '#domain/chat/model/search-query.js';
import { acme, everyPage, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import { describePaging } from '#ports/delivery/testing/paging.js';
import type { MessageSearch } from './message-search.js';
import { aConversation, aMember, append, type ChatStores, edit } from './testing/chat-stores.js';

/** An adapter whose index lags behind the log answers here only when it has caught up. */
export interface SearchedChat extends ChatStores {
  readonly search: MessageSearch;
}

const DAY = 86_400_000;
const FILE: Attachment = { id: 'att_1', name: 'plan.pdf', mediaType: 'application/pdf', bytes: 10 };

const tombstone = ({
  id,
  conversationId,
  seq,
  rev,
  senderId,
  clientMessageId,
  sentAt,
}: Message): Message => ({
  ...{ id, conversationId, seq, rev, senderId, clientMessageId, sentAt },
  ...{ text: '', mentions: [], attachments: [], reactions: {}, deletedAt: START },
});

export function describeMessageSearchContract(name: string, open: () => Promise<SearchedChat>): void {
  describe(`MessageSearch: ${name}`, () => {
    let its: SearchedChat;
    let of: Conversation;
    beforeEach(async () => {
      its = await open();
      of = await aConversation().openedIn(its);
    });
    afterEach(() => its.close());

    const say = (text: string, change: Partial<Message> = {}, where = of): Promise<Message> =>
      append(its, where, { text, ...change });
    const found = (text: string, user = 'anna', workspace = acme) =>
      everyPage((after) => its.search.search(workspace, user, parseSearchQuery(text), { limit: 3, after }));
    const texts = async (text: string, user = 'anna', workspace = acme): Promise<string[]> =>
      (await found(text, user, workspace)).map(({ message }) => message.text);

    describe('finds', () => {
      it('words whatever their case and accents, all of them, the newest first', async () => {
        await say('Lunch at noon?');
        await say('no lunch today');
        await say('Déjeuner à MIDI');
        expect(await texts('LUNCH')).toEqual(['no lunch today', 'Lunch at noon?']);
        expect(await texts('noon lunch')).toEqual(['Lunch at noon?']);
        expect(await texts('dejeuner midi')).toEqual(['Déjeuner à MIDI']);
        expect(await texts('lunch dinner')).toEqual([]);
      });

      it('phrases where their words follow one another, prefixes where a word begins so', async () => {
        await say('the red car');
        await say('the car is red, with carpets');
        expect(await texts('"red car"')).toEqual(['the red car']);
        expect(await texts('carp*')).toEqual(['the car is red, with carpets']);
        expect(await texts('carp')).toEqual([]);
        expect(await texts('"red ca"*')).toEqual(['the red car']);
      });

      it('what is written in other scripts', async () => {
        await say('встретимся в Йошкар-Оле');
        await say('मेरी किताब');
        expect(await texts('ЙОШКАР')).toHaveLength(1);
        expect(await texts('किताब')).toHaveLength(1);
        expect(await texts('встре*')).toHaveLength(1);
      });

      it('the message as it stands in the log, and where the words are in it', async () => {
        const message = await say('👍 Öl and öl', { mentions: ['ben'], attachments: [FILE] });
        expect(await found('ol')).toEqual([
          {
            message,
            highlights: [
              { start: 3, end: 5 },
              { start: 10, end: 12 },
            ],
          },
        ]);
      });
    });

    describe('narrows', () => {
      it('by who wrote it, keeping apart users whose ids look alike', async () => {
        await its.conversations.putMember(aMember(of, 'ben@acme.example'));
        await say('one', { senderId: 'ben' });
        await say('two', { senderId: 'ben@acme.example' });
        await say('three', { senderId: 'anna' });
        expect(await texts('from:ben')).toEqual(['one']);
        expect(await texts('from:ben@acme.example')).toEqual(['two']);
        expect(await texts('from:Ben')).toEqual([]);
        expect(await texts('one from:anna')).toEqual([]);
      });

      it('by when it was sent, from and until', async () => {
        for (let day = 0; day < 5; day++)
          await say(`day ${day}`, { sentAt: Date.UTC(2026, 1, 1) + day * DAY });
        expect(await texts('day after:2026-02-03')).toEqual(['day 4', 'day 3', 'day 2']);
        expect(await texts('day before:2026-02-03')).toEqual(['day 1', 'day 0']);
        expect(await texts('day after:2026-02-02 before:2026-02-03')).toEqual(['day 1']);
        expect(await texts('day after:2026-02-03 before:2026-02-02')).toEqual([]);
        expect(await texts('day before:1999-01-01')).toEqual([]);
        expect(await texts('day after:2999-01-01')).toEqual([]);
      });

      it('by whether it came with a file, though it says nothing', async () => {
        await say('');
        await say('', { attachments: [FILE] });
        await say('see the plan', { attachments: [FILE] });
        expect(await texts('has:attachment')).toEqual(['see the plan', '']);
        expect(await texts('plan has:attachment')).toEqual(['see the plan']);
      });

      it('by conversation', async () => {
        const other = await aConversation().openedIn(its);
        await say('here');
        await say('here too', {}, other);
        expect(await texts(`here in:${other.id}`)).toEqual(['here too']);
        expect(await texts(`in:${of.id}`)).toEqual(['here']);
        expect(await texts('in:cnv_nowhere')).toEqual([]);
      });

      it('to conversations of the user, who may be in hundreds', async () => {
        for (let i = 0; i < 70; i++)
          await say(`call ${i}`, {}, await aConversation().with('anna', 'zoe').openedIn(its));
        await say('call me', {}, await aConversation().with('anna').openedIn(its));
        expect(await texts('call', 'zoe')).toHaveLength(70);
        expect(await texts('from:anna', 'zoe')).toHaveLength(70);
        expect(await texts('call', 'anna')).toHaveLength(71);
      }, 120_000);
    });

    describe('tells nobody', () => {
      it('who is in another workspace, though their ids are the same', async () => {
        await say('secret');
        const theirs = await aConversation().inWorkspace(rival).openedIn(its);
        await append(its, theirs, { text: 'secret of rivals' });
        expect(await texts('secret')).toEqual(['secret']);
        expect(await texts('secret', 'anna', rival)).toEqual(['secret of rivals']);
        expect(await texts(`secret in:${theirs.id}`)).toEqual([]);
        expect(await texts(`secret in:${of.id}`, 'anna', rival)).toEqual([]);
      });

      it('who is no member, was one, or is one no more by the time of the next page', async () => {
        for (let i = 0; i < 4; i++) await say(`secret ${i}`);
        expect(await texts('secret', 'zoe')).toEqual([]);
        expect(await texts(`secret in:${of.id}`, 'zoe')).toEqual([]);
        const query = parseSearchQuery('secret');
        const { data, next } = await its.search.search(acme, 'ben', query, { limit: 2 });
        expect(data).toHaveLength(2);
        await its.conversations.removeMember(of.id, 'ben', START);
        const rest = await its.search.search(acme, 'ben', query, { limit: 2, after: next ?? '' });
        expect(rest).toEqual({ data: [], next: null });
        expect(await texts('secret', 'ben')).toEqual([]);
        await its.conversations.putMember(aMember(of, 'ben'));
        expect(await texts('secret', 'ben')).toHaveLength(4);
      });

      it('what was edited away, deleted, or cut off', async () => {
        const edited = await say('the old words');
        const deleted = await say('the old mistake', { attachments: [FILE] });
        const mute = await say('', { attachments: [FILE] });
        await its.log.change(of.id, edited.id, edit('the new words'));
        await its.log.change(of.id, deleted.id, tombstone);
        await its.log.change(of.id, mute.id, tombstone);
        expect(await texts('old')).toEqual([]);
        expect(await texts('new')).toEqual(['the new words']);
        expect(await texts('mistake')).toEqual([]);
        expect(await texts('has:attachment')).toEqual([]);
        expect(await texts('from:anna')).toEqual(['the new words']);
        await its.log.change(of.id, edited.id, tombstone);
        expect(await texts(`in:${of.id}`)).toEqual([]);
        const last = await say('the last words', { sentAt: START + DAY });
        await its.log.cut(START + DAY, 100);
        expect(await texts('the')).toEqual([last.text]);
        await its.log.cut(START + 2 * DAY, 100);
        expect(await texts('the')).toEqual([]);
        await say('the first of all that follow');
        expect(await texts('the')).toEqual(['the first of all that follow']);
      });

      it('what was edited away or deleted after it had been found', async () => {
        const edited = await say('the old words');
        const deleted = await say('the old mistake');
        expect(await texts('old')).toEqual(['the old mistake', 'the old words']);
        await its.log.change(of.id, edited.id, edit('the new words'));
        await its.log.change(of.id, deleted.id, tombstone);
        expect(await texts('old')).toEqual([]);
        expect(await texts('the')).toEqual(['the new words']);
      });
    });

    it('still finds what was reacted to, pinned or sent again', async () => {
      const message = await say('party', { attachments: [FILE], clientMessageId: 'c1' });
      await say('party', { clientMessageId: 'c1' });
      const change = (message: Message) => ({ ...message, reactions: { '🎉': ['ben'] }, pinnedAt: START });
      await its.log.change(of.id, message.id, change);
      expect(await texts('party has:attachment')).toEqual(['party']);
      expect((await found('party'))[0]?.message.reactions).toEqual({ '🎉': ['ben'] });
    });

    it.each([
      '"',
      '*',
      'NEAR(',
      'NEAR(a b, 99999)',
      'AND OR NOT',
      '^(\\w+\\s?)*$',
      'text:x',
      '{text about}: x',
      "'; DROP TABLE chat_messages; --",
      'aa* bb* cc* dd*',
      '\ud800 x',
      '\u0000 x \u0000',
      'ﷺ '.repeat(16),
      'x'.repeat(500),
      'ü'.repeat(500),
      '߶ ꟾ 𞤀 \u{10ffff} \ue000',
      '-- x /* y */',
    ])('has an answer for %j', async (text) => {
      await say('nothing of the kind');
      expect(Array.isArray(await texts(`in:${of.id} ${text}`.slice(0, 500)))).toBe(true);
    });

    describePaging(async () => {
      for (let i = 0; i < 23; i++) await say(`hello ${i}`);
      const query = parseSearchQuery('hello');
      return {
        count: 23,
        read: (page) => its.search.search(acme, 'ben', query, page),
        keyOf: ({ message }) => message.id,
      };
    });
  });
}
