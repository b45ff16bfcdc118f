import { createRequire, syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into the server's process before the server (`node --import`): on SIGUSR2 the thread with the number in
 * `KILLED_THREAD` ends, at whatever it is doing. The storage's come first: the writer is 0, the reader 1.
 */
if (isMainThread) {
  const require = createRequire(import.meta.url);
  const threads = require('node:worker_threads') as { Worker: typeof import('node:worker_threads').Worker };
  const started: InstanceType<typeof threads.Worker>[] = [];
  threads.Worker = class extends threads.Worker {
    constructor(...args: ConstructorParameters<typeof threads.Worker>) {
      super(...args);
      started.push(this);
    }
  };
  syncBuiltinESMExports();
  process.on('SIGUSR2', () => void started[Number(process.env['KILLED_THREAD'])]?.terminate());
}
