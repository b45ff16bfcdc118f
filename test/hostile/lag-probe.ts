import { isMainThread } from 'node:worker_threads';
import { slowness } from '#test/support/yardstick.js';

/**
 * Loaded into the server's process before the server (`node --import`): tells for how long its event loop served nobody.
 * Asked over the IPC channel, which keeps nothing alive.
 */
const TICK_MS = 5;
/** What is shorter is in nobody's way, however slow the machine: it is not asked. */
const WORTH_JUDGING_MS = 20;

/** Of the longest stretch between two ticks since the last time it was asked. */
export interface Lag {
  /** Milliseconds by the clock on the wall: what somebody waiting saw, other programs' doing included. */
  readonly wall: number;
  /** Milliseconds of processor time that the thread took: what it did itself. */
  readonly cpu: number;
  /** The lesser of both, as the machine of the marks would have counted it. */
  readonly held: number;
  /** Bytes that the process holds in memory. */
  readonly rss: number;
}

function watch(): () => Lag {
  let wall = performance.now();
  let cpu = process.threadCpuUsage();
  let longest = { wall: 0, cpu: 0 };
  const tick = (): void => {
    const now = performance.now();
    const { user, system } = process.threadCpuUsage(cpu);
    const spent = { wall: Math.max(0, now - wall - TICK_MS), cpu: (user + system) / 1000 };
    if (Math.min(spent.wall, spent.cpu) >= Math.min(longest.wall, longest.cpu)) longest = spent;
    wall = now;
    cpu = process.threadCpuUsage();
  };
  setInterval(tick, TICK_MS).unref();
  return () => {
    tick();
    const least = Math.min(longest.wall, longest.cpu);
    const held = least < WORTH_JUDGING_MS ? least : least / slowness();
    const told = { ...longest, held, rss: process.memoryUsage.rss() };
    longest = { wall: 0, cpu: 0 };
    [wall, cpu] = [performance.now(), process.threadCpuUsage()];
    return told;
  };
}

/** By the processor's time: on a busy machine a tenth of a second goes by with nothing done. */
function hold(): void {
  const before = process.threadCpuUsage();
  while (process.threadCpuUsage(before).user < 600_000);
}

// Workers inherit --import; only the thread that serves is of interest.
if (isMainThread && process.send && process.channel) {
  const look = watch();
  process.on('message', (message) => {
    if (message === 'lag') process.send?.({ lag: look() });
    if (message === 'hold') hold();
  });
  process.channel.unref();
  // Whoever asked has died: nobody else would ever stop us.
  process.on('disconnect', () => process.exit(1));
}
