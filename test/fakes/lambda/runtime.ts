import { pathToFileURL } from 'node:url';

/**
 * What Lambda runs in a process of its own: reads the file of a function, says how long that took, and hands it one event after another with
 * the time that is left for each. Told by IPC.
 */
interface Asked {
  readonly event: unknown;
  readonly timeoutMs: number;
}

interface Read {
  handler(event: unknown, invocation: { getRemainingTimeInMillis(): number }): Promise<unknown>;
}

const [, , file = ''] = process.argv;
const began = performance.now();
const before = process.cpuUsage();
const { handler } = (await import(pathToFileURL(file).href)) as Read;
const { user, system } = process.cpuUsage(before);
const initMs = performance.now() - began;

process.on('message', (asked: Asked) => void answer(asked));
process.send?.({ initMs, cpuMs: (user + system) / 1_000 });

async function answer({ event, timeoutMs }: Asked): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  const getRemainingTimeInMillis = (): number => Math.max(0, endsAt - performance.now());
  try {
    process.send?.({ ok: true, answer: await handler(event, { getRemainingTimeInMillis }) });
  } catch (error) {
    process.send?.({ ok: false, message: error instanceof Error ? error.message : String(error) });
  }
}
