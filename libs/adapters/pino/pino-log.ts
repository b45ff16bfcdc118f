import { type Logger, pino, stdSerializers } from 'pino';
import type { Log, LogFields } from '#ports/system/log.js';
import { scrubbing } from './scrub.js';

export interface PinoOptions {
  readonly level: string;
  /** Values that must never be written. */
  readonly secrets: readonly string[];
  /** Where lines go, each ending in a line feed. */
  readonly write: (line: string) => void;
}

/** Names whose values are secrets wherever they stand, in case one was not among the configured ones. */
const SECRET_NAMES =
  /^(authorization|password|secret|token|api_?key|cookie|credentials|.*(password|secret|token|api_?key))$/i;

/** One JSON object a line: `{"level":"info","time":"…","event":"outbox.handler_failed",…}`. */
export class PinoLog implements Log {
  readonly #pino: Logger;

  constructor({ level, secrets, write }: PinoOptions) {
    const scrub = scrubbing(secrets);
    this.#pino = pino(
      {
        level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      { write: (line: string) => write(scrub(line)) },
    );
  }

  debug(event: string, fields: LogFields = {}): void {
    if (this.#pino.isLevelEnabled('debug')) this.#pino.debug(line(event, fields));
  }

  info(event: string, fields: LogFields = {}): void {
    this.#pino.info(line(event, fields));
  }

  warn(event: string, fields: LogFields = {}): void {
    this.#pino.warn(line(event, fields));
  }

  error(event: string, fields: LogFields = {}): void {
    this.#pino.error(line(event, fields));
  }
}

function line(event: string, fields: LogFields): object {
  return { event, ...(plain(fields, 0) as object) };
}

/** What can be written of a value: errors with stack and cause, no secrets, not deeper than anybody reads. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 4) return '…';
  // Not `instanceof`: an error of another thread or context is one as well.
  if ('stack' in value && 'message' in value) return stdSerializers.errWithCause(value as Error);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => plain(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    copy[name] = SECRET_NAMES.test(name) ? '[secret]' : plain(item, depth + 1);
  }
  return copy;
}
