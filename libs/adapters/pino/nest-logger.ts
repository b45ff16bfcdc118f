import type { LoggerService } from '@nestjs/common';
import type { Log } from '#ports/system/log.js';

const APPLICATION = 'NestApplication';

/** What Nest itself has to say, in our log. Its start-up chatter is for whoever debugs. */
export class NestLogger implements LoggerService {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  log(message: unknown, ...details: unknown[]): void {
    this.#log.debug('nest.log', fields(message, details));
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.#log.debug('nest.debug', fields(message, details));
  }

  verbose(message: unknown, ...details: unknown[]): void {
    this.#log.debug('nest.verbose', fields(message, details));
  }

  warn(message: unknown, ...details: unknown[]): void {
    this.#log.warn('nest.warn', fields(message, details));
  }

  error(message: unknown, ...details: unknown[]): void {
    const said = fields(message, details);
    // What the application itself complains of it also throws (a port that is taken): whoever started it says it better.
    if (said['context'] === APPLICATION) this.#log.debug('nest.error', said);
    else this.#log.error('nest.error', said);
  }

  fatal(message: unknown, ...details: unknown[]): void {
    this.#log.error('nest.fatal', fields(message, details));
  }
}

/** Nest passes the name of the class that speaks last. */
function fields(message: unknown, details: readonly unknown[]): Record<string, unknown> {
  const context = details.at(-1);
  return { message, ...(typeof context === 'string' ? { context } : {}) };
}
