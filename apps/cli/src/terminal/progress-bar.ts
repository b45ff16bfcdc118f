import type { Terminal } from './terminal.js';

const WIDEST = 40;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** Share done, 0..1, as a bar that leaves `beside` columns of the line to others. */
export function progressBar(terminal: Terminal, share: number, beside: number): string {
  const columns = Math.max(4, Math.min(WIDEST, terminal.width - beside));
  const done = Math.min(1, Math.max(0, share)) * columns;
  const whole = Math.floor(done);
  const { paint } = terminal;
  if (!terminal.unicode) return `[${'#'.repeat(whole)}${'.'.repeat(columns - whole)}]`;
  const part = EIGHTHS[Math.floor((done - whole) * 8)] ?? '';
  const rest = '░'.repeat(columns - whole - part.length);
  return paint('cyan', '█'.repeat(whole) + part) + paint('dim', rest);
}
