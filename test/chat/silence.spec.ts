import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ChatSocketServer, type SocketChatClient } from '#adapters/socketio/testing/chat-socket-server.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { acme, rival } from '#ports/delivery/testing/delivery-stores.js';

type Data = Record<string, unknown>;

/** Silence is shown by what comes after it: a sentinel, in the order of the connection, and nothing before it. */
describe('nothing leaks to', () => {
  let server: ChatSocketServer;
  let sent: number;
  beforeEach(async () => {
    sent = 0;
    server = await ChatSocketServer.start();
  });
  afterEach(() => server.close());

  const ok = async (client: SocketChatClient, frame: string, data?: Data): Promise<Data> => {
    const { ok: isOk, data: answer = {}, error } = await client.send(frame, data);
    if (!isOk) throw new Error(`${frame}: ${JSON.stringify(error)}`);
    return answer;
  };
  const open = async (client: SocketChatClient, what: Data): Promise<string> =>
    ((await ok(client, 'conversation.open', what)).conversation as { id: string }).id;
  const group = (client: SocketChatClient, ...members: string[]): Promise<string> =>
    open(client, { kind: 'group', title: 'Talk', members });
  const say = (client: SocketChatClient, conversationId: string, text: string): Promise<Data> =>
    ok(client, 'message.send', { conversationId, clientMessageId: `c${++sent}`, text });

  /** Everything that a member can do in a conversation, each told to who is in it. */
  const busy = async (client: SocketChatClient, conversationId: string): Promise<void> => {
    const { messageId, seq } = await say(client, conversationId, 'secret');
    const message = { conversationId, messageId };
    await ok(client, 'message.edit', { ...message, text: 'secret, edited' });
    await ok(client, 'message.react', { ...message, emoji: '👍' });
    await ok(client, 'message.pin', message);
    await ok(client, 'message.delete', message);
    await ok(client, 'receipt.delivered', { conversationId, seq });
    await ok(client, 'receipt.read', { conversationId, seq });
    await ok(client, 'typing', { conversationId, on: true });
    await ok(client, 'room.broadcast', { conversationId, event: 'stroke', data: ['secret'] });
    await server.chat.send(
      { workspaceId: acme, userId: client.userId },
      {
        conversationId,
        clientMessageId: `rest-${++sent}`,
        text: 'secret, by another door',
      },
    );
  };
  /** What came before the sentinel, but for what belongs to the sentinel's own conversation. */
  const heardUntil = async (client: SocketChatClient, sentinel: string): Promise<string[]> => {
    const heard: string[] = [];
    for (;;) {
      const { event, data } = await client.next();
      const { conversationId, conversation } = data as {
        conversationId?: string;
        conversation?: { id: string };
      };
      const of = conversationId ?? conversation?.id;
      if (of === sentinel && event === 'message.created') return heard;
      if (of !== sentinel && event !== 'presence.updated') heard.push(`${event} ${JSON.stringify(data)}`);
    }
  };
  /** From somebody that they share another conversation with, to all of these devices of one user. */
  const heardBySentinel = async (
    devices: readonly SocketChatClient[],
    workspaceId: WorkspaceId = acme,
  ): Promise<string[]> => {
    const friend = await server.connect('friend', workspaceId);
    const id = await group(friend, ...new Set(devices.map(({ userId }) => userId)));
    await say(friend, id, 'sentinel');
    return (await Promise.all(devices.map((one) => heardUntil(one, id)))).flat();
  };
  /** Anna, ben and cleo in a group, and ben has heard what is there. */
  const three = async () => {
    const [anna, ben, cleo] = [
      await server.connect('anna'),
      await server.connect('ben'),
      await server.connect('cleo'),
    ];
    const id = await group(anna, 'ben', 'cleo');
    await say(anna, id, 'hello');
    for (const client of [ben, cleo]) await client.next('message.created');
    return { anna, ben, cleo, id };
  };

  it('a member who was removed, on any of their devices, whatever is done', async () => {
    const { anna, ben, cleo, id } = await three();
    const phone = await server.connect('ben');
    await ok(phone, 'resume');
    await server.remove(id, 'ben');
    for (const client of [ben, phone]) {
      while ((await client.next('conversation.updated')).data.removed !== true);
    }
    await Promise.all([busy(anna, id), busy(cleo, id).catch(() => {})]);
    for (const client of [ben, phone]) {
      for (const frame of ['room.join', 'typing'])
        expect((await client.send(frame, { conversationId: id })).error?.code).toBe('forbidden');
      const asked = await ok(client, 'resume', { conversations: { [id]: { seq: 0, rev: 0 } } });
      expect(asked.conversations).toEqual({
        [id]: { error: expect.objectContaining({ code: 'forbidden' }) },
      });
    }
    expect(await heardBySentinel([ben, phone])).toEqual([]);
  });

  it('a member who was removed while they were away', async () => {
    const { anna, ben, id } = await three();
    await ben.drop();
    await server.remove(id, 'ben');
    await busy(anna, id);
    const back = await server.connect('ben');
    const { conversations } = await ok(back, 'resume', { conversations: { [id]: { seq: 1, rev: 0 } } });
    expect(conversations).toEqual({ [id]: { error: expect.objectContaining({ code: 'forbidden' }) } });
    await say(anna, id, 'secret');
    expect(await heardBySentinel([back])).toEqual([]);
    const { chats } = await ok(back, 'resume');
    expect(JSON.stringify(chats)).not.toContain('secret');
  });

  it('either of two of whom one has blocked the other', async () => {
    const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
    const id = await open(anna, { kind: 'direct', with: 'ben' });
    const { messageId } = await say(anna, id, 'before');
    for (const client of [anna, ben])
      for (const event of ['conversation.updated', 'message.created']) await client.next(event);
    await server.block('ben', 'anna');
    for (const client of [anna, ben]) {
      const message = { conversationId: id, messageId };
      const refused = [
        await client.send('message.send', { conversationId: id, clientMessageId: 'x', text: 'secret' }),
        await client.send('message.react', { ...message, emoji: '👍' }),
        await client.send('message.pin', message),
      ];
      expect(refused.map(({ error }) => error?.code)).toEqual(['forbidden', 'forbidden', 'forbidden']);
      await client.send('typing', { conversationId: id, on: true });
    }
    expect(
      (await anna.send('message.edit', { conversationId: id, messageId, text: 'secret' })).error?.code,
    ).toBe('forbidden');
    await ok(ben, 'receipt.read', { conversationId: id, seq: 1 });
    // Ben's own block and mark, and only to ben.
    const told = (await heardBySentinel([anna, ben])).map((one) => one.split(' ')[0]);
    expect(told).toEqual(['blocks.updated', 'receipt.updated']);
    expect(anna.heard.filter(({ event }) => told.includes(event))).toEqual([]);
  });

  it('a connection whose token has expired', async () => {
    const { anna, id } = await three();
    const phone = await server.connect('ben', acme, 60_000);
    await ok(phone, 'resume');
    // The others show theirs anew, or they would be cut off as well.
    await server.pass(91_000);
    expect((await phone.closed).code).toBe('unauthenticated');
    const before = phone.heard.length;
    await busy(anna, id);
    await expect(server.connect('ben', acme, -1_000)).rejects.toMatchObject({ message: 'unauthenticated' });
    const again = await server.connect('ben');
    const { chats } = await ok(again, 'resume');
    expect(chats).toMatchObject([{ id }]);
    expect(await heardBySentinel([again])).toEqual([]);
    expect(phone.heard).toHaveLength(before);
  });

  it('a user of another workspace, of the same name too, whatever they ask for', async () => {
    const { anna, id } = await three();
    const spy = await server.connect('ben', rival);
    const { messageId } = await say(anna, id, 'secret');
    const data = {
      conversationId: id,
      messageId,
      clientMessageId: 'x',
      text: 'x',
      seq: 1,
      rev: 0,
      emoji: '👍',
      event: 'x',
    };
    for (const frame of [
      'message.send',
      'message.edit',
      'message.delete',
      'message.react',
      'message.pin',
      'receipt.delivered',
      'receipt.read',
      'typing',
      'room.join',
      'room.broadcast',
    ]) {
      const answer = await spy.send(frame, data);
      expect({ frame, code: answer.error?.code }).toEqual({ frame, code: 'forbidden' });
    }
    await ok(spy, 'resume', { conversations: { [id]: { seq: 0, rev: 0 } } });
    await ok(spy, 'room.leave', { conversationId: id });
    await busy(anna, id);
    expect(await heardBySentinel([spy], rival)).toEqual([]);
    const log = await server.chat.history({ workspaceId: acme, userId: 'anna' }, id, { after: 0, limit: 50 });
    expect(log.map(({ senderId }) => senderId)).not.toContain('ben');
  });
});
