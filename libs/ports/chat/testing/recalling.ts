import { describe, expect, it } from '@jest/globals';
import { aConversation, append, type ChatStores, edit } from './chat-stores.js';

export function describeRecalling(stores: () => ChatStores): void {
  describe('sent', () => {
    it('finds what a client message id has made, as it stands now', async () => {
      const of = await aConversation().openedIn(stores());
      const { log } = stores();
      const { id } = await append(stores(), of, { clientMessageId: 'mine' });
      await log.change(of.id, id, edit('Changed'));
      expect(await log.sent(of.id, 'anna', 'mine')).toMatchObject({ id, text: 'Changed', rev: 1 });
    });

    it('finds nothing of other senders, names or conversations', async () => {
      const [of, other] = [
        await aConversation().openedIn(stores()),
        await aConversation().openedIn(stores()),
      ];
      const { log } = stores();
      await append(stores(), of, { clientMessageId: 'mine' });
      const missing = aConversation().build();
      expect([
        await log.sent(of.id, 'ben', 'mine'),
        await log.sent(of.id, 'anna', 'Mine'),
        await log.sent(other.id, 'anna', 'mine'),
        await log.sent(missing.id, 'anna', 'mine'),
      ]).toEqual([undefined, undefined, undefined, undefined]);
    });
  });
}
