import { parentPort, workerData } from 'node:worker_threads';
import { runDeliveryThread } from './run-delivery-thread.js';
import type { DeliveryThreadOptions } from './wire.js';

if (!parentPort) throw new Error('This file runs as a worker thread.');
await runDeliveryThread(parentPort, workerData as DeliveryThreadOptions);
