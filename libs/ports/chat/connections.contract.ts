import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import { acme, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import { type Connection, CONNECTION_LIVES_MS, type Connections } from './connections.js';

export interface ConnectionsUnderTest {
  readonly connections: Connections;
  /** Moves the clock, which stands at {@link START} at first. */
  pass(ms: number): Promise<void>;
  /** How many follow one conversation in the test of that; fewer where an emulator is slow. */
  readonly many?: number;
}

const talk = 'cnv_talk' as ConversationId;
const plans = 'cnv_plans' as ConversationId;

export function aConnection(id: string, of: Partial<Connection> = {}): Connection {
  return {
    id,
    workspaceId: acme,
    userId: 'anna',
    openedAt: START,
    tokenUntil: START + 3_600_000,
    lapsesAt: START + 600_000,
    state: 'online',
    ...of,
  };
}

export function describeConnectionsContract(name: string, make: () => Promise<ConnectionsUnderTest>): void {
  describe(`Connections: ${name}`, () => {
    let connections: Connections;
    let pass: (ms: number) => Promise<void>;
    let many: number;
    beforeEach(async () => {
      ({ connections, pass, many = 220 } = await make());
    });
    const idsOf = async (userId: string, workspaceId = acme): Promise<string[]> =>
      (await connections.ofUser(workspaceId, userId)).map(({ id }) => id).toSorted();
    const opened = async (id: string, of: Partial<Connection> = {}): Promise<Connection> => {
      const connection = aConnection(id, of);
      await connections.open(connection);
      return connection;
    };
    const followersOf = async (id: ConversationId, workspaceId = acme) =>
      (await connections.followers(workspaceId, id)).toSorted((a, b) =>
        a.connectionId < b.connectionId ? -1 : 1,
      );

    it('finds a connection by its id and by its user, and by no other', async () => {
      const phone = await opened('phone=');
      const desk = await opened('desk=', { state: 'away' });
      await opened('bens=', { userId: 'ben' });
      await opened('theirs=', { workspaceId: rival });
      expect(await connections.find('phone=')).toEqual(phone);
      expect(await connections.find('none=')).toBeUndefined();
      expect(await connections.ofUser(acme, 'anna')).toEqual(expect.arrayContaining([phone, desk]));
      expect(await idsOf('anna')).toEqual(['desk=', 'phone=']);
      expect(await idsOf('anna', rival)).toEqual(['theirs=']);
      expect(await idsOf('cleo')).toEqual([]);
    });

    it('changes what is named, and only of what is there', async () => {
      const phone = await opened('phone=');
      const changed = { ...phone, state: 'away' as const, lapsesAt: START + 700_000 };
      expect(await connections.change('phone=', { state: 'away', lapsesAt: START + 700_000 })).toEqual(
        changed,
      );
      expect(await connections.change('phone=', { tokenUntil: START + 1 })).toEqual({
        ...changed,
        tokenUntil: START + 1,
      });
      expect(await connections.change('none=', { state: 'away' })).toBeUndefined();
      expect(await connections.find('none=')).toBeUndefined();
      expect(await idsOf('anna')).toEqual(['phone=']);
    });

    it('tells who follows a conversation, from where, and whether that is new', async () => {
      const [phone, bens] = [await opened('phone='), await opened('bens=', { userId: 'ben' })];
      expect(await connections.follow(phone, talk, { seq: 3, rev: 1 })).toEqual({ isNew: true });
      expect(await connections.follow(bens, talk, { seq: 0, rev: 0 })).toEqual({ isNew: true });
      expect(await connections.follow(phone, plans, { seq: 9, rev: 9 })).toEqual({ isNew: true });
      expect(await connections.follow(phone, talk, { seq: 2, rev: 0 })).toEqual({ isNew: false });
      expect(await followersOf(talk)).toEqual([
        { connectionId: 'bens=', userId: 'ben', position: { seq: 0, rev: 0 } },
        { connectionId: 'phone=', userId: 'anna', position: { seq: 2, rev: 0 } },
      ]);
      expect((await connections.followedBy('phone=')).toSorted()).toEqual([plans, talk]);
      expect(await followersOf(talk, rival)).toEqual([]);
    });

    it('forgets what is not followed any more', async () => {
      const phone = await opened('phone=');
      await connections.follow(phone, talk, { seq: 0, rev: 0 });
      await connections.unfollow(phone, talk);
      await connections.unfollow(phone, talk);
      expect(await followersOf(talk)).toEqual([]);
      expect(await connections.followedBy('phone=')).toEqual([]);
      expect(await connections.follow(phone, talk, { seq: 0, rev: 0 })).toEqual({ isNew: true });
    });

    it('moves positions forward only, whatever the order, and of those who follow only', async () => {
      const phone = await opened('phone=');
      await connections.follow(phone, talk, { seq: 2, rev: 2 });
      await Promise.all(
        [
          { seq: 5, rev: 2 },
          { seq: 3, rev: 4 },
          { seq: 4, rev: 1 },
        ].map((to) => connections.advance(acme, talk, 'phone=', to)),
      );
      await connections.advance(acme, talk, 'phone=', { seq: 1, rev: 1 });
      await connections.advance(acme, talk, 'none=', { seq: 9, rev: 9 });
      expect(await followersOf(talk)).toEqual([
        { connectionId: 'phone=', userId: 'anna', position: { seq: 5, rev: 4 } },
      ]);
    });

    it('closes a connection once, with all that it follows', async () => {
      const phone = await opened('phone=');
      for (const id of [talk, plans]) await connections.follow(phone, id, { seq: 0, rev: 0 });
      const answers = await Promise.all([...Array(3)].map(() => connections.close('phone=')));
      const [closed, ...others] = answers.filter((one) => one !== undefined);
      expect(others).toEqual([]);
      expect(closed?.connection).toEqual(phone);
      expect(closed?.followed.toSorted()).toEqual([plans, talk]);
      expect(await connections.find('phone=')).toBeUndefined();
      expect(await idsOf('anna')).toEqual([]);
      for (const id of [talk, plans]) expect(await followersOf(id)).toEqual([]);
      expect(await connections.close('phone=')).toBeUndefined();
    });

    it('lets nobody follow who has gone, whenever they went', async () => {
      const phone = await opened('phone=');
      await Promise.all([
        ...[...Array(8)].map((_, n) =>
          connections.follow(phone, `cnv_${n}` as ConversationId, { seq: 0, rev: 0 }),
        ),
        connections.close('phone='),
      ]);
      expect(await connections.follow(phone, talk, { seq: 0, rev: 0 })).toBeUndefined();
      for (let n = 0; n < 8; n++) expect(await followersOf(`cnv_${n}` as ConversationId)).toEqual([]);
      expect(await followersOf(talk)).toEqual([]);
    });

    it('knows all of many who follow one conversation', async () => {
      const ids = [...Array(many).keys()].map((n) => `c${String(n).padStart(3, '0')}=`);
      for (let at = 0; at < ids.length; at += 20)
        await Promise.all(
          ids.slice(at, at + 20).map(async (id) => {
            await connections.follow(await opened(id, { userId: id }), talk, { seq: 0, rev: 0 });
          }),
        );
      expect((await followersOf(talk)).map(({ connectionId }) => connectionId)).toEqual(ids);
    });

    it('answers those who have lapsed, the oldest first, as they stand', async () => {
      await opened('late=', { lapsesAt: START + 300 });
      await opened('early=', { lapsesAt: START + 100 });
      await opened('renewed=', { lapsesAt: START + 200 });
      await connections.change('renewed=', { lapsesAt: START + 900 });
      const lapsed = async (at: number, limit = 10): Promise<string[]> =>
        (await connections.lapsed(START + at, limit)).map(({ id }) => id);
      expect(await lapsed(500)).toEqual(['early=', 'late=']);
      expect(await lapsed(500, 1)).toEqual(['early=']);
      expect(await lapsed(50)).toEqual([]);
      await connections.close('early=');
      expect(await lapsed(901)).toEqual(['late=', 'renewed=']);
    });

    it('forgets everything of a connection after a day, though nobody has closed it', async () => {
      const phone = await opened('phone=', { lapsesAt: START + 2 * CONNECTION_LIVES_MS });
      await connections.follow(phone, talk, { seq: 0, rev: 0 });
      await pass(CONNECTION_LIVES_MS - 1);
      expect(await followersOf(talk)).toHaveLength(1);
      await pass(1);
      expect(await connections.find('phone=')).toBeUndefined();
      expect(await connections.change('phone=', { state: 'away' })).toBeUndefined();
      expect(await idsOf('anna')).toEqual([]);
      expect(await followersOf(talk)).toEqual([]);
    });
  });
}
