import type { Log, LogFields } from '#ports/system/log.js';

export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: LogFields;
}

/** Remembers what was said, for tests that care. */
export class MemoryLog implements Log {
  readonly entries: LogEntry[] = [];

  debug(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'debug', event, fields });
  }

  info(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'info', event, fields });
  }

  warn(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'warn', event, fields });
  }

  error(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'error', event, fields });
  }

  /** The names of what was said at warning level and above. */
  get complaints(): string[] {
    return this.entries
      .filter(({ level }) => level === 'warn' || level === 'error')
      .map(({ event }) => event);
  }
}
