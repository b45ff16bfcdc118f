import { describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { encodeTime } from '#domain/kernel/ulid.js';
import { describeIdsContract } from '#ports/system/ids.contract.js';
import { RequestIds } from './attempt.js';

const attempt = { workspaceId: 'wsp_1' as WorkspaceId, key: 'k-1', startedAt: 1_767_225_600_000, number: 1 };
const firstTwo = (changes: Partial<typeof attempt> = {}): string[] => {
  const ids = new RequestIds({ ...attempt, ...changes });
  return [ids.next('cmp'), ids.next('cmp')];
};

describeIdsContract('RequestIds', () => new RequestIds(attempt));

describe('RequestIds', () => {
  it('makes the same ids for every attempt of a request, and others for another request', () => {
    expect(firstTwo({ number: 7 })).toEqual(firstTwo());
    for (const changes of [{ key: 'k-2' }, { workspaceId: 'wsp_2' as WorkspaceId }, { startedAt: 1 }]) {
      expect(firstTwo(changes)).not.toEqual(firstTwo());
    }
  });

  it('counts each prefix for itself, so that making one thing more does not rename the others', () => {
    const ids = new RequestIds(attempt);
    ids.next('lst');
    expect([ids.next('cmp'), ids.next('cmp')]).toEqual(firstTwo());
  });

  it('dates ids at the first attempt', () => {
    expect(firstTwo()[0]?.slice(4, 14)).toBe(encodeTime(attempt.startedAt));
  });
});
