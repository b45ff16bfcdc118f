import { MemoryRateLimits } from '#adapters/memory/workspace/memory-rate-limits.js';
import { PrometheusMetrics } from '#adapters/prometheus/prometheus-metrics.js';
import { MetricsExposition } from '#adapters/rest/health/metrics.controller.js';
import { SqliteEngine } from '#adapters/sqlite/engine/sqlite-engine.js';
import { SqliteOutbox } from '#adapters/sqlite/outbox/sqlite-outbox.js';
import { SqliteStorageProbe } from '#adapters/sqlite/storage-probe/sqlite-storage-probe.js';
import { SqliteTimers } from '#adapters/sqlite/timers/sqlite-timers.js';
import { SqliteApiKeys } from '#adapters/sqlite/workspace/sqlite-api-keys.js';
import { SqliteIdempotentRequests } from '#adapters/sqlite/workspace/sqlite-idempotent-requests.js';
import { SqliteWorkspaces } from '#adapters/sqlite/workspace/sqlite-workspaces.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { FileSecrets } from '#adapters/system/file-secrets.js';
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

/** One process, one data folder, nothing else to install. */
export const openTarget: OpenTarget = async ({ config, log, onFatal }) => {
  const engine = await SqliteEngine.open(config.dataDir, onFatal);
  const { storage } = engine;
  const clock = new SystemClock();
  const randomness = new CryptoRandomness();
  const ids = new MonotonicUlids(clock, randomness);
  const metrics = new PrometheusMetrics();
  return {
    providers: [
      // system
      answers<Clock>(Clock, clock),
      answers<Ids>(Ids, ids),
      answers<Randomness>(Randomness, randomness),
      answers<Secrets>(Secrets, new FileSecrets(config.dataDir, randomness)),
      answers<Log>(Log, log),
      answers<Metrics>(Metrics, metrics),
      answers<MetricsExposition>(MetricsExposition, metrics),
      answers<StorageProbe>(StorageProbe, new SqliteStorageProbe(storage)),
      // events
      answers<Outbox>(Outbox, new SqliteOutbox(storage)),
      answers<Timers>(Timers, new SqliteTimers(storage)),
      // workspace
      answers<Workspaces>(Workspaces, new SqliteWorkspaces(storage)),
      answers<ApiKeys>(ApiKeys, new SqliteApiKeys(storage)),
      answers<ApiKeyTokens>(ApiKeyTokens, new Sha256ApiKeyTokens(randomness)),
      answers<IdempotentRequests>(IdempotentRequests, new SqliteIdempotentRequests(storage)),
      answers<RateLimits>(RateLimits, new MemoryRateLimits(clock)),
    ],
    close: () => engine.close(),
  };
};
