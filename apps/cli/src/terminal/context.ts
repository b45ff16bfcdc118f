import type { Clock } from '#ports/system/clock.js';
import type { ApiClient } from '../api/api-client.js';
import type { Terminal } from './terminal.js';

/** What every command has to work with. */
export interface CommandContext {
  readonly client: ApiClient;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Print JSON for a program instead of words for a person. */
  readonly json: boolean;
  /** Calls back when the person has had enough (Ctrl-C), just before the process ends. */
  onInterrupt(farewell: () => void): void;
}

/** 0: done. 1: it did not work out. */
export type ExitCode = 0 | 1;
