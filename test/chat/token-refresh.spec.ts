import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { ChatSocketServer } from '#adapters/socketio/testing/chat-socket-server.js';
import { ChatClient } from '#client/chat-client.js';
import { socketIoTransport } from '#client/socket-io-transport.js';
import type { Transport } from '#client/transport.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { until } from '#test/support/until.js';
import { Watched } from './watched-client.js';

const LIFE_MS = 60_000;
/** Of a life, when a client asks for the next token at the latest. */
const RENEWED_MS = 55_000;

/** The requests that were answered, by their action. */
function noting(transport: Transport, answered: string[]): Transport {
  return {
    connect(token, listener) {
      const actions = new Map<string, string>();
      const connection = transport.connect(token, {
        ...listener,
        opened: () => listener.opened(),
        push: (event, data) => listener.push(event, data),
        lost: (closing) => listener.lost(closing),
        answer(id, answer) {
          answered.push(`${actions.get(id)} ${answer.ok}`);
          listener.answer(id, answer);
        },
      });
      return {
        request(id, action, data) {
          actions.set(id, action);
          connection.request(id, action, data);
        },
        say: (action, data) => connection.say(action, data),
        close: () => connection.close(),
      };
    },
  };
}

describe('a client whose token lives a minute', () => {
  let server: ChatSocketServer;
  let answered: string[];
  let anna: Watched;
  beforeEach(async () => {
    server = await ChatSocketServer.start();
    answered = [];
  });
  afterEach(async () => {
    anna.client.stop();
    await server.close();
  });

  const start = async (token: () => Promise<string>): Promise<string> => {
    const by = { workspaceId: acme, userId: 'anna' };
    const { conversation } = await server.chat.open(by, { kind: 'group', title: 'Talk', members: ['ben'] });
    const { clock } = server;
    const transport = socketIoTransport({ io, url: `http://127.0.0.1:${server.port}` });
    const client = new ChatClient({
      transport: noting(transport, answered),
      token,
      timing: { now: () => clock.now(), after: (ms, run) => clock.after(ms, run) },
      random: () => 0.5,
      onError: () => {},
    });
    anna = await new Watched(client, 'anna').following(conversation.id);
    return conversation.id;
  };
  const refreshed = (times: number): Promise<true> =>
    until(() => (answered.filter((one) => one === 'token.refresh true').length === times ? true : undefined));

  it('stays on one connection for as long as it shows new ones', async () => {
    const id = await start(() => server.tokenOf('anna', acme, LIFE_MS));
    for (let lives = 1; lives <= 3; lives++) {
      await server.pass(RENEWED_MS);
      await refreshed(lives);
    }
    await anna.isAcked(anna.client.send(id, 'still here'));
    expect(anna.links.map(({ status }) => status)).toEqual(['connecting', 'online', 'caught_up']);
  });

  it('is cut off when there is none to be had, and comes back with the next', async () => {
    let isThere = true;
    const id = await start(() =>
      isThere ? server.tokenOf('anna', acme, LIFE_MS) : Promise.reject(new Error('No token now.')),
    );
    isThere = false;
    const cutOff = anna.cutOff();
    await server.pass(LIFE_MS + 31_000);
    await cutOff;
    await server.chat.send(
      { workspaceId: acme, userId: 'ben' },
      { conversationId: id, clientMessageId: 'b1', text: 'missed' },
    );
    isThere = true;
    await server.pass(30_000);
    await anna.hears(id, 'missed');
    expect(anna.textsOf(id)).toEqual(['missed']);
  });
});
