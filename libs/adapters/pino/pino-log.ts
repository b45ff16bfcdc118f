import { type Logger, pino } from 'pino';
import { scrubbing, writable } from '#domain/kernel/redaction.js';
import type { Log, LogFields } from '#ports/system/log.js';

export interface PinoOptions {
  readonly level: string;
  /** Values that must never be written. */
  readonly secrets: readonly string[];
  /** Where lines go, each ending in a line feed. */
  readonly write: (line: string) => void;
}

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
  return { event, ...(writable(fields) as object) };
}
