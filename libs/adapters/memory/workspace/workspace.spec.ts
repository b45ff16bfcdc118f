import { describe, expect, it } from '@jest/globals';
import { describeApiKeysContract } from '#ports/workspace/api-keys.contract.js';
import { describeIdempotentRequestsContract } from '#ports/workspace/idempotent-requests.contract.js';
import { describeRateLimitsContract } from '#ports/workspace/rate-limits.contract.js';
import { describeWorkspacesContract } from '#ports/workspace/workspaces.contract.js';
import { DrivenClock } from '../system/driven-clock.js';
import { MemoryApiKeys } from './memory-api-keys.js';
import { MemoryIdempotentRequests } from './memory-idempotent-requests.js';
import { MemoryRateLimits } from './memory-rate-limits.js';
import { MemoryWorkspaces } from './memory-workspaces.js';

const close = (): Promise<void> => Promise.resolve();

describeWorkspacesContract('MemoryWorkspaces', () => {
  const keys = new MemoryApiKeys();
  return Promise.resolve({ workspaces: new MemoryWorkspaces(keys), keys, close });
});
describeApiKeysContract('MemoryApiKeys', () => Promise.resolve({ keys: new MemoryApiKeys(), close }));
describeIdempotentRequestsContract('MemoryIdempotentRequests', () =>
  Promise.resolve({ requests: new MemoryIdempotentRequests(), close }),
);
describeRateLimitsContract('MemoryRateLimits', () => {
  const clock = new DrivenClock();
  return { limits: new MemoryRateLimits(clock), pass: (ms) => clock.advance(ms) };
});

describe('MemoryRateLimits', () => {
  it('keeps a bounded number of buckets: the one unused for longest is forgotten', async () => {
    const limits = new MemoryRateLimits(new DrivenClock(), 2);
    const once = { perSecond: 0.001, burst: 1 };
    await limits.take('a', once);
    await limits.take('b', once);
    await limits.take('a', once);
    await limits.take('c', once);
    expect((await limits.take('a', once)).allowed).toBe(false);
    expect((await limits.take('b', once)).allowed).toBe(true);
  });
});
