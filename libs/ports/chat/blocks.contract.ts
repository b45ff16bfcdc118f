import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acme, rival } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { Blocks } from './blocks.js';
import type { ChatStores, OpenChatStores } from './testing/chat-stores.js';

/** What a block does to messages is put to the test with the log. */
export function describeBlocksContract(name: string, open: OpenChatStores): void {
  describe(`Blocks: ${name}`, () => {
    let its: ChatStores;
    let blocks: Blocks;
    beforeEach(async () => {
      its = await open();
      blocks = its.blocks;
    });
    afterEach(() => its.close());
    const of = async (user: string, workspace = acme) => [...(await blocks.of(workspace, user))].sort();

    it('says whom a user has blocked, and of two whether either has', async () => {
      await blocks.put(acme, 'anna', 'ben');
      await blocks.put(acme, 'anna', 'cleo');
      await blocks.put(acme, 'dora', 'anna');
      expect(await of('anna')).toEqual(['ben', 'cleo']);
      expect(await of('ben')).toEqual([]);
      expect(await blocks.between(acme, 'anna', 'ben')).toBe(true);
      expect(await blocks.between(acme, 'ben', 'anna')).toBe(true);
      expect(await blocks.between(acme, 'ben', 'cleo')).toBe(false);
    });

    it('says of many at once with whom there is a block, whoever has set it', async () => {
      await blocks.put(acme, 'anna', 'ben');
      await blocks.put(acme, 'dora', 'anna');
      await blocks.put(acme, 'cleo', 'ben');
      await blocks.put(rival, 'anna', 'cleo');
      const others = ['ben', 'cleo', 'dora', 'anna', 'ben'];
      expect([...(await blocks.among(acme, 'anna', others))].sort()).toEqual(['ben', 'dora']);
      expect([...(await blocks.among(acme, 'anna', []))]).toEqual([]);
    });

    it('puts once what is put twice, and removes once what is removed twice', async () => {
      await allAtOnce(10, () => blocks.put(acme, 'anna', 'ben'));
      expect(await of('anna')).toEqual(['ben']);
      await allAtOnce(10, () => blocks.remove(acme, 'anna', 'ben'));
      expect(await of('anna')).toEqual([]);
      expect(await blocks.between(acme, 'anna', 'ben')).toBe(false);
    });

    it('removes only the block of the one who asks', async () => {
      await blocks.put(acme, 'anna', 'ben');
      await blocks.put(acme, 'ben', 'anna');
      await blocks.remove(acme, 'anna', 'ben');
      expect(await blocks.between(acme, 'anna', 'ben')).toBe(true);
      expect(await of('ben')).toEqual(['anna']);
    });

    it('tells workspaces apart', async () => {
      await blocks.put(acme, 'anna', 'ben');
      await blocks.remove(rival, 'anna', 'ben');
      expect(await of('anna')).toEqual(['ben']);
      expect(await of('anna', rival)).toEqual([]);
      expect(await blocks.between(rival, 'anna', 'ben')).toBe(false);
    });

    it('keeps apart users whose ids look alike, whatever stands in them', async () => {
      await blocks.put(acme, 'a","b', 'c');
      await blocks.put(acme, 'a b', 'c d');
      expect(await blocks.between(acme, 'a', 'b","c')).toBe(false);
      expect(await blocks.between(acme, 'a', 'b c d')).toBe(false);
      expect(await of('a","b')).toEqual(['c']);
    });
  });
}
