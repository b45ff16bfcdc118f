import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { seededPlan } from '#test/support/jitter-plan.js';
import { until } from '#test/support/until.js';
import { ChatWorld } from './chat-world.js';
import type { Watched } from './watched-client.js';

/** This starts a whole server, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

const CLIENTS = 12;
const EACH_SAYS = 6;
/** Connections that meet with a mishap: most clients are dropped several times. */
const MISHAPS = 60;

describe('on a network that drops, delays, cuts frames and leaves connections half-open', () => {
  let world: ChatWorld;
  beforeAll(async () => {
    world = await ChatWorld.start();
  });
  afterAll(() => world.close());

  it.each([1, 2])(
    'every message that is acknowledged is in the log once, and everybody is told the whole log in order (seed %i)',
    async (seed) => {
      const users = Array.from({ length: CLIENTS }, (_, n) => `user-${seed}-${n}`);
      const [owner = ''] = users;
      const all = await world.group(owner, ...users.slice(1));
      const some = await world.group(owner, ...users.slice(1, CLIENTS / 2));
      const rooms = new Map([
        [all, users],
        [some, users.slice(0, CLIENTS / 2)],
      ]);
      const before = world.proxy.mishaps;
      const first = world.proxy.opened;
      const jitter = seededPlan(seed, {
        most: MISHAPS,
        afterBytes: [100, 6_000],
        heldMs: [20, 150],
        slowMs: 15,
      });
      world.proxy.follow((connection) => jitter(connection - first));

      const clients = users.map((userId) => world.client(userId));
      const said = new Map<string, string[]>([...rooms.keys()].map((id) => [id, []]));
      const own = new Map<Watched, string[]>();
      for (const watched of clients) {
        const isIn = [...rooms].filter(([, members]) => members.includes(watched.userId));
        for (const [id] of isIn) watched.client.follow(id);
        await watched.client.start();
        const sent: string[] = [];
        for (let n = 1; n <= EACH_SAYS; n++)
          for (const [id] of isIn) {
            const clientMessageId = watched.client.send(id, `${watched.userId} ${n}`);
            sent.push(clientMessageId);
            said.get(id)?.push(clientMessageId);
          }
        own.set(watched, sent);
      }
      const isTold = (watched: Watched): boolean =>
        [...rooms].every(
          ([id, members]) =>
            !members.includes(watched.userId) || watched.of(id).length >= (said.get(id)?.length ?? 0),
        );
      await until(() => (clients.every(isTold) ? true : undefined));
      world.proxy.calm();
      for (const [watched, sent] of own) await watched.isAcked(...sent);
      expect(world.proxy.mishaps - before).toBeGreaterThan(MISHAPS / 2);
      for (const [id, members] of rooms) {
        const log = await world.logOf(owner, id);
        const ids = said.get(id) ?? [];
        expect({ seed, seqs: log.map(({ seq }) => seq) }).toEqual({ seed, seqs: ids.map((_, n) => n + 1) });
        expect({ seed, once: log.map(({ clientMessageId }) => clientMessageId).toSorted() }).toEqual({
          seed,
          once: ids.toSorted(),
        });
        for (const watched of clients.filter(({ userId }) => members.includes(userId))) {
          const told = watched
            .of(id)
            .map(({ seq, text, clientMessageId }) => ({ seq, text, clientMessageId }));
          expect({ seed, user: watched.userId, told }).toEqual({ seed, user: watched.userId, told: log });
          const mine = log.filter(({ text }) => text.startsWith(`${watched.userId} `));
          expect({ seed, mine: mine.map(({ text }) => text) }).toEqual({
            seed,
            mine: Array.from({ length: EACH_SAYS }, (_, n) => `${watched.userId} ${n + 1}`),
          });
          for (const ack of watched.acks.filter(({ conversationId }) => conversationId === id))
            expect({ seed, ...log[ack.seq - 1] }).toMatchObject({
              seed,
              clientMessageId: ack.clientMessageId,
            });
        }
      }
      for (const { client, refused, userId } of clients) {
        expect({ seed, userId, refused }).toEqual({ seed, userId, refused: [] });
        client.stop();
      }
    },
  );
});
