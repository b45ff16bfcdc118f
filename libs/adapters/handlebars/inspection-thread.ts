import { parentPort } from 'node:worker_threads';
import { Refusal } from '#domain/kernel/refusal.js';
import { inspectSource } from './inspect-source.js';
import type { Asked, FromInspection, ToInspection } from './inspection.js';
import { renderTrial } from './render-trial.js';

if (!parentPort) throw new Error('This file runs as a worker thread.');
const host = parentPort;

host.on('message', ({ id, ...asked }: ToInspection) => {
  const tell = (message: FromInspection): void => host.postMessage(message);
  carryOut(asked).then(
    (answer) => tell({ id, answer }),
    (error: unknown) => {
      // Anything else is a fault of ours: it ends the thread, and everybody who waits for it is told.
      if (!(error instanceof Refusal)) throw error;
      const { code, message: detail, faults } = error;
      tell({ id, refused: { code, detail, faults } });
    },
  );
});

function carryOut(asked: Asked): Promise<unknown> {
  return 'trial' in asked ? renderTrial(asked.trial) : inspectSource(asked.content);
}
