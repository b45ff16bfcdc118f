import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ChatServer } from './testing/chat-server.js';

describe('bots over REST', () => {
  let server: ChatServer;
  beforeAll(async () => {
    server = await ChatServer.start();
  });
  afterAll(() => server.close());

  it('post like others, and are shown as what they are', async () => {
    const group = await server.group('anna', 'bot:helper');
    expect(await server.say('bot:helper', group, 'Build 7 is green')).toMatchObject({
      senderId: 'bot:helper',
      bot: true,
    });
    expect(await server.say('anna', group, 'Thank you')).not.toHaveProperty('bot');
    const { body } = await server.as().get(`/v1/conversations/${group.id}/messages?as=anna`).expect(200);
    expect(body.data.map(({ bot }: { bot?: true }) => bot)).toEqual([true, undefined]);
  });
});
