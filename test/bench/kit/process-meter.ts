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

  /** Seconds of CPU per living thread, most first, threads of one name together. */
  cpuByThread(): Readonly<Record<string, number>> {
    const sums = new Map<string, number>();
    for (const thread of readdirSync(`/proc/${this.#pid}/task`)) {
      const folder = `/proc/${this.#pid}/task/${thread}`;
      const name = `${readFileSync(`${folder}/comm`, 'utf8').trim()}`;
      const nanoseconds = Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]);
      const label = /^(libuv-worker|V8Worker|node-V8Worker)/.test(name) ? name : `${name} ${thread}`;
      sums.set(label, (sums.get(label) ?? 0) + nanoseconds / 1e9);
    }
    return Object.fromEntries([...sums].sort(([, a], [, b]) => b - a));
  }
}
