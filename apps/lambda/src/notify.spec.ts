import { afterEach, describe, expect, it } from '@jest/globals';
import { MOST_TOLD_AT_ONCE } from '#adapters/apigateway/notices.js';
import { GatewayChatServer, type GatewayClient } from '#adapters/apigateway/testing/gateway-chat-server.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { SqsChatNotices } from '#adapters/sqs/sqs-chat-notices.js';
import { OneSqs } from '#adapters/sqs/testing/one-sqs.js';
import { feedBatch, type FedBatch, LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { handlerOf } from './notify.js';

const sqs = OneSqs.forThisFile();
const MANY = [...Array(MOST_TOLD_AT_ONCE + 8).keys()].map((n) => `user${n}`);
let tests = 0;

describe('The function that tells of what others have stored', () => {
  let server: GatewayChatServer;
  let url: string;
  let handle: ReturnType<typeof handlerOf>;
  const host = new LambdaHost(new SystemClock(), 30_000);
  afterEach(() => server.close());

  const open = async (): Promise<void> => {
    tests += 1;
    const prefix = `notify-${process.pid}-${tests}`;
    const notices = new SqsChatNotices({ client: sqs.client, prefix, ids: new CountingIds() });
    await notices.createQueue();
    const QueueName = `${prefix}-chat-notify.fifo`;
    ({ QueueUrl: url = '' } = await sqs.client.send(new GetQueueUrlCommand({ QueueName })));
    // One process takes the frames, the other is the function's: it holds nothing that the first one knows.
    server = await GatewayChatServer.start({}, 1, undefined, notices);
    const function_ = await server.another();
    handle = handlerOf({
      tell: (notice) => function_.realtime.noticed(notice),
      // At once: nothing here waits for a clock.
      hide: (receipts) => notices.hide(receipts, 0),
      ...{ clock: new SystemClock(), log: server.log },
    });
  };
  const fed = (): Promise<FedBatch> =>
    feedBatch(host, { client: sqs.client, url, batch: 10 }, handle as never);
  /** Until the queue has nothing to give. */
  const drained = async (): Promise<number> => {
    for (let rounds = 0; ; rounds++) if ((await fed()).how === 'idle') return rounds;
  };
  const group = async (owner: GatewayClient, members: readonly string[]): Promise<string> => {
    const { data } = await owner.send('conversation.open', { kind: 'group', title: 'Talk', members });
    await server.settled();
    return (data?.['conversation'] as { id: string }).id;
  };
  const say = async (by: GatewayClient, conversationId: string, text: string): Promise<void> => {
    const answer = await by.send('message.send', { conversationId, clientMessageId: text, text });
    expect(answer.ok).toBe(true);
  };
  const toldTo = (client: GatewayClient): unknown[] =>
    client.raw
      .filter(({ event }) => event === 'message.created')
      .map(({ data }) => (data as { text: string }).text);
  const posts = (): number => server.gateway.journal.filter(({ method }) => method === 'POST').length;

  it('is left a large conversation: its sender has the ack before anybody is posted to, then all hear', async () => {
    await open();
    const [anna, ben, cleo] = [
      await server.connect('anna'),
      await server.connect('ben'),
      await server.connect('cleo'),
    ];
    const id = await group(anna, ['ben', 'cleo', ...MANY]);
    await drained();
    const before = posts();
    for (const text of ['one', 'two', 'three']) await say(anna, id, text);
    await server.settled();
    expect(posts()).toBe(before);
    expect(await drained()).toBeGreaterThan(0);
    for (const client of [anna, ben, cleo]) expect(toldTo(client)).toEqual(['one', 'two', 'three']);
    // Three people, three messages: whatever was told once is not told again by the notices behind it.
    expect(posts() - before).toBe(9);
    expect(server.log.complaints).toEqual([]);
  });

  it('has nothing to do with a small one', async () => {
    await open();
    const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
    const id = await group(anna, ['ben']);
    await say(anna, id, 'one');
    await server.settled();
    expect(toldTo(ben)).toEqual(['one']);
    expect((await fed()).how).toBe('idle');
  });

  it('loses nothing for anybody when a notice is lost, and doubles nothing when one comes twice', async () => {
    await open();
    const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
    const id = await group(anna, ['ben', ...MANY]);
    await drained();
    await say(anna, id, 'lost');
    const lost = () => Promise.resolve({ batchItemFailures: [] });
    await feedBatch(host, { client: sqs.client, url, batch: 10 }, lost as never);
    expect(toldTo(ben)).toEqual([]);
    await say(anna, id, 'next');
    // Told, and not deleted: the function died before it could answer.
    const dying = async (event: never, invocation: never): Promise<never> => {
      await handle(event, invocation);
      await new SqsChatNotices({
        client: sqs.client,
        prefix: `notify-${process.pid}-${tests}`,
        ids: new CountingIds(),
      }).hide(
        (event as { Records: { receiptHandle: string }[] }).Records.map((one) => one.receiptHandle),
        0,
      );
      throw new Error('We die here.');
    };
    expect((await feedBatch(host, { client: sqs.client, url, batch: 10 }, dying as never)).how).toBe(
      'failed',
    );
    await drained();
    expect(toldTo(ben)).toEqual(['lost', 'next']);
    await say(anna, id, 'last');
    const nobody = () => Promise.resolve({ batchItemFailures: [] });
    await feedBatch(host, { client: sqs.client, url, batch: 10 }, nobody as never);
    expect((await ben.send('ping')).ok).toBe(true);
    expect(toldTo(ben)).toEqual(['lost', 'next', 'last']);
  });

  it('comes again to those whom API Gateway has not let it tell, and not to the others', async () => {
    await open();
    const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
    const id = await group(anna, ['ben', ...MANY]);
    await drained();
    await say(anna, id, 'one');
    // As many as one post is tried.
    server.gateway.throttle(5 + 4);
    let answer: FedBatch | undefined;
    void fed().then((one) => (answer = one));
    while (!answer) await server.clock.advance(100);
    expect(answer).toMatchObject({ how: 'answered', received: 1, deleted: 0 });
    await drained();
    for (const client of [anna, ben]) expect(toldTo(client)).toEqual(['one']);
  });

  it('tells who was removed that they are out, and nothing that was said after', async () => {
    await open();
    const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
    const id = await group(anna, ['ben', ...MANY]);
    await drained();
    await server.remove(id, 'ben');
    await say(anna, id, 'among-us');
    await drained();
    expect(toldTo(ben)).toEqual([]);
    expect(toldTo(anna)).toEqual(['among-us']);
    expect(ben.raw.filter(({ event }) => event === 'conversation.updated')).not.toEqual([]);
  });

  it('tells by itself where the queue cannot be reached', async () => {
    await open();
    const away = { send: () => Promise.reject(new Error('SQS is away.')) };
    await server.close();
    server = await GatewayChatServer.start({}, 1, undefined, away);
    const [anna, ben] = [await server.connect('anna'), await server.connect('ben')];
    const id = await group(anna, ['ben', ...MANY]);
    await say(anna, id, 'one');
    await server.settled();
    expect(toldTo(ben)).toEqual(['one']);
    expect(server.log.complaints).toContain('chat.notice_not_sent');
  });

  it('leaves to the dead letters what is no notice', async () => {
    await open();
    const records = ['nonsense', '{}', '{"workspaceId":"w","conversationId":"c","what":"?"}'].map(
      (body, at) => ({
        ...{ messageId: `m${at}`, receiptHandle: `r${at}`, body },
      }),
    );
    const { batchItemFailures } = await handlerOf({
      tell: () => Promise.resolve('told'),
      hide: () => Promise.resolve(),
      ...{ clock: new SystemClock(), log: server.log },
    })({ Records: records }, { getRemainingTimeInMillis: () => 30_000 });
    expect(batchItemFailures).toHaveLength(3);
  });
});
