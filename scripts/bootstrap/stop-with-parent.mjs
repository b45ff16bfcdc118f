/**
 * Preloaded into what the bootstrap starts: when the bootstrap is gone, stop as if SIGTERM had come, so that no server
 * keeps the port after its `npm start` was killed. A process that ignores SIGTERM is given GRACE_MS, then ended.
 */
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

const GRACE_MS = 30_000; // a graceful stop takes at most 25 s

const descriptor = Number(process.env.POSTHORN_PARENT_FD);
if (isMainThread && Number.isInteger(descriptor)) {
  delete process.env.POSTHORN_PARENT_FD; // our own children have another parent: us
  try {
    watch(new Socket({ fd: descriptor, readable: true, writable: false }));
  } catch {
    // started by hand with a leftover variable: there is nothing to watch
  }
}

function watch(parent) {
  const stop = () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(143), GRACE_MS).unref();
  };
  parent.once('end', stop).once('error', () => {});
  parent.resume();
  parent.unref(); // watching must not keep a finished process alive
}
