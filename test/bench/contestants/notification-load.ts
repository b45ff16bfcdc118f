import { quantile } from '../bench.js';
import { leave, orders, ownUsage, tell } from '../kit/child.js';
import { type Ask, type Asked, closedLoad, OpenLoad } from './load.js';
import { WireConnection } from './wire-client.js';

export interface LoadOrders {
  readonly port: number;
  readonly apiKey: string;
  readonly connections: number;
  /** Requests that are measured; without it they go on until stdin is closed. Only a load with `perSecond` may do without. */
  readonly count?: number;
  /** Requests before them, by all connections at once: nobody is measured while their code is still being compiled. */
  readonly warmUp: number;
  /** Arrivals a second by timetable; without it every connection asks again at once. */
  readonly perSecond?: number;
  /** What the local parts of the addresses begin with. */
  readonly addresses: string;
  /** ISO 8601, for notifications that are taken in now and sent later. */
  readonly sendAt?: string;
  /** Tells of every single request, too. */
  readonly each?: boolean;
}

export interface LoadResult {
  /** Requests in all, warm-up included: what the account must come to. */
  readonly asked: number;
  /** Answers other than 202, by status, warm-up included. */
  readonly refused: Readonly<Record<string, number>>;
  readonly measured: number;
  readonly seconds: number;
  /** Milliseconds, from when it was due to its answer. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Milliseconds by which requests left late, p99: for want of a connection, or because we ourselves were late. */
  readonly lateP99: number;
  readonly cpuSeconds: number;
  readonly each?: readonly EachAsked[];
}

export interface EachAsked {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly dueOn: number;
  readonly answeredOn: number;
}

const DATA = {
  companyName: 'Example Ltd',
  companyAddress: '1 High Street, Cork',
  occurredAt: '21 November 2026, 13:05',
  validFor: '10 minutes',
} as const;

const load = orders<LoadOrders>();

async function run(): Promise<void> {
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => WireConnection.open(load.port)),
  );
  const refused: Record<string, number> = {};
  const note = (status: number): void => {
    if (status !== 202) refused[status] = (refused[status] ?? 0) + 1;
  };
  await closedLoad(connections, load.warmUp, asking('warm'), ({ status }) => note(status));
  tell({ ready: true });
  const all: Asked[] = [];
  const before = ownUsage().cpuSeconds;
  const startedAt = performance.now();
  await measured(connections, (asked) => {
    note(asked.status);
    all.push(asked);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const latencies = all.map(({ dueAt, answeredAt }) => answeredAt - dueAt);
  const result: LoadResult = {
    asked: load.warmUp + all.length,
    refused,
    measured: all.length,
    seconds,
    latency: { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), max: quantile(latencies, 1) },
    lateP99: quantile(
      all.map(({ dueAt, sentAt }) => sentAt - dueAt),
      0.99,
    ),
    cpuSeconds: ownUsage().cpuSeconds - before,
    ...(load.each && { each: all.map(eachOf) }),
  };
  tell(result);
  for (const connection of connections) connection.close();
}

async function measured(
  connections: readonly WireConnection[],
  heard: (asked: Asked) => void,
): Promise<void> {
  const { count = Infinity, perSecond } = load;
  if (perSecond === undefined) return closedLoad(connections, count, asking('n'), heard);
  const open = new OpenLoad(connections, perSecond, count, asking('n'), heard);
  process.stdin.resume().on('end', () => open.stop());
  await open.run();
  process.stdin.pause();
}

/** The requests, as texts: only the address and the code differ. */
function asking(kind: string): Ask {
  const { port, apiKey, sendAt } = load;
  const head = `POST /v1/notifications HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${apiKey}\r\n`;
  return (connection, n) => {
    const code = String((n * 7919) % 1_000_000).padStart(6, '0');
    const body = JSON.stringify({
      type: 'mfa_code',
      to: { email: `${nameOf(kind, n)}@example.com` },
      data: { ...DATA, code },
      ...(sendAt !== undefined && { sendAt }),
    });
    return connection.ask(
      `${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  };
}

function eachOf({ n, dueAt, answeredAt, answeredOn }: Asked): EachAsked {
  return { name: nameOf('n', n), dueOn: answeredOn - (answeredAt - dueAt), answeredOn };
}

function nameOf(kind: string, n: number): string {
  return `${load.addresses}${kind}${n}`;
}

await run();
leave();
