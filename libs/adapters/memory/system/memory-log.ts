import { scrubbing, writable } from '#domain/kernel/redaction.js';
import type { Log, LogFields } from '#ports/system/log.js';

type Level = 'debug' | 'info' | 'warn' | 'error';

export interface LogEntry {
  readonly level: Level;
  readonly event: string;
  /** As they would have been written: redacted, and plain data. */
  readonly fields: LogFields;
}

/** Remembers what was said, for tests that care. */
export class MemoryLog implements Log {
  readonly entries: LogEntry[] = [];
  readonly #scrub: (text: string) => string;

  /** @param secrets values that must never be remembered */
  constructor(secrets: readonly string[] = []) {
    this.#scrub = scrubbing(secrets);
  }

  debug(event: string, fields?: LogFields): void {
    this.#remember('debug', event, fields);
  }

  info(event: string, fields?: LogFields): void {
    this.#remember('info', event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.#remember('warn', event, fields);
  }

  error(event: string, fields?: LogFields): void {
    this.#remember('error', event, fields);
  }

  /** The names of what was said at warning level and above. */
  get complaints(): string[] {
    return this.entries
      .filter(({ level }) => level === 'warn' || level === 'error')
      .map(({ event }) => event);
  }

  #remember(level: Level, event: string, fields: LogFields = {}): void {
    const text = this.#scrub(JSON.stringify(writable(fields)));
    this.entries.push({ level, event, fields: JSON.parse(text) as LogFields });
  }
}
