import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BareIntakeOrders } from '../contestants/bare-intake.js';
import type { BullmqIntakeOrders } from '../contestants/bullmq-intake.js';
import { Contestant, type Usage } from './child.js';
import type { FakeProvider } from './fake-provider.js';
import type { Lag } from './lag-probe.js';
import { OWNER_KEY, Posthorn } from './posthorn.js';
import { ProcessMeter } from './process-meter.js';
import { Redis } from './redis.js';

/** A contestant that takes notifications in, started for one run. */
export interface IntakeServer {
  readonly port: number;
  readonly apiKey: string;
  /** CPU seconds so far, by process. */
  cpuSeconds(): Readonly<Record<string, number>>;
  /** Ends it. What it has kept must be all that it has answered 202 for. */
  stop(): Promise<{ readonly stored: number; readonly lag: Lag }>;
}

const KEY = OWNER_KEY;

export async function bareIntake(
  writer: BareIntakeOrders['writer'],
  profileTo: string | undefined,
): Promise<IntakeServer> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-intake-'));
  const file = join(folder, 'bare.db');
  const server = Contestant.start('bare-intake', { file, apiKey: KEY, writer } satisfies BareIntakeOrders, {
    profileTo,
  });
  const { port } = await server.hear<{ port: number }>();
  const meter = new ProcessMeter(server.pid);
  return {
    port,
    apiKey: KEY,
    cpuSeconds: () => ({ server: meter.cpuSeconds() }),
    stop: async () => {
      const { lag } = await server.end<Usage & { lag: Lag }>();
      const stored = rowsIn(file);
      rmSync(folder, { recursive: true });
      return { stored, lag };
    },
  };
}

/** Undefined where no Redis is installed. */
export async function bullmqIntake(profileTo: string | undefined): Promise<IntakeServer | undefined> {
  const redis = await Redis.start();
  if (!redis) return undefined;
  const orders: BullmqIntakeOrders = { redisPort: redis.port, apiKey: KEY };
  const server = Contestant.start('bullmq-intake', orders, { profileTo });
  const { port } = await server.hear<{ port: number }>();
  const meter = new ProcessMeter(server.pid);
  return {
    port,
    apiKey: KEY,
    cpuSeconds: () => ({ server: meter.cpuSeconds(), redis: redis.meter.cpuSeconds() }),
    stop: async () => {
      const { stored, lag } = await server.end<Usage & { stored: number; lag: Lag }>();
      await redis.stop();
      return { stored, lag };
    },
  };
}

export async function posthornIntake(
  fake: FakeProvider,
  profileTo: string | undefined,
): Promise<IntakeServer> {
  await fake.reset();
  const folder = mkdtempSync(join(tmpdir(), 'bench-intake-'));
  const dataDir = join(folder, 'data');
  const server = await Posthorn.start({ fake, dataDir, unmetered: true, profileTo });
  // What it took to start is not what it takes to serve.
  await server.lag();
  return {
    port: server.port,
    apiKey: KEY,
    cpuSeconds: () => ({ server: server.meter.cpuSeconds(), provider: fake.meter.cpuSeconds() }),
    stop: async () => {
      const lag = await server.lag();
      await server.stop();
      const stored = rowsIn(join(dataDir, 'posthorn.db'));
      rmSync(folder, { recursive: true });
      return { stored, lag };
    },
  };
}

function rowsIn(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const row = db.prepare('SELECT count(*) AS rows FROM notifications').get() as { rows: number };
  db.close();
  return row.rows;
}
