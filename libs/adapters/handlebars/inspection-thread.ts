import { parentPort } from 'node:worker_threads';
import { Refusal } from '#domain/kernel/refusal.js';
import { inspectSource } from './inspect-source.js';
import type { FromInspection, ToInspection } from './inspection.js';

if (!parentPort) throw new Error('This file runs as a worker thread.');
const host = parentPort;

host.on('message', ({ id, content }: ToInspection) => {
  const tell = (message: FromInspection): void => host.postMessage(message);
  inspectSource(content).then(
    (inspected) => tell({ id, inspected }),
    (error: unknown) => {
      // Anything else is a fault of ours: it ends the thread, and everybody who waits for it is told.
      if (!(error instanceof Refusal)) throw error;
      const { code, message: detail, faults } = error;
      tell({ id, refused: { code, detail, faults } });
    },
  );
});
