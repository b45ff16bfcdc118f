import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Attempt, Begun, IdempotentRequests, StoredAnswer } from './idempotent-requests.js';

export interface IdempotentRequestsUnderTest {
  readonly requests: IdempotentRequests;
  close(): Promise<void>;
}

const OURS = 'wsp_ours' as WorkspaceId;
const THEIRS = 'wsp_theirs' as WorkspaceId;
const BODY = new Uint8Array(32).fill(1);
const OTHER_BODY = new Uint8Array(32).fill(2);
const NOW = 10_000;
const LEASE = 60_000;
const KEEP = 1_000_000;
const ANSWER: StoredAnswer = {
  status: 201,
  headers: { location: '/v1/lists/lst_1' },
  body: '{"id":"lst_1","name":"Ümläut 💌"}',
};

/** @param forgets whether it waits for `purge`, or takes for gone by itself what need not be kept any longer */
export function describeIdempotentRequestsContract(
  name: string,
  make: () => Promise<IdempotentRequestsUnderTest>,
  forgets: 'when purged' | 'by itself' = 'when purged',
): void {
  describe(`IdempotentRequests: ${name}`, () => {
    let its: IdempotentRequestsUnderTest;
    let requests: IdempotentRequests;
    beforeEach(async () => {
      its = await make();
      requests = its.requests;
    });
    afterEach(() => its.close());

    const begin = (key: string, now = NOW, fingerprint = BODY, workspaceId = OURS): Promise<Begun> =>
      requests.begin({ workspaceId, key, fingerprint }, now, now + LEASE, now + KEEP);
    const fresh = async (key: string, now = NOW): Promise<Attempt> => {
      const begun = await begin(key, now);
      if (begun.state !== 'fresh') throw new Error(`expected a fresh attempt, was ${begun.state}`);
      return begun.attempt;
    };

    it('lets the first attempt go ahead', async () => {
      expect(await begin('k')).toEqual({
        state: 'fresh',
        attempt: { workspaceId: OURS, key: 'k', startedAt: NOW, number: 1 },
      });
    });

    it('holds back a repetition while the first is in flight', async () => {
      await fresh('k');
      expect(await begin('k', NOW + 1)).toEqual({ state: 'in-flight', until: NOW + LEASE });
    });

    it('lets one of many go ahead that come at the same time', async () => {
      const begun = await Promise.all(Array.from({ length: 20 }, () => begin('k')));
      expect(begun.filter(({ state }) => state === 'fresh')).toHaveLength(1);
      expect(begun.filter(({ state }) => state === 'in-flight')).toHaveLength(19);
    });

    it('answers a repetition what was answered first, to the byte', async () => {
      expect(await requests.settle(await fresh('k'), ANSWER, NOW + KEEP)).toBe(true);
      expect(await begin('k', NOW + 5)).toEqual({ state: 'replay', answer: ANSWER });
    });

    it('refuses the same key for something else, in flight and settled', async () => {
      const attempt = await fresh('k');
      expect(await begin('k', NOW, OTHER_BODY)).toEqual({ state: 'mismatch' });
      await requests.settle(attempt, ANSWER, NOW + KEEP);
      expect(await begin('k', NOW, OTHER_BODY)).toEqual({ state: 'mismatch' });
    });

    it('keeps the keys of different workspaces apart', async () => {
      await requests.settle(await fresh('k'), ANSWER, NOW + KEEP);
      expect((await begin('k', NOW, OTHER_BODY, THEIRS)).state).toBe('fresh');
    });

    it('lets one attempt take over when the lease has ended, with the first start and the next number', async () => {
      await fresh('k');
      const late = await Promise.all([
        begin('k', NOW + LEASE),
        begin('k', NOW + LEASE),
        begin('k', NOW + LEASE),
      ]);
      const [winner, ...rest] = late.filter(({ state }) => state === 'fresh');
      expect(winner).toEqual({
        state: 'fresh',
        attempt: { workspaceId: OURS, key: 'k', startedAt: NOW, number: 2 },
      });
      expect(rest).toEqual([]);
    });

    it('lets nobody take over while the lease is renewed', async () => {
      const attempt = await fresh('k');
      expect(await requests.renew(attempt, NOW + 3 * LEASE)).toBe(true);
      expect(await begin('k', NOW + 2 * LEASE)).toEqual({ state: 'in-flight', until: NOW + 3 * LEASE });
    });

    it('lets the next attempt go ahead at once after one was abandoned', async () => {
      expect(await requests.abandon(await fresh('k'))).toBe(true);
      const next = await fresh('k', NOW + 1);
      expect(next).toEqual({ workspaceId: OURS, key: 'k', startedAt: NOW, number: 2 });
    });

    it('takes nothing from an attempt that was taken over', async () => {
      const slow = await fresh('k');
      const current = await fresh('k', NOW + LEASE);
      expect(await requests.settle(slow, { ...ANSWER, status: 500 }, NOW + KEEP)).toBe(false);
      expect(await requests.renew(slow, NOW + 9 * LEASE)).toBe(false);
      expect(await requests.abandon(slow)).toBe(false);
      expect((await begin('k', NOW + LEASE + 1)).state).toBe('in-flight');
      expect(await requests.settle(current, ANSWER, NOW + KEEP)).toBe(true);
    });

    it('never changes an answer once it is settled', async () => {
      const attempt = await fresh('k');
      await requests.settle(attempt, ANSWER, NOW + KEEP);
      expect(await requests.settle(attempt, { ...ANSWER, status: 202 }, NOW + KEEP)).toBe(false);
      expect(await requests.abandon(attempt)).toBe(false);
      expect(await begin('k')).toEqual({ state: 'replay', answer: ANSWER });
    });

    if (forgets === 'by itself') {
      it('takes for gone what need not be kept any longer, and leaves nothing to purge', async () => {
        await requests.settle(await fresh('k'), ANSWER, NOW + KEEP);
        expect((await begin('k', NOW + KEEP)).state).toBe('replay');
        expect(await begin('k', NOW + KEEP + 1, OTHER_BODY)).toEqual({
          state: 'fresh',
          attempt: { workspaceId: OURS, key: 'k', startedAt: NOW + KEEP + 1, number: 1 },
        });
        expect(await requests.purge(NOW + KEEP + 1, 10)).toBe(0);
      });
      return;
    }

    it('purges what need not be kept any longer, so many at a time, and nothing else', async () => {
      for (const key of ['a', 'b', 'c']) await requests.settle(await fresh(key), ANSWER, NOW + KEEP);
      await requests.settle(await fresh('young'), ANSWER, NOW + 2 * KEEP);
      expect(await requests.purge(NOW + KEEP, 10)).toBe(0);
      expect(await requests.purge(NOW + KEEP + 1, 2)).toBe(2);
      expect(await requests.purge(NOW + KEEP + 1, 2)).toBe(1);
      expect((await begin('young')).state).toBe('replay');
      expect((await begin('a')).state).toBe('fresh');
    });
  });
}
