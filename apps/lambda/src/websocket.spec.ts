import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayChatServer, type GatewayClient } from '#adapters/apigateway/testing/gateway-chat-server.js';
import type { Connection } from '#ports/chat/connections.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { handlerOf, type WebSocketEvent, type WebSocketResult } from './websocket.js';

const TOKEN_MS = 3_600_000;
const ROUTES = ['$connect', '$disconnect', '$default', 'message.send'];

describe('the function of the sockets', () => {
  let server: GatewayChatServer;
  let anna: GatewayClient;
  let asSheCame: Readonly<Record<string, unknown>>;
  beforeEach(async () => {
    server = await GatewayChatServer.start();
    anna = await server.connect('anna', acme, TOKEN_MS);
    const { tokenUntil } = (await connectionOf(anna.id)) ?? {};
    asSheCame = { workspaceId: acme, userId: 'anna', tokenUntil: String(tokenUntil) };
  });
  afterEach(() => server.close());

  const connectionOf = (id: string): Promise<Connection | undefined> => server.connections.find(id);
  const handle = async (
    context: Partial<WebSocketEvent['requestContext']> & { readonly routeKey: string },
    body?: string,
  ): Promise<WebSocketResult> => {
    const [{ chat } = { chat: undefined }] = server.processes;
    const requestContext = { connectionId: anna.id, authorizer: asSheCame, ...context };
    return handlerOf({ chat: chat as never, log: server.log })({ requestContext, ...(body && { body }) });
  };
  /** A frame that calls itself so, by whatever route it came. */
  const frame = (routeKey: string, connectionId = anna.id): Promise<WebSocketResult> =>
    handle({ routeKey, eventType: 'MESSAGE', connectionId }, JSON.stringify({ action: routeKey, id: '1' }));

  it.each(ROUTES)('takes what a client says for a frame, though it came by the route %s', async (route) => {
    await server.clock.advance(60_000);
    const fresh = await server.tokenOf('anna', acme, TOKEN_MS);
    expect((await anna.send('token.refresh', { token: fresh })).ok).toBe(true);
    const before = await connectionOf(anna.id);
    const { statusCode, body } = await frame(route);
    expect(statusCode).toBe(200);
    expect(JSON.parse(body ?? '')).toMatchObject({ id: '1', ok: false });
    // Neither as it was when it came, nor gone.
    expect(await connectionOf(anna.id)).toEqual(before);
    expect(before?.tokenUntil).toBe(Number(asSheCame['tokenUntil']) + 60_000);
  });

  it('brings nobody back who was put out', async () => {
    await server.pass(TOKEN_MS + 600_000);
    expect(await connectionOf(anna.id)).toBeUndefined();
    await frame('$connect');
    expect(await connectionOf(anna.id)).toBeUndefined();
    await frame('$connect', 'of-nobody=');
    expect(await connectionOf('of-nobody=')).toBeUndefined();
  });

  it.each(ROUTES)('does nothing for what is no event of a socket, by the route %s', async (routeKey) => {
    const before = await connectionOf(anna.id);
    for (const connectionId of [anna.id, 'of-nobody='])
      expect(await handle({ routeKey, connectionId } as never, '{}')).toEqual({ statusCode: 400 });
    expect(await handle({ routeKey, eventType: 'OTHER' })).toEqual({ statusCode: 400 });
    expect(await connectionOf(anna.id)).toEqual(before);
    expect(await connectionOf('of-nobody=')).toBeUndefined();
    expect(server.log.complaints).toEqual(Array(3).fill('chat.unknown_event'));
  });

  it('lets in nobody whom no authoriser has asked', async () => {
    for (const authorizer of [undefined, null, {}, { userId: 'anna' }]) {
      const connectionId = 'unasked=';
      const result = await handle({
        routeKey: '$connect',
        eventType: 'CONNECT',
        connectionId,
        authorizer,
      } as never);
      expect(result).toEqual({ statusCode: 401 });
      expect(await connectionOf(connectionId)).toBeUndefined();
    }
  });

  it('forgets whoever hangs up', async () => {
    expect(await handle({ routeKey: '$disconnect', eventType: 'DISCONNECT' })).toEqual({ statusCode: 200 });
    expect(await connectionOf(anna.id)).toBeUndefined();
  });
});
