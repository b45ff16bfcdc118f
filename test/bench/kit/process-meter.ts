import { readdirSync, readFileSync } from 'node:fs';

/** `getconf CLK_TCK`: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface Memory {
  /** Resident set, bytes: all of it, and the part that no file stands behind. */
  readonly rss: number;
  readonly anonymous: number;
}

/** CPU time and memory of a process of ours, seen from outside through /proc. */
export class ProcessMeter {
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Seconds of CPU spent so far by all its threads, ended ones included. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces: fields are counted from behind it. utime and stime are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  memory(): Memory {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    const kilobytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return { rss: kilobytes('VmRSS') * 1024, anonymous: kilobytes('RssAnon') * 1024 };
  }

  /** Seconds of CPU spent so far by each living thread: `main`, its workers in the order they were started, the runtime's. */
  cpuByThread(): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {};
    let workers = 0;
    const threads = readdirSync(`/proc/${this.#pid}/task`).sort((a, b) => Number(a) - Number(b));
    for (const thread of threads) {
      const folder = `/proc/${this.#pid}/task/${thread}`;
      const name = readFileSync(`${folder}/comm`, 'utf8').trim();
      const nanoseconds = Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]);
      if (name === 'WorkerThread') workers += 1;
      const label = name === 'WorkerThread' ? `worker ${workers}` : (NAMES[name] ?? 'other');
      sums[label] = (sums[label] ?? 0) + nanoseconds / 1e9;
    }
    return sums;
  }
}

/** As Node calls its threads, and as a reader would. */
const NAMES: Readonly<Record<string, string>> = {
  MainThread: 'main',
  V8Worker: 'garbage collection and compiling',
};
