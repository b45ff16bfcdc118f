import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { MemoryWebhookDeliveries } from '#adapters/memory/webhooks/memory-webhook-deliveries.js';
import { MemoryWebhookEndpoints } from '#adapters/memory/webhooks/memory-webhook-endpoints.js';
import { MemoryWebhookTransport } from '#adapters/memory/webhooks/memory-webhook-transport.js';
import { MemoryWebhooks } from '#adapters/memory/webhooks/memory-webhooks.js';
import type { PostOutcome } from '#domain/webhooks/model/post-outcome.js';
import { RETRY_LADDER_MS } from '#domain/webhooks/model/retry-ladder.js';
import type { WebhookEndpoint } from '#domain/webhooks/model/webhook-endpoint.js';
import { acme, anEndpoint, answered, START } from '#ports/webhooks/testing/webhook-stores.js';
import { DELIVERY_LIMITS, DeliverWebhooks } from './deliver-webhooks.js';
import { PublishWebhooks } from './publish-webhooks.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LADDER_MS = RETRY_LADDER_MS.reduce((sum, rung) => sum + rung, 0);

describe('DeliverWebhooks', () => {
  let clock: DrivenClock;
  let log: MemoryLog;
  let endpoints: MemoryWebhookEndpoints;
  let deliveries: MemoryWebhookDeliveries;
  let transport: MemoryWebhookTransport;
  let running: DeliverWebhooks[];
  beforeEach(() => {
    clock = new DrivenClock(START);
    log = new MemoryLog();
    const memory = new MemoryWebhooks();
    endpoints = new MemoryWebhookEndpoints(memory);
    deliveries = new MemoryWebhookDeliveries(memory);
    transport = new MemoryWebhookTransport();
    running = [];
  });
  afterEach(() => Promise.all(running.map((one) => one.stop())));

  const ids = new CountingIds();
  // Most days of these tests nothing happens: there is no need to look every five seconds.
  const rarely = { ...DELIVERY_LIMITS, lookEveryMs: HOUR_MS };
  const start = (limits = rarely): DeliverWebhooks => {
    const one = new DeliverWebhooks({ deliveries, transport, clock, ids, log }, limits);
    running.push(one);
    one.start();
    return one;
  };
  const publish = async (name: string): Promise<void> => {
    const event = { id: `evt_${name}`, type: 'message.delivered', at: clock.now(), data: { name } };
    await new PublishWebhooks(deliveries, clock).publish(acme, event);
    await clock.advance(0);
  };
  const named = async (name: string): Promise<WebhookEndpoint> =>
    (await endpoints.find(acme, anEndpoint(name).id))!;
  const attempts = async (name: string) =>
    (await deliveries.attempts(acme, anEndpoint(name).id, { limit: 200 })).data;
  const posted = (name: string): string[] =>
    transport.posts.filter(({ url }) => url === anEndpoint(name).url).map(({ id }) => id);
  const hangs = (): Promise<PostOutcome> => new Promise(() => {});

  it('posts what is published, at once, to every endpoint that wants it', async () => {
    for (const each of ['a', 'b']) await endpoints.insert(anEndpoint(each));
    start();
    await publish('1');
    expect(posted('a')).toEqual(['evt_1']);
    expect(posted('b')).toEqual(['evt_1']);
    expect(await attempts('a')).toEqual([
      expect.objectContaining({
        messageId: 'evt_1',
        number: 1,
        outcome: { kind: 'answered', status: 200, body: '' },
      }),
    ]);
  });

  it('posts what was published before it started, or while nobody called', async () => {
    await endpoints.insert(anEndpoint('a'));
    await publish('before');
    deliveries.onWork = () => () => {};
    start(DELIVERY_LIMITS);
    await clock.advance(0);
    expect(posted('a')).toEqual(['evt_before']);
    await publish('later');
    await clock.advance(5_000);
    expect(posted('a')).toEqual(['evt_before', 'evt_later']);
  });

  it('tries ten times, by the ladder, with the same id and the same bytes', async () => {
    await endpoints.insert(anEndpoint('a'));
    transport.answer = () => answered(500);
    start();
    await publish('1');
    await clock.advance(29 * DAY_MS);
    const times = transport.posts.map(({ at }) => at);
    const due = RETRY_LADDER_MS.map((_, index) =>
      RETRY_LADDER_MS.slice(0, index + 1).reduce((sum, rung) => sum + rung, START),
    );
    expect(times).toEqual(due);
    expect(new Set(transport.posts.map(({ id, body }) => `${id} ${body}`)).size).toBe(1);
    expect((await attempts('a')).map(({ number }) => number)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('stops trying with the first success', async () => {
    await endpoints.insert(anEndpoint('a'));
    transport.answer = () => answered(transport.posts.length < 3 ? 503 : 204);
    start();
    await publish('1');
    await clock.advance(DAY_MS);
    expect(posted('a')).toHaveLength(3);
    expect((await named('a')).failingSince).toBeUndefined();
  });

  it('waits as long as it is asked to where that is longer', async () => {
    await endpoints.insert(anEndpoint('a'));
    transport.answer = () => ({ kind: 'answered', status: 429, body: '', retryAfter: '3600' });
    start();
    await publish('1');
    await clock.advance(HOUR_MS - 1);
    expect(posted('a')).toHaveLength(1);
    await clock.advance(1);
    expect(posted('a')).toHaveLength(2);
  });

  it('disables an endpoint that says it is gone, and says so', async () => {
    await endpoints.insert(anEndpoint('a'));
    transport.answer = () => answered(410);
    start();
    await publish('1');
    await publish('2');
    await clock.advance(30 * HOUR_MS);
    expect(posted('a')).toEqual(['evt_1']);
    expect((await named('a')).status).toEqual({ is: 'disabled', reason: 'gone_410', at: START });
    expect(log.complaints).toEqual(['webhooks.endpoint_disabled']);
  });

  it('disables an endpoint that used up a message after five days without an answer', async () => {
    await endpoints.insert(anEndpoint('a'));
    transport.answer = () => answered(500);
    start();
    await publish('1');
    await clock.advance(2 * DAY_MS);
    await publish('2');
    await clock.advance(2 * DAY_MS);
    expect((await attempts('a')).filter(({ messageId }) => messageId === 'evt_1')).toHaveLength(10);
    expect((await named('a')).status.is).toBe('enabled');
    await clock.advance(2 * DAY_MS);
    const { status } = await named('a');
    expect(status).toMatchObject({ is: 'disabled', reason: 'failing' });
    expect(status.is === 'disabled' && status.at - START).toBe(2 * DAY_MS + LADDER_MS);
  });

  it('does not disable an endpoint that refuses one message and takes others', async () => {
    await endpoints.insert(anEndpoint('a'));
    transport.answer = ({ body }) => answered(body.includes('poison') ? 500 : 200);
    start();
    for (let day = 0; day < 10; day++) {
      await publish(`poison ${day}`);
      await publish(`good ${day}`);
      await clock.advance(DAY_MS);
    }
    expect((await named('a')).status.is).toBe('enabled');
    expect(posted('a').filter((id) => id.includes('good'))).toHaveLength(10);
  });

  it('holds what is pending for a disabled endpoint and lets it go when it is enabled', async () => {
    await endpoints.insert(anEndpoint('a'));
    transport.answer = () => answered(500);
    start();
    await publish('1');
    const before = await named('a');
    await endpoints.replace(before, { ...before, status: { is: 'disabled', reason: 'operator', at: START } });
    await clock.advance(DAY_MS);
    expect(posted('a')).toHaveLength(1);
    transport.answer = () => answered(200);
    const off = await named('a');
    await endpoints.replace(off, { ...off, status: { is: 'enabled' }, failingSince: undefined });
    await clock.advance(HOUR_MS);
    expect(posted('a')).toHaveLength(2);
  });

  it('lets an endpoint that does not answer hold up nobody but itself', async () => {
    for (const each of ['slow', 'quick']) await endpoints.insert(anEndpoint(each));
    transport.answer = ({ url }) => (url === anEndpoint('slow').url ? hangs() : answered(200));
    start({ ...rarely, inFlight: 5, perEndpoint: 3 });
    running.pop();
    for (let n = 0; n < 50; n++) await publish(`${n}`);
    expect(posted('quick')).toHaveLength(50);
    expect(posted('slow')).toHaveLength(3);
  });

  it('has one post under way to an endpoint that fails', async () => {
    await endpoints.insert(anEndpoint('a'));
    transport.answer = () => answered(500);
    start();
    await publish('first');
    transport.answer = hangs;
    running.pop();
    for (let n = 0; n < 5; n++) await publish(`${n}`);
    expect(posted('a')).toHaveLength(2);
  });

  it('repeats a post under the same id when a worker died before it wrote down what came of it', async () => {
    await endpoints.insert(anEndpoint('a'));
    transport.answer = hangs;
    start();
    // It never learns the answer: to everybody else that is a process that died after the bytes had left.
    running.pop();
    await publish('1');
    expect(posted('a')).toEqual(['evt_1']);
    transport.answer = () => answered(200);
    start();
    await clock.advance(DELIVERY_LIMITS.leaseMs - 1);
    expect(posted('a')).toEqual(['evt_1']);
    await clock.advance(1);
    expect(posted('a')).toEqual(['evt_1', 'evt_1']);
    expect(transport.posts[1]?.body).toBe(transport.posts[0]?.body);
    expect(await attempts('a')).toHaveLength(1);
    await clock.advance(DAY_MS);
    expect(posted('a')).toHaveLength(2);
  });

  it('writes nothing for a post that was repeated by another meanwhile', async () => {
    await endpoints.insert(anEndpoint('a'));
    let answer: (outcome: PostOutcome) => void = () => {};
    transport.answer = () => new Promise((resolve) => (answer = resolve));
    start();
    await publish('1');
    const late = answer;
    transport.answer = () => answered(200);
    start();
    await clock.advance(DELIVERY_LIMITS.leaseMs);
    late(answered(410));
    await clock.advance(0);
    expect((await named('a')).status.is).toBe('enabled');
    expect(await attempts('a')).toHaveLength(1);
  });

  it('goes on when the storage is away for a while, and posts again what it could not write down', async () => {
    await endpoints.insert(anEndpoint('a'));
    const settle = deliveries.settle.bind(deliveries);
    const claim = deliveries.claim.bind(deliveries);
    deliveries.claim = () => Promise.reject(new Error('disk'));
    start();
    await publish('1');
    expect(posted('a')).toEqual([]);
    deliveries.claim = claim;
    deliveries.settle = () => Promise.reject(new Error('disk'));
    await clock.advance(2_000);
    expect(posted('a')).toEqual(['evt_1']);
    deliveries.settle = settle;
    await clock.advance(DELIVERY_LIMITS.leaseMs);
    expect(posted('a')).toEqual(['evt_1', 'evt_1']);
    expect(new Set(log.complaints)).toEqual(new Set(['webhooks.unreadable', 'webhooks.not_settled']));
  });

  it('finishes the posts under way when it is stopped, begins no more, and leaves no timer', async () => {
    await endpoints.insert(anEndpoint('a'));
    let answer: (outcome: PostOutcome) => void = () => {};
    transport.answer = () => new Promise((resolve) => (answer = resolve));
    const worker = start();
    await publish('1');
    let stopped = false;
    const stopping = worker.stop().then(() => (stopped = true));
    await publish('2');
    expect(stopped).toBe(false);
    answer(answered(200));
    await stopping;
    expect(await attempts('a')).toHaveLength(1);
    expect(posted('a')).toEqual(['evt_1']);
    expect(clock.waiting).toBe(0);
  });

  it('forgets a message after thirty days', async () => {
    await endpoints.insert(anEndpoint('a'));
    start();
    await publish('1');
    await clock.advance(30 * DAY_MS - HOUR_MS);
    expect(await attempts('a')).toHaveLength(1);
    await clock.advance(2 * HOUR_MS);
    expect(await attempts('a')).toEqual([]);
  });
});
