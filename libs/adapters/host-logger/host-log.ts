import type { LoggerService } from '@nestjs/common';
import { scrubbing, writable } from '#domain/kernel/redaction.js';
import type { Log, LogFields } from '#ports/system/log.js';

/** Where another application wants to read us: any logger of Nest's, its own included. */
export type HostLogger = Pick<LoggerService, 'log' | 'warn' | 'error' | 'debug'>;

/** One line a message, `delivery.thread.died {"error":…}`, in the log of the application that we are part of. */
export class HostLog implements Log {
  readonly #logger: HostLogger;
  readonly #scrub: (text: string) => string;

  /** @param secrets values that must never be written */
  constructor(logger: HostLogger, secrets: readonly string[] = []) {
    this.#logger = logger;
    this.#scrub = scrubbing(secrets);
  }

  debug(event: string, fields?: LogFields): void {
    this.#write((line) => this.#logger.debug?.(line), event, fields);
  }

  info(event: string, fields?: LogFields): void {
    this.#write((line) => this.#logger.log(line), event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.#write((line) => this.#logger.warn(line), event, fields);
  }

  error(event: string, fields?: LogFields): void {
    this.#write((line) => this.#logger.error(line), event, fields);
  }

  #write(write: (line: string) => void, event: string, fields: LogFields = {}): void {
    try {
      const told = JSON.stringify(writable(fields));
      write(this.#scrub(told === '{}' ? event : `${event} ${told}`));
    } catch {
      // A logger of somebody else's that fails is no reason to stop sending.
    }
  }
}
