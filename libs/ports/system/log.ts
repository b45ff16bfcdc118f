/** Plain values that are worth searching for. An `error` is written with its stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * What happened, for operators and their alerts.
 *
 * Guarantees: `event` is a stable dotted name (`outbox.handler_failed`): alerts are set on names, so a name is never
 * reused for something else. Secrets and e-mail addresses in fields, messages and stacks never reach the output.
 * Writing never throws and never waits.
 */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
export const Log = Symbol('Log');
