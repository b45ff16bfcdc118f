import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import type { Quotas } from '#domain/communication/model/quota.js';

const KEY = 'owner-key-of-the-test-server';
const NOON = Date.UTC(2026, 0, 31, 12);
const HALF_A_DAY_S = 43_200;

describe('the quota of a workspace', () => {
  let clock: DrivenClock;
  let server: RunningServer;
  const start = async (quotas: Quotas | undefined): Promise<void> => {
    clock = new DrivenClock(NOON);
    const config = await readServerConfig(
      { PORT: '0', POSTHORN_API_KEY: KEY, POSTHORN_TARGET: 'test' },
      '/nowhere',
    );
    server = await startServer({
      config: { ...config, quotas },
      log: new MemoryLog(),
      onFatal: (error: Error) => {
        throw error;
      },
      openTarget: openTestTarget(clock),
    });
  };
  beforeEach(() => start({ everyone: { perDay: 2, perMonth: 100 }, workspaces: {} }));
  afterEach(() => server.stop());

  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    request(server.url)
      .post(`/v1/${path}`)
      .set({ authorization: `Bearer ${KEY}`, ...headers })
      .send(body);
  const aCode = (change: object = {}) => ({
    type: 'mfa_code',
    to: { email: 'ada@example.com' },
    data: { code: '1', validFor: '1 hour', occurredAt: '2026-01-31T12:00:00Z', companyName: 'Acme' },
    ...change,
  });
  const notify = (headers: Record<string, string> = {}) => post('notifications', aCode(), headers);

  it('is told with every answer beside the rate, and what is beyond it is refused until the day is over', async () => {
    const first = await notify().expect(202);
    expect(first.headers['ratelimit-policy']).toMatch(
      /^"default";q=\d+;w=\d+, "day";q=2;w=86400, "month";q=100;w=2678400$/,
    );
    expect(first.headers['ratelimit']).toMatch(/, "day";r=1;t=43200, "month";r=99;t=43200$/);
    await notify().expect(202);
    const third = await notify().expect(429);
    expect(third.body).toMatchObject({ code: 'quota_exceeded', status: 429 });
    expect(third.body.detail).toContain('2026-02-01T00:00:00.000Z');
    expect(third.headers['retry-after']).toBe(String(HALF_A_DAY_S));
    expect(third.headers['ratelimit']).toMatch(/, "day";r=0;t=43200, "month";r=98;/);
    // Hours at once: nothing else is to be done in them.
    await clock.advance(HALF_A_DAY_S * 1000);
    await notify().expect(202);
  });

  it('is used up once by a request that is repeated, and a refusal is not remembered under its key', async () => {
    for (let times = 0; times < 3; times++) await notify({ 'idempotency-key': 'a' }).expect(202);
    await notify().expect(202);
    await notify({ 'idempotency-key': 'b' }).expect(429);
    await clock.advance(HALF_A_DAY_S * 1000);
    await notify({ 'idempotency-key': 'b' }).expect(202);
  });

  it('takes of a batch what there is room for, and none of it where there is none', async () => {
    const notifications = [aCode(), aCode({ type: 'nothing_like_it' }), aCode(), aCode()];
    const { body } = await post('notifications/batch', { notifications }).expect(202);
    expect(body).toMatchObject({ accepted: 2, refused: 2 });
    expect(body.results.map(({ status, code }: { status: number; code: string }) => [status, code])).toEqual([
      [202, null],
      [422, 'validation_failed'],
      [202, null],
      [429, 'quota_exceeded'],
    ]);
    const answer = await post('notifications/batch', { notifications }).expect(429);
    expect(answer.body.code).toBe('quota_exceeded');
    expect(answer.headers['retry-after']).toBe(String(HALF_A_DAY_S));
  });

  it('is not touched by a dry run', async () => {
    for (let times = 0; times < 3; times++) await post('notifications', aCode({ test: true })).expect(202);
    expect((await notify().expect(202)).headers['ratelimit']).toMatch(/"day";r=1;/);
  });

  it('is not spoken of where there is none', async () => {
    await server.stop();
    await start(undefined);
    for (let times = 0; times < 3; times++) {
      const { headers } = await notify().expect(202);
      expect(headers['ratelimit']).toMatch(/^"default";r=\d+;t=\d+$/);
    }
  });
});
