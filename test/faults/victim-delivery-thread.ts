import { parentPort, workerData } from 'node:worker_threads';
import { runDeliveryThread } from '#apps/server/src/delivery-thread/run-delivery-thread.js';
import type { DeliveryThreadOptions } from '#apps/server/src/delivery-thread/wire.js';
import { CrashCounter } from './crash-points.js';
import { dyingTools } from './dying-delivery.js';

const crash = new CrashCounter(process.env['VICTIM_CRASH']);

if (!parentPort) throw new Error('This file runs as a worker thread.');
await runDeliveryThread(parentPort, workerData as DeliveryThreadOptions, (tools) =>
  dyingTools(tools, crash, process.env['VICTIM_BUG']),
);
