import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { MemoryTimers } from '#adapters/memory/events/memory-timers.js';
import { MemorySecrets } from '#adapters/memory/system/memory-secrets.js';
import { MemoryStorageProbe } from '#adapters/memory/system/memory-storage-probe.js';
import { MemoryApiKeys } from '#adapters/memory/workspace/memory-api-keys.js';
import { MemoryIdempotentRequests } from '#adapters/memory/workspace/memory-idempotent-requests.js';
import { MemoryRateLimits } from '#adapters/memory/workspace/memory-rate-limits.js';
import { MemoryWorkspaces } from '#adapters/memory/workspace/memory-workspaces.js';
import { PrometheusMetrics } from '#adapters/prometheus/prometheus-metrics.js';
import { MetricsExposition } from '#adapters/rest/health/metrics.controller.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { Sha256ApiKeyTokens } from '#adapters/system/sha256-api-key-tokens.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { Outbox } from '#ports/events/outbox.js';
import { Timers } from '#ports/events/timers.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import { Metrics } from '#ports/system/metrics.js';
import { Randomness } from '#ports/system/randomness.js';
import { Secrets } from '#ports/system/secrets.js';
import { StorageProbe } from '#ports/system/storage-probe.js';
import { ApiKeyTokens } from '#ports/workspace/api-key-tokens.js';
import { ApiKeys } from '#ports/workspace/api-keys.js';
import { IdempotentRequests } from '#ports/workspace/idempotent-requests.js';
import { RateLimits } from '#ports/workspace/rate-limits.js';
import { Workspaces } from '#ports/workspace/workspaces.js';
import { answers, type OpenTarget } from './target.js';

/** Everything in memory, gone when it stops. A test may bring a clock that it drives. */
export const openTestTarget =
  (clock: Clock = new SystemClock()): OpenTarget =>
  ({ log }) => {
    const randomness = new CryptoRandomness();
    const metrics = new PrometheusMetrics();
    const keys = new MemoryApiKeys();
    const providers = [
      // system
      answers<Clock>(Clock, clock),
      answers<Ids>(Ids, new MonotonicUlids(clock, randomness)),
      answers<Randomness>(Randomness, randomness),
      answers<Secrets>(Secrets, new MemorySecrets(randomness)),
      answers<Log>(Log, log),
      answers<Metrics>(Metrics, metrics),
      answers<MetricsExposition>(MetricsExposition, metrics),
      answers<StorageProbe>(StorageProbe, new MemoryStorageProbe()),
      // events
      answers<Outbox>(Outbox, new MemoryOutbox()),
      answers<Timers>(Timers, new MemoryTimers()),
      // workspace
      answers<Workspaces>(Workspaces, new MemoryWorkspaces(keys)),
      answers<ApiKeys>(ApiKeys, keys),
      answers<ApiKeyTokens>(ApiKeyTokens, new Sha256ApiKeyTokens(randomness)),
      answers<IdempotentRequests>(IdempotentRequests, new MemoryIdempotentRequests()),
      answers<RateLimits>(RateLimits, new MemoryRateLimits(clock)),
    ];
    return Promise.resolve({ providers, close: () => Promise.resolve() });
  };

export const openTarget: OpenTarget = openTestTarget();
