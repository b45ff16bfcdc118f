import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { FileStore } from '#client/file-store.js';
import type { Message } from '#client/frames.js';
import { type Cloud, startCloud } from '#test/support/cloud.js';
import { until } from '#test/support/until.js';
import { ChatWorld } from './chat-world.js';

/** This starts a whole server, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

/** Where the server keeps things. */
const TARGETS: Readonly<Record<string, () => Promise<Cloud | undefined>>> = {
  embedded: () => Promise.resolve(undefined),
  container: () => startCloud(),
};

describe.each(Object.entries(TARGETS))(
  'the client library over the server (%s), with a bad network in between',
  (_, start) => {
    let world: ChatWorld;
    let cloud: Cloud | undefined;
    beforeAll(async () => {
      cloud = await start();
      world = await ChatWorld.start(1, cloud?.env);
    });
    afterAll(async () => {
      await world.close();
      await cloud?.close();
    });

    const seqs = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

    it('acknowledges what is in the log, and tells everybody of it in its order', async () => {
      const id = await world.group('anna', 'ben');
      const [anna, ben] = [await world.client('anna').following(id), await world.client('ben').following(id)];
      const said = ['one', 'two', 'three'].map((text) => anna.client.send(id, text));
      await anna.isAcked(...said);
      const reply = ben.client.send(id, 'four');
      await Promise.all([ben.isAcked(reply), anna.hears(id, 'four'), ben.hears(id, 'four')]);
      for (const one of [anna, ben]) {
        expect(one.textsOf(id)).toEqual(['one', 'two', 'three', 'four']);
        expect(one.of(id).map(({ seq }) => seq)).toEqual(seqs(4));
      }
      const log = await world.logOf('anna', id);
      expect(log.map(({ text }) => text)).toEqual(['one', 'two', 'three', 'four']);
      for (const { clientMessageId, seq } of [...anna.acks, ...ben.acks])
        expect(log[seq - 1]).toMatchObject({ clientMessageId, seq });
      for (const { client } of [anna, ben]) client.stop();
    });

    it('tells after a drop what was missed, in order and once, and sends what was said meanwhile', async () => {
      const id = await world.group('anna', 'ben');
      const ben = await world.client('ben').following(id);
      await world.say('anna', id, '1');
      await ben.hears(id, '1');
      world.proxy.follow(() => ({ fate: { mishap: 'reset', afterBytes: 0, heldMs: 0 }, delayMs: () => 0 }));
      world.proxy.strike('reset');
      await ben.cutOff();
      const mine = ben.client.send(id, 'mine');
      for (const text of ['2', '3']) await world.say('anna', id, text);
      world.proxy.calm();
      await ben.isAcked(mine);
      await world.say('anna', id, '5');
      await ben.hears(id, '5');
      expect(ben.textsOf(id)).toEqual(['1', '2', '3', 'mine', '5']);
      ben.client.stop();
    });

    it('sends once what was stored without an answer, in the order in which it was said', async () => {
      const id = await world.group('anna', 'ben');
      const anna = await world.client('anna').following(id);
      world.proxy.strike('deaf');
      const said = ['one', 'two', 'three'].map((text) => anna.client.send(id, text));
      const ben = await world.client('ben').following(id);
      await ben.hears(id, 'one');
      expect(anna.acks).toEqual([]);
      world.proxy.calm();
      await anna.isAcked(...said);
      await Promise.all([anna.hears(id, 'three'), ben.hears(id, 'three')]);
      for (const one of [anna, ben]) expect(one.textsOf(id)).toEqual(['one', 'two', 'three']);
      expect((await world.logOf('anna', id)).map(({ clientMessageId }) => clientMessageId)).toEqual(said);
      for (const { client } of [anna, ben]) client.stop();
    });

    it('makes once, in its order, what was changed without an answer, of a message without one too', async () => {
      const id = await world.group('anna', 'ben');
      const [anna, ben] = [await world.client('anna').following(id), await world.client('ben').following(id)];
      const made: string[] = [];
      const changed: Message[] = [];
      ben.client.on('changed', (message) => changed.push(message));
      anna.client.on('change_made', ({ clientChangeId }) => made.push(clientChangeId));
      world.proxy.strike('deaf');
      const clientMessageId = anna.client.send(id, 'one');
      const mine = { clientMessageId };
      const changes = [anna.client.edit(id, mine, 'uno'), anna.client.react(id, mine, '👍')];
      world.proxy.calm();
      await anna.isAcked(clientMessageId);
      await until(() => (made.length === 2 ? true : undefined));
      expect(made).toEqual(changes);
      expect(await world.logOf('anna', id)).toMatchObject([{ text: 'uno', clientMessageId }]);
      await until(() => (changed.at(-1)?.rev === 2 ? true : undefined));
      expect(changed.at(-1)).toMatchObject({ text: 'uno', reactions: { '👍': ['anna'] } });
      for (const { client } of [anna, ben]) client.stop();
    });

    it('keeps over a restart of the client what is not sent, and where it was', async () => {
      const id = await world.group('anna', 'ben');
      const store = (): FileStore => new FileStore(join(world.folder, 'anna.json'));
      const before = await world.client('anna', { store: store() }).following(id);
      await world.say('ben', id, 'known');
      await before.hears(id, 'known');
      world.proxy.strike('deaf');
      const said = ['stored', 'not sent', 'nor this'].map((text) => before.client.send(id, text));
      const ben = await world.client('ben').following(id);
      await ben.hears(id, 'stored');
      before.client.stop();
      world.proxy.calm();
      await world.say('ben', id, 'meanwhile');
      const after = world.client('anna', { store: store() });
      const shown: string[] = [];
      after.client.on('sending', ({ text }) => shown.push(text));
      await after.client.start();
      await after.isAcked(...said);
      await after.hears(id, 'nor this');
      expect(shown).toEqual(['stored', 'not sent', 'nor this']);
      const log = (await world.logOf('anna', id)).map(({ text }) => text);
      expect(log).toEqual(['known', 'stored', 'meanwhile', 'not sent', 'nor this']);
      expect(after.textsOf(id)).toEqual(log.slice(1));
      expect(after.refused).toEqual([]);
      for (const { client } of [after, ben]) client.stop();
    });

    it('says openly what retention has cut off', async () => {
      const id = await world.group('anna', 'ben');
      for (const text of ['1', '2', '3']) await world.say('anna', id, text);
      // What comes next is later by the clock of whoever stores it.
      const third = Date.now();
      const kept = await until(() => (Date.now() > third ? Date.now() : undefined));
      for (const text of ['4', '5']) await world.say('anna', id, text);
      while ((await world.messages.cut(kept, 100)) > 0);
      const ben = await world.client('ben').following(id);
      await ben.hears(id, '5');
      expect(ben.gaps).toEqual([expect.objectContaining({ conversationId: id, fromSeq: 1, toSeq: 3 })]);
      expect(ben.textsOf(id)).toEqual(['4', '5']);
      ben.client.stop();
    });

    it('goes on where it was when the server starts again', async () => {
      const id = await world.group('anna', 'ben');
      const [anna, ben] = [await world.client('anna').following(id), await world.client('ben').following(id)];
      await anna.isAcked(anna.client.send(id, 'before'));
      await ben.hears(id, 'before');
      const restarted = world.restart();
      await anna.cutOff();
      const meanwhile = anna.client.send(id, 'meanwhile');
      await restarted;
      await anna.isAcked(meanwhile);
      await Promise.all([anna.hears(id, 'meanwhile'), ben.hears(id, 'meanwhile')]);
      for (const one of [anna, ben]) expect(one.textsOf(id)).toEqual(['before', 'meanwhile']);
      for (const { client } of [anna, ben]) client.stop();
    });
  },
);
