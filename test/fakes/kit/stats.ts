import type { Provider } from './journal.js';

export interface FakeStats {
  provider: Provider;
  /** Calls that send, whatever became of them. */
  requests: number;
  /** Recipients that the vendor took responsibility for. */
  accepted: number;
  /** Recipients turned down inside a call. */
  rejected: number;
  /** Calls turned down as a whole. */
  refused: number;
  /** Calls answered from an idempotency key's memory. */
  replayed: number;
  dropped: number;
  hung: number;
  /** Calls that do not send: account look-ups and the like. */
  queries: number;
  bytes: number;
  /** Connections since the start. */
  connections: number;
  inFlight: number;
  peakInFlight: number;
  byStatus: Record<string, number>;
  byFault: Record<string, number>;
  /** Epoch milliseconds of the first and the last acceptance; 0 before there is one. */
  firstAcceptedAt: number;
  lastAcceptedAt: number;
}

export function emptyStats(provider: Provider): FakeStats {
  return {
    provider,
    requests: 0,
    accepted: 0,
    rejected: 0,
    refused: 0,
    replayed: 0,
    dropped: 0,
    hung: 0,
    queries: 0,
    bytes: 0,
    connections: 0,
    inFlight: 0,
    peakInFlight: 0,
    byStatus: {},
    byFault: {},
    firstAcceptedAt: 0,
    lastAcceptedAt: 0,
  };
}
