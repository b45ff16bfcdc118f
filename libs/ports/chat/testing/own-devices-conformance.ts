import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rival } from '#ports/delivery/testing/delivery-stores.js';
import type { ChatClient, TransportUnderTest } from './transport-conformance.js';

type Data = Record<string, unknown>;

/** What every transport tells the devices of one user of what is theirs, and nobody else. */
export function describeOwnDevices(name: string, start: () => Promise<TransportUnderTest>): void {
  describe(`the devices of one user over ${name}`, () => {
    let server: TransportUnderTest;
    let anna: ChatClient;
    let laptop: ChatClient;
    let phone: ChatClient;
    let id: string;
    /** Anna, with a group that ben is in and follows on two devices. */
    beforeEach(async () => {
      server = await start();
      [anna, laptop] = [await server.connect('anna'), await server.connect('ben')];
      const wanted = { kind: 'group', title: 'Talk', members: ['ben'] };
      const opened = await anna.send('conversation.open', wanted);
      ({ id } = opened.data?.conversation as { id: string });
      await laptop.next('conversation.updated');
      phone = await server.connect('ben');
      await phone.send('resume');
    });
    afterEach(() => server.close());

    /** What was told before it has come when this is over. */
    const sentinel = async (by: ChatClient, heardBy: ChatClient): Promise<void> => {
      await by.send('message.send', { conversationId: id, clientMessageId: 'sentinel', text: 'sentinel' });
      await heardBy.next('message.created');
    };
    /** How they stand from now on, of the next that says so. */
    const standing = async (client: ChatClient): Promise<Data> => {
      for (;;) {
        const { data } = await client.next('conversation.updated');
        if (!('me' in data)) continue;
        expect(data).toMatchObject({ conversationId: id, removed: false });
        return data.me as Data;
      }
    };

    it('are told for how long they want no calls for attention', async () => {
      for (const [until, mutedUntil] of [
        [Date.UTC(2040, 0, 1), '2040-01-01T00:00:00.000Z'],
        [undefined, null],
      ] as const) {
        await server.mute(id, 'ben', until);
        for (const client of [laptop, phone])
          expect(await standing(client)).toMatchObject({ role: 'member', mutedUntil });
      }
      await sentinel(laptop, anna);
      expect(anna.heard.filter(({ data }) => 'me' in data)).toEqual([]);
    });

    it('are told which role they have now, given or inherited', async () => {
      await server.setRole(id, 'ben', 'admin');
      for (const client of [laptop, phone])
        expect(await standing(client)).toMatchObject({ role: 'admin', mutedUntil: null });
      await sentinel(laptop, anna);
      expect(anna.heard.filter(({ data }) => 'me' in data)).toEqual([]);
      await server.remove(id, 'anna');
      for (const client of [laptop, phone]) expect(await standing(client)).toMatchObject({ role: 'owner' });
    });

    it('are told that their user has blocked somebody, or does so no more, who learns nothing of it', async () => {
      const namesake = await server.connect('ben', rival);
      for (const change of [server.block, server.unblock]) {
        await change.call(server, 'ben', 'anna');
        for (const client of [laptop, phone]) expect((await client.next('blocks.updated')).data).toEqual({});
      }
      await sentinel(laptop, anna);
      // Told before it would have come before the answer.
      await namesake.send('resume');
      for (const client of [anna, namesake])
        expect(client.heard.filter(({ event }) => event === 'blocks.updated')).toEqual([]);
    });

    it('are told that what their user is to say later has changed', async () => {
      await server.tell({ kind: 'own', userId: 'ben', what: 'scheduled_messages' });
      for (const client of [laptop, phone])
        expect((await client.next('scheduled_messages.updated')).data).toEqual({});
      await sentinel(laptop, anna);
      expect(anna.heard.filter(({ event }) => event === 'scheduled_messages.updated')).toEqual([]);
    });
  });
}
