import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { until } from '#test/support/until.js';
import { ChatWorld } from './chat-world.js';
import type { Watched } from './watched-client.js';

/** This starts a whole server, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);
const RUNS = 12;

type Happening =
  | { readonly kind: 'told' }
  | { readonly kind: 'say' | 'drop' | 'stop' | 'come' | 'settle'; readonly device: number }
  | { readonly kind: 'read'; readonly device: number; readonly share: number };

const device = fc.nat({ max: 1 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('told' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      device,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'say' as const,
        'drop' as const,
        'stop' as const,
        'come' as const,
        'settle' as const,
      ),
      device,
    }),
  },
);

/** Ben has a phone and a tab; anna speaks to him. */
describe('two devices of one user', () => {
  let world: ChatWorld;
  beforeAll(async () => {
    world = await ChatWorld.start();
  });
  afterAll(() => world.close());

  it('agree with one another and with the server on what is read and unread, whatever came in which order', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 4, maxLength: 14 }), async (happenings) => {
        run += 1;
        const ben = `ben-${run}`;
        const id = await world.group('anna', ben);
        const devices = [await world.client(ben).following(id), await world.client(ben).following(id)];
        for (const one of happenings) await happen(one, id, devices);
        for (const { client } of devices) await client.start();
        await world.say('anna', id, 'the last');
        for (const one of devices) await one.hears(id, 'the last');
        const standing = async (): Promise<{ unread: number; readSeq: number }> => {
          const { data } = await world.facade.chats(world.user(ben), { limit: 1 });
          const [chat] = data;
          if (!chat) throw new Error('Ben has no chat.');
          const { readSeq } = chat.member;
          return { unread: chat.conversation.seq - readSeq, readSeq };
        };
        const shown = (one: Watched) => ({ unread: one.unreadOf(id), readSeq: one.readSeqOf(id) });
        // What was read on the way may still be on its way: they come to agree, and stay so.
        await until(async () => {
          const server = JSON.stringify(await standing());
          return devices.every((one) => JSON.stringify(shown(one)) === server) ? true : undefined;
        });
        for (const one of devices) one.client.read(id, one.of(id).length);
        await until(() => (devices.every((one) => one.unreadOf(id) === 0) ? true : undefined));
        // What a client shows is its own, at once; the mark is on its way.
        await until(async () => ((await standing()).unread === 0 ? true : undefined));
        expect(devices.map(({ wentBack }) => wentBack)).toEqual([[], []]);
        for (const { client } of devices) client.stop();
      }),
      { numRuns: RUNS },
    );
  });

  let said = 0;
  async function happen(one: Happening, id: string, devices: readonly Watched[]): Promise<void> {
    said += 1;
    if (one.kind === 'told') return void (await world.say('anna', id, `news ${said}`));
    const by = devices[one.device];
    switch (one.kind) {
      case 'say':
        return void by?.client.send(id, `said ${said}`);
      case 'read':
        return by?.client.read(id, Math.round(one.share * by.of(id).length));
      case 'drop':
        return world.proxy.strike('reset');
      case 'stop':
        return by?.client.stop();
      case 'come':
        return by?.client.start();
      case 'settle':
        await by?.client.start();
        await by?.caughtUp();
    }
  }

  it('agree where nothing passes to the other of the two', async () => {
    const opened = await world.facade.open(world.user('cleo'), { kind: 'direct', with: 'dan' });
    const { id } = opened.conversation;
    const devices = [await world.client('dan').following(id), await world.client('dan').following(id)];
    const cleo = await world.client('cleo').following(id);
    await world.say('cleo', id, 'one');
    await Promise.all(devices.map((one) => one.hears(id, 'one')));
    await world.block('cleo', 'dan');
    let told = 0;
    cleo.client.on('receipt', ({ userId, readSeq }) => (told += userId === 'dan' && readSeq > 0 ? 1 : 0));
    devices[0]?.client.read(id, 1);
    await until(() => (devices.every((one) => one.unreadOf(id) === 0) ? true : undefined));
    const other = await world.group('cleo', 'eve');
    cleo.client.follow(other);
    await world.say('eve', other, 'sentinel');
    await cleo.hears(other, 'sentinel');
    expect(told).toBe(0);
    for (const { client } of [...devices, cleo]) client.stop();
  });
});
