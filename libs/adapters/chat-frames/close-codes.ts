/**
 * Why a connection is closed from our side. A client that is told a code from 4000 to 4099 comes again, after a moment,
 * with what it has. One from 4400 to 4499 says that coming again with the same is of no use; after 4401 a client comes with
 * a new token.
 */
export const CLOSE_CODES = {
  server_stopping: 4000,
  slow_reader: 4001,
  unauthenticated: 4401,
} as const;
export type Closing = keyof typeof CLOSE_CODES;

/** Whether nothing that a client could do by itself would help. */
export function isTerminal(closing: Closing): boolean {
  return CLOSE_CODES[closing] >= 4400 && closing !== 'unauthenticated';
}
