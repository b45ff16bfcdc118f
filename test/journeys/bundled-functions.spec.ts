import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { DynamoConnections } from '#adapters/dynamodb/chat/dynamo-connections.js';
import { DynamoTable } from '#adapters/dynamodb/engine/dynamo-table.js';
import { DynamoOutbox } from '#adapters/dynamodb/outbox/dynamo-outbox.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { Hs256UserTokens } from '#adapters/system/hs256-user-tokens.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import type { Invocation } from '#apps/lambda/src/invocation.js';
import type { QueueAnswer, QueueEvent } from '#apps/lambda/src/lane.js';
import { ChatClient } from '#client/chat-client.js';
import { webSocketTransport } from '#client/web-socket-transport.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Connection } from '#ports/chat/connections.js';
import { type Chunks, importsOf, loadedWith, modulesOf } from '#test/architecture/bundle-graph.js';
import { root } from '#test/architecture/repository.js';
import { Watched } from '#test/chat/watched-client.js';
import { feedBatch, LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import { until } from '#test/support/until.js';
import { Functions, type Json, TOKEN_SECRET } from '#test/support/functions.js';

const ENTRIES = ['authoriser', 'http', 'lane', 'notify', 'relay', 'store', 'timer', 'websocket'];
const LARGEST_BYTES = 5_000_000;
/** Of the timer: it stops what it has begun ten seconds before its end. */
const A_SHORT_MINUTE_MS = 11_000;
const A_LANE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Seven processes beside the emulators, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

// Out of the repository: what of it is not in the bundle is not found.
const bundles = mkdtempSync(join(tmpdir(), 'posthorn-functions-'));
execFileSync(process.execPath, ['scripts/bundle-lambda.mjs', '--out', bundles], { cwd: root });
afterAll(() => rmSync(bundles, { recursive: true, force: true }));

const clock = new SystemClock();
const randomness = new CryptoRandomness();

describe('the bundles of functions', () => {
  const graph = JSON.parse(readFileSync(join(bundles, 'modules.json'), 'utf8')) as Record<string, Chunks>;

  it('are all there', () => {
    expect(Object.keys(graph).toSorted()).toEqual(ENTRIES);
    for (const chunks of Object.values(graph)) expect(chunks['index.mjs']?.isEntry).toBe(true);
  });

  it.each(ENTRIES)('hold nothing of SQLite: %s', (name) => {
    const chunks = graph[name] ?? {};
    const modules = modulesOf(chunks, Object.keys(chunks));
    expect(modules.length).toBeGreaterThan(50);
    expect(modules.filter((module) => /adapters\/sqlite\/|better-sqlite/.test(module))).toEqual([]);
    expect(importsOf(chunks).filter((id) => /sqlite/.test(id))).toEqual([]);
  });

  it.each(ENTRIES)('read at their start only what every start needs: %s', (name) => {
    const chunks = graph[name] ?? {};
    const eager = modulesOf(chunks, loadedWith(chunks, ['index.mjs']));
    const framework = ['lane', 'authoriser', 'notify'].includes(name) ? '@nestjs/core|fastify|' : '';
    const unasked = new RegExp(`node_modules/(${framework}socket\\.io|undici|@aws-sdk/client-s3)/`);
    expect(eager.filter((module) => unasked.test(module))).toEqual([]);
  });

  it.each(ENTRIES)('are no larger than they may be: %s', (name) => {
    const files = readdirSync(join(bundles, name), { recursive: true, withFileTypes: true });
    const sizes = files
      .filter((one) => one.isFile())
      .map((one) => statSync(join(one.parentPath, one.name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(LARGEST_BYTES);
  });
});

describe('a function in a process of its own, frozen between events', () => {
  let functions: Functions;
  let connections: DynamoConnections;
  let outbox: DynamoOutbox;
  let workspaceId: WorkspaceId;
  beforeAll(async () => {
    functions = await Functions.over(bundles);
    const table = new DynamoTable({ client: functions.clients.dynamo, table: 'posthorn', clock, randomness });
    connections = new DynamoConnections(table, clock);
    outbox = new DynamoOutbox(table, randomness);
    workspaceId = String((await functions.ask('GET', '/v1/workspace'))['id']) as WorkspaceId;
  });
  afterAll(() => functions.close());

  const expired = (userId: string): Promise<string> => {
    const then = { ...clock, now: () => clock.now() - 2 * HOUR_MS };
    const tokens = new Hs256UserTokens(
      { key: Buffer.from(TOKEN_SECRET), audience: 'posthorn' },
      then as never,
    );
    return tokens.mint({ workspaceId, userId }, HOUR_MS).then(({ token }) => token);
  };

  it('answers requests to the REST API', async () => {
    const made = await functions.request('POST', '/v1/lists', { name: 'Readers' });
    expect(made.statusCode).toBe(201);
    const { id } = JSON.parse(made.body ?? '') as Json;
    expect(await functions.ask('GET', `/v1/lists/${String(id)}`)).toMatchObject({ name: 'Readers' });
    const refused = await functions.request('GET', '/v1/lists', undefined, 'of-somebody-else');
    expect([refused.statusCode, JSON.parse(refused.body ?? '')]).toMatchObject([
      401,
      { code: 'unauthenticated' },
    ]);
    expect((await functions.request('GET', '/chat/')).statusCode).toBe(200);
    expect((await functions.request('GET', '/openapi.json')).statusCode).toBe(200);
  });

  it('lets in whoever shows a good token, and nobody else', async () => {
    const authoriser = await functions.start('authoriser');
    const ask = (token?: string): Promise<unknown> =>
      authoriser.invoke({
        type: 'REQUEST',
        methodArn: 'arn:aws:execute-api:us-east-1:123456789012:api/live/$connect',
        headers: {},
        queryStringParameters: token === undefined ? null : { token },
      });
    const good = await functions.tokenOf('anna');
    expect(await ask(good)).toMatchObject({
      principalId: 'anna',
      policyDocument: { Statement: [{ Effect: 'Allow' }] },
      context: { userId: 'anna', workspaceId },
    });
    const forged = `${good.slice(0, -1)}${good.endsWith('A') ? 'E' : 'A'}`;
    for (const bad of [undefined, '', 'nonsense', forged, await expired('anna')])
      await expect(ask(bad)).rejects.toThrow(/^Unauthorized$/);
  });

  it('takes a notification to its end, and has come again what it cannot read', async () => {
    const timer = await functions.start('timer');
    const lane = await functions.start('lane', { POSTHORN_LANE: 'critical' });
    const relay = await functions.start('relay');
    const { sqs } = functions.clients;
    const { QueueUrl: url = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'posthorn-critical' }));
    await timer.invoke({}, A_SHORT_MINUTE_MS);
    await functions.ask('PUT', '/v1/users/ada', { email: 'ada@example.com' });
    const { id } = await functions.ask('POST', '/v1/notifications', {
      type: 'mfa_code',
      to: { userId: 'ada' },
      data: {
        ...{ code: '482913', validFor: '10 minutes', companyName: 'Acme' },
        occurredAt: '2026-12-24T08:59:00Z',
      },
    });
    const again: string[] = [];
    const ofLane = async (
      event: QueueEvent,
      { getRemainingTimeInMillis }: Invocation,
    ): Promise<QueueAnswer> => {
      const answer = await lane.invoke<QueueAnswer>(event, getRemainingTimeInMillis());
      const ids = answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      again.push(...event.Records.filter(({ messageId }) => ids.includes(messageId)).map(({ body }) => body));
      return answer;
    };
    const fed = await until(async () => {
      await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'nonsense' }));
      const host = new LambdaHost(clock, A_LANE_MS);
      const one = await feedBatch(host, { client: sqs, url, batch: 10 }, ofLane as never);
      if (functions.ses.journal().some(({ kind }) => kind === 'accepted')) return one;
      await timer.invoke({}, A_SHORT_MINUTE_MS);
      return undefined;
    });
    // What the timer sends names no parcel: it is deleted by whoever has looked through the lane for it.
    expect(fed).toMatchObject({ how: 'answered', deleted: 1 });
    expect(fed.received).toBeGreaterThan(1);
    expect(new Set(again.filter((body) => !body.includes('"none"')))).toEqual(new Set(['nonsense']));
    expect(functions.ses.journal().filter(({ kind }) => kind === 'accepted')).toMatchObject([
      { to: 'ada@example.com' },
    ]);
    const untold = await outbox.untold(100);
    expect(untold.length).toBeGreaterThan(0);
    const Records = untold.map(({ seq }) => ({
      dynamodb: { NewImage: { pk: { S: 'OUTBOX#0' }, seq: { N: String(seq) } } },
    }));
    expect(await relay.invoke({ Records })).toEqual({ batchItemFailures: [] });
    const still = (await outbox.untold(100)).filter(({ seq }) => untold.some((one) => one.seq === seq));
    expect(still).toEqual([]);
    expect(await functions.ask('GET', `/v1/notifications/${String(id)}`)).toMatchObject({ status: 'sent' });
  });

  describe('as a chat', () => {
    const clients: ChatClient[] = [];
    beforeAll(() => functions.serveSockets());
    afterAll(() => clients.forEach((client) => client.stop()));

    const aSocket = async (userId: string): Promise<WebSocket> => {
      const token = encodeURIComponent(await functions.tokenOf(userId));
      const socket = new WebSocket(`${functions.gateway.url}?token=${token}`);
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      return socket;
    };
    const answerTo = (socket: WebSocket, frame: Json): Promise<Json> =>
      new Promise((resolve) => {
        socket.on('message', (words: Buffer) => {
          const said = JSON.parse(words.toString()) as Json;
          if (said['id'] === frame['id']) resolve(said);
        });
        socket.send(JSON.stringify(frame));
      });

    const aClient = (userId: string, token = (): Promise<string> => functions.tokenOf(userId)): Watched => {
      const transport = webSocketTransport({ url: functions.gateway.url, WebSocket: WebSocket as never });
      const client = new ChatClient({ transport, token, random: () => 0.01 });
      clients.push(client);
      return new Watched(client, userId);
    };
    const held = (userId: string): Promise<readonly Connection[]> => connections.ofUser(workspaceId, userId);
    const aGroup = async (...members: string[]): Promise<string> => {
      const group = { kind: 'group', title: 'Talk', members };
      return String((await functions.ask('POST', '/v1/conversations?as=anna', group))['id']);
    };

    it('has told everybody when it answers, for it stands still then', async () => {
      const [anna, ben] = await Promise.all([aSocket('anna'), aSocket('ben')]);
      const members = { kind: 'group', title: 'Talk', members: ['ben'] };
      const opened = await answerTo(anna, { id: '1', action: 'conversation.open', data: members });
      const { id: conversationId } = (opened['data'] as Json)['conversation'] as Json;
      const [{ id: bens } = { id: '' }] = await held('ben');
      const told = (): number =>
        functions.gateway.journal.filter(({ id, status }) => id === bens && status === 200).length;
      const before = told();
      // Both are to be told a second time: what has been begun takes longer than all else that a frame asks for.
      functions.gateway.throttle(2);
      const data = { conversationId, clientMessageId: 'c1', text: 'hello' };
      const answer = await answerTo(anna, { id: '2', action: 'message.send', data });
      expect(answer).toMatchObject({ ok: true, data: { seq: 1 } });
      expect(told()).toBe(before + 1);
      const spoof = await answerTo(anna, { id: '3', action: '$disconnect' });
      expect(spoof).toMatchObject({ ok: false, error: { code: 'not_found' } });
      expect(await held('anna')).toHaveLength(1);
      for (const socket of [anna, ben]) socket.close();
      for (const who of ['anna', 'ben'])
        await until(async () => ((await held(who)).length === 0 ? true : undefined));
    });

    it('tells by the client library in order what is said, and after a drop what was missed', async () => {
      const id = await aGroup('ben');
      let mayCome = Promise.resolve();
      const anna = await aClient('anna').following(id);
      const ben = await aClient('ben', async () => {
        await mayCome;
        return functions.tokenOf('ben');
      }).following(id);
      const said = ['1', '2', '3'].map((text) => anna.client.send(id, text));
      await anna.isAcked(...said);
      await ben.hears(id, '3');
      await ben.isAcked(ben.client.send(id, '4'));
      await anna.hears(id, '4');

      let letCome = (): void => {};
      mayCome = new Promise((resolve) => (letCome = resolve));
      const [{ id: lost } = { id: '' }] = await held('ben');
      functions.gateway.vanish(lost);
      await ben.cutOff();
      // The function was not told; it finds nobody there, and forgets them.
      expect(await held('ben')).toHaveLength(1);
      await anna.isAcked(anna.client.send(id, '5'));
      const posts = functions.gateway.journal.filter((one) => one.id === lost && one.method === 'POST');
      expect(posts.at(-1)).toMatchObject({ status: 410 });
      // A list, which may lag.
      await until(async () => ((await held('ben')).length === 0 ? true : undefined));
      await anna.isAcked(anna.client.send(id, '6'));
      letCome();
      await ben.hears(id, '6');

      const all = ['1', '2', '3', '4', '5', '6'];
      for (const one of [anna, ben]) {
        expect(one.textsOf(id)).toEqual(all);
        expect(one.of(id).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
      }
      const { data } = await functions.ask('GET', `/v1/conversations/${id}/messages?as=ben`);
      expect((data as Json[]).map(({ text }) => text).toSorted()).toEqual(all);
      for (const { client } of [anna, ben]) client.stop();
      await until(async () => ((await held('anna')).length === 0 ? true : undefined));
      expect(functions.gateway.connectionIds).toEqual([]);
    });

    it('refuses whoever shows a token that has expired, until they show another', async () => {
      const id = await aGroup('carl');
      let token = (): Promise<string> => expired('carl');
      const carl = aClient('carl', () => token());
      carl.client.follow(id);
      await carl.client.start();
      await carl.cutOff();
      expect(carl.links.map(({ status }) => status)).not.toContain('online');
      expect(await held('carl')).toEqual([]);
      token = () => functions.tokenOf('carl');
      await carl.caughtUp();
      expect(await held('carl')).toHaveLength(1);
      carl.client.stop();
      await until(async () => ((await held('carl')).length === 0 ? true : undefined));
    });
  });
});
