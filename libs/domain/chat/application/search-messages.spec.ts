import { beforeEach, describe, expect, it } from '@jest/globals';
import { ChatTables } from '#adapters/memory/chat/memory-chat.js';
import { MemoryMessageSearch } from '#adapters/memory/chat/memory-message-search.js';
import { memoryChatStores } from '#adapters/memory/chat/testing/memory-chat-stores.js';
import type { Conversation } from '#domain/chat/model/conversation.js';
import { aConversation, append } from '#ports/chat/testing/chat-stores.js';
import { acme, rival } from '#ports/delivery/testing/delivery-stores.js';
import { EnterConversation } from './enter-conversation.js';
import { type Search, SearchMessages } from './search-messages.js';

describe('SearchMessages', () => {
  let find: SearchMessages;
  let of: Conversation;
  beforeEach(async () => {
    const tables = new ChatTables();
    const stores = memoryChatStores(tables);
    of = await aConversation().with('anna', 'ben').openedIn(stores);
    await append(stores, of, { text: 'lunch at noon' });
    const other = await aConversation().with('anna').openedIn(stores);
    await append(stores, other, { text: 'lunch alone' });
    find = new SearchMessages(new MemoryMessageSearch(tables), new EnterConversation(stores.conversations));
  });
  const texts = async (search: Search, userId = 'ben', workspaceId = acme): Promise<string[]> => {
    const { data } = await find.run({ workspaceId, userId }, search, { limit: 50 });
    return data.map(({ message }) => message.text);
  };
  const refused = (code: string) => ({ name: 'Refusal', code });

  it('looks into all conversations of the user, or into one', async () => {
    expect(await texts({ text: 'lunch' })).toEqual(['lunch at noon']);
    expect(await texts({ text: 'lunch' }, 'anna')).toEqual(['lunch alone', 'lunch at noon']);
    expect(await texts({ text: 'lunch', conversationId: of.id }, 'anna')).toEqual(['lunch at noon']);
    expect(await texts({ text: `lunch in:${of.id}`, conversationId: of.id }, 'anna')).toHaveLength(1);
  });

  it('refuses another’s conversation in the same words as one that is not there', async () => {
    const answers = [
      texts({ text: 'lunch', conversationId: of.id }, 'zoe'),
      texts({ text: `lunch in:${of.id}` }, 'zoe'),
      texts({ text: 'lunch', conversationId: of.id }, 'ben', rival),
      texts({ text: 'lunch', conversationId: 'cnv_nowhere' }),
    ].map((one) => one.catch((error: unknown) => error));
    const [first, ...others] = (await Promise.all(answers)) as Error[];
    expect(first).toMatchObject(refused('forbidden'));
    for (const other of others) expect(other).toEqual(first);
  });

  it('refuses what looks for nothing, or in two places', async () => {
    for (const text of ['', 'after:2026-01-01', '"'.repeat(10_000)])
      await expect(texts({ text })).rejects.toMatchObject(refused('validation_failed'));
    const elsewhere = texts({ text: 'lunch in:cnv_other', conversationId: of.id });
    await expect(elsewhere).rejects.toMatchObject(refused('validation_failed'));
    // Everything said in one conversation may be wanted.
    expect(await texts({ text: '', conversationId: of.id })).toEqual(['lunch at noon']);
  });
});
