import { readFileSync } from 'node:fs';

/** Files that a process holds beside its connections. */
const OTHERS = 500;

/** As many as were asked for, or as this system lets one process have: then it says so. An even number. */
export function connectionsOf(wanted: number, say: (line: string) => void): number {
  const most = Math.floor((mostFiles() - OTHERS) / 2) * 2;
  if (wanted <= most) return wanted + (wanted % 2);
  say(`only ${most} connections: a process may have no more files open here (ulimit -Hn)`);
  return most;
}

/** Node raises its own limit to this one when it starts, and what it starts inherits that. */
function mostFiles(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  return hard === undefined || hard === 'unlimited' ? 1_000_000 : Number(hard);
}
