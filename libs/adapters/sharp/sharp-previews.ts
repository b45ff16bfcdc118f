import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import type { ImagePreviews, Previewed } from '#ports/chat/image-previews.js';
import type { Log } from '#ports/system/log.js';
import type { ToPreviewProcess } from './preview-process.js';

export interface PreviewLimits {
  /** Pixels of an image that is unpacked. */
  readonly mostPixels: number;
  /** Bytes of its file. */
  readonly largest: number;
  /** From the first byte to the answer; then the process is ended, whatever it is at. */
  readonly timeoutMs: number;
  readonly mostWaiting: number;
  /** It costs some 80 MB, and goes when nothing has been asked of it for so long. */
  readonly idleMs: number;
}

const DEFAULT_PREVIEW_LIMITS: PreviewLimits = {
  mostPixels: 50_000_000,
  largest: 64 * 2 ** 20,
  timeoutMs: 20_000,
  mostWaiting: 64,
  idleMs: 15_000,
};

/** Below the serving of requests. */
const NICE = 10;
const NOT_INSTALLED: Previewed = { kind: 'unavailable', reason: 'not_installed' };
const STOPPING: Previewed = { kind: 'unavailable', reason: 'stopping' };

/**
 * By sharp, in a process of its own with nothing in its environment, which is started when there is something to do: a start
 * of ours loads nothing of it, and goes well on a machine for which there is none.
 */
export class SharpPreviews implements ImagePreviews {
  readonly #limits: PreviewLimits;
  readonly #log: Log;
  readonly #entry: URL;
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isMissing = false;
  #isClosed = false;

  /** @param entry what runs in the process */
  constructor(
    log: Log,
    limits: Partial<PreviewLimits> = {},
    entry: URL = new URL('./preview-process.js', import.meta.url),
  ) {
    this.#log = log;
    this.#limits = { ...DEFAULT_PREVIEW_LIMITS, ...limits };
    this.#entry = entry;
  }

  /** Whether its process is there. */
  get running(): boolean {
    return this.#child !== undefined;
  }

  async make(bytes: AsyncIterable<Uint8Array>, sizes: readonly number[]): Promise<Previewed> {
    if (this.#waiting >= this.#limits.mostWaiting) return { kind: 'unavailable', reason: 'busy' };
    this.#waiting += 1;
    const turn = this.#last.then(() => this.#one(bytes, sizes));
    this.#last = turn.catch(() => undefined);
    return turn.finally(() => (this.#waiting -= 1));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end(this.#child);
    await this.#last;
  }

  async #one(bytes: AsyncIterable<Uint8Array>, sizes: readonly number[]): Promise<Previewed> {
    if (this.#isClosed) return STOPPING;
    if (this.#isMissing) return NOT_INSTALLED;
    clearTimeout(this.#idle);
    const child = (this.#child ??= this.#start());
    // While an answer is owed the process must not let us end.
    child.channel?.ref();
    const answer = this.#answerOf(child);
    try {
      await this.#hand(child, bytes, sizes);
    } catch (error) {
      // It has half of a file, and would take the next for the rest of it.
      this.#end(child);
      throw error;
    }
    const found = await answer;
    this.#rest();
    this.#isMissing ||= found.kind === 'unavailable' && found.reason === 'not_installed';
    return found;
  }

  async #hand(
    child: ChildProcess,
    bytes: AsyncIterable<Uint8Array>,
    sizes: readonly number[],
  ): Promise<void> {
    const { mostPixels, timeoutMs, largest } = this.#limits;
    const seconds = Math.max(1, Math.floor(timeoutMs / 1000));
    await send(child, { kind: 'order', order: { sizes, mostPixels, seconds } });
    let length = 0;
    for await (const piece of bytes) {
      length += piece.byteLength;
      if (length > largest) return this.#end(child, 'too_large');
      await send(child, { kind: 'piece', bytes: piece });
    }
    await send(child, { kind: 'end' });
  }

  /** Of a process that ends by itself the image is the reason; if we end it, so is what we say. */
  #answerOf(child: ChildProcess): Promise<Previewed> {
    return new Promise((resolve) => {
      const settle = (found: Previewed): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        child.on('error', () => undefined);
        resolve(found);
      };
      const timer = setTimeout(() => this.#end(child, 'too_slow'), this.#limits.timeoutMs);
      child.once('message', (found: Previewed) => settle(found));
      child.once('error', (error) => {
        this.#log.error('previews.process_unavailable', { error });
        this.#end(child);
        settle(NOT_INSTALLED);
      });
      child.once('exit', (code, signal) => {
        const reason = ENDED.get(child);
        if (this.#child === child) this.#child = undefined;
        if (this.#isClosed) return settle(STOPPING);
        this.#log.warn('previews.process_ended', { code, signal, reason });
        settle({ kind: 'none', reason: reason ?? 'unreadable' });
      });
    });
  }

  #start(): ChildProcess {
    const child = fork(this.#entry, [], {
      env: {},
      execArgv: ['--max-old-space-size=256'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.unref();
    try {
      if (child.pid !== undefined) setPriority(child.pid, NICE);
    } catch {
      // Then it is as urgent as we are.
    }
    return child;
  }

  #end(child: ChildProcess | undefined, reason?: 'too_large' | 'too_slow'): void {
    if (!child) return;
    if (this.#child === child) this.#child = undefined;
    if (reason) ENDED.set(child, reason);
    child.kill('SIGKILL');
  }

  #rest(): void {
    const child = this.#child;
    if (!child) return;
    child.channel?.unref();
    this.#idle = setTimeout(() => this.#end(child), this.#limits.idleMs).unref();
  }
}

/** Why we have ended a process. */
const ENDED = new WeakMap<ChildProcess, 'too_large' | 'too_slow'>();

/** Resolves when it has left; also if it never will, for then the process has ended, and that is what is heard of. */
function send(child: ChildProcess, message: ToPreviewProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.connected) child.send(message, () => resolve());
    else resolve();
  });
}
