import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { type FakeGateway, startFakeGateway } from './fake-apigateway.js';
import type { GatewayPolicy, GatewayResult } from './gateway-events.js';

interface Asked {
  readonly requestContext: {
    readonly routeKey: string;
    readonly connectionId: string;
    readonly authorizer: Record<string, unknown>;
  };
  readonly body?: string;
  readonly queryStringParameters?: Record<string, string>;
}

describe('the fake of API Gateway', () => {
  let clock: DrivenClock;
  let gateway: FakeGateway;
  let client: ApiGatewayManagementApiClient;
  let asked: Asked[];
  let onConnect: (event: Asked) => Promise<GatewayResult>;
  let policy: (event: Asked) => Promise<GatewayPolicy>;

  beforeEach(async () => {
    clock = new DrivenClock();
    asked = [];
    onConnect = async () => ({ statusCode: 200 });
    policy = async ({ queryStringParameters }) => {
      const { who = '' } = queryStringParameters ?? {};
      if (who === '') throw new Error('Unauthorized');
      const Effect = who === 'mallory' ? 'Deny' : 'Allow';
      const Statement = [{ Effect, Action: 'execute-api:Invoke', Resource: '*' }];
      return { principalId: who, policyDocument: { Statement }, context: { until: 7 } };
    };
    const note = async (event: Asked): Promise<GatewayResult> => {
      asked.push(event);
      if (event.body === 'fail') throw new Error('Unhandled');
      return event.body === 'ask' ? { statusCode: 200, body: 'answer' } : { statusCode: 200 };
    };
    const handlers = {
      authorize: (event: Asked) => policy(event),
      connect: (event: Asked) => onConnect(event),
      message: note,
      disconnect: note,
    };
    gateway = await startFakeGateway(handlers as never, {
      clock,
      limits: { longestMs: 60_000, idleMs: 10_000 },
    });
    client = new ApiGatewayManagementApiClient({
      endpoint: gateway.endpoint,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  });
  afterEach(async () => {
    client.destroy();
    await gateway.close();
  });

  const open = async (who = 'anna'): Promise<WebSocket> => {
    const socket = new WebSocket(`${gateway.url}?who=${who}`);
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return socket;
  };
  const next = (socket: WebSocket): Promise<string> =>
    new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())));
  const closed = (socket: WebSocket): Promise<number> =>
    new Promise((resolve) => socket.once('close', (code: number) => resolve(code)));
  const post = (ConnectionId: string, data = 'hello'): Promise<unknown> =>
    client.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from(data) }));
  const status = (code: number): object => ({ $metadata: expect.objectContaining({ httpStatusCode: code }) });

  it('asks the authoriser, and hands its words on as texts', async () => {
    await expect(open('')).rejects.toThrow('401');
    await expect(open('mallory')).rejects.toThrow('403');
    const socket = await open('anna');
    socket.send('ask');
    expect(await next(socket)).toBe('answer');
    const { requestContext } = asked[0] as Asked;
    expect(requestContext).toMatchObject({
      routeKey: '$default',
      authorizer: { principalId: 'anna', until: '7' },
    });
    expect(gateway.connectionIds).toEqual([requestContext.connectionId]);
  });

  it('answers 410 to who posts inside $connect, and takes it afterwards', async () => {
    let id = '';
    let inside: unknown;
    onConnect = async ({ requestContext }) => {
      id = requestContext.connectionId;
      inside = await post(id).catch((error: unknown) => error);
      return { statusCode: 200 };
    };
    const socket = await open();
    expect(inside).toMatchObject(status(410));
    const heard = next(socket);
    await post(id, 'x'.repeat(100_000));
    expect(await heard).toHaveLength(100_000);
  });

  it('lets in nobody whose $connect fails or says no', async () => {
    onConnect = async () => ({ statusCode: 429 });
    await expect(open()).rejects.toThrow('429');
    onConnect = () => Promise.reject(new Error('broken'));
    await expect(open()).rejects.toThrow('502');
    expect(gateway.connectionIds).toEqual([]);
  });

  it('tells, ends and forgets a connection by its API', async () => {
    const socket = await open();
    const [id = ''] = gateway.connectionIds;
    expect((await client.send(new GetConnectionCommand({ ConnectionId: id }))).ConnectedAt).toBeInstanceOf(
      Date,
    );
    await expect(post(id, 'x'.repeat(128 * 1024 + 1))).rejects.toMatchObject(status(413));
    gateway.throttle(1);
    await expect(post(id)).rejects.toMatchObject(status(429));
    const heard = next(socket);
    gateway.loseAnswers(1);
    await expect(post(id)).rejects.toThrow();
    expect(await heard).toBe('hello');
    const ended = closed(socket);
    await client.send(new DeleteConnectionCommand({ ConnectionId: id }));
    expect(await ended).toBe(1000);
    // The other side may hear of it a moment later.
    while (gateway.connectionIds.length > 0) await new Promise((resolve) => setImmediate(resolve));
    await gateway.idle();
    expect(asked.map(({ requestContext }) => requestContext.routeKey)).toEqual(['$disconnect']);
    await expect(post(id)).rejects.toMatchObject(status(410));
  });

  it('says that a handler has failed, and goes on', async () => {
    const socket = await open();
    socket.send('fail');
    expect(JSON.parse(await next(socket))).toMatchObject({ message: 'Internal server error' });
    socket.send('ask');
    expect(await next(socket)).toBe('answer');
  });

  it('ends what is silent, and what is old however much it says', async () => {
    const [silent, busy] = [await open(), await open()];
    const ends = Promise.all([closed(silent), closed(busy)]);
    for (let n = 0; n < 12; n++) {
      await clock.advance(5_000);
      if (busy.readyState !== busy.OPEN) break;
      busy.send('ask');
      await Promise.race([next(busy), closed(busy)]);
      if (n === 3) expect(gateway.connectionIds).toHaveLength(1);
    }
    expect(await ends).toEqual([1001, 1001]);
    expect(clock.monotonic()).toBe(60_000);
  });

  it('does not tell of who has vanished', async () => {
    const socket = await open();
    const [id = ''] = gateway.connectionIds;
    const ended = closed(socket);
    gateway.vanish(id);
    await ended;
    await expect(post(id)).rejects.toMatchObject(status(410));
    while (gateway.connectionIds.length > 0) await new Promise((resolve) => setImmediate(resolve));
    await gateway.idle();
    expect(asked).toEqual([]);
  });
});
