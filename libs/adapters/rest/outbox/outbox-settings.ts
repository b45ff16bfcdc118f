/**
 * Who may open the outbox without a key.
 * - `this-machine`: whoever asks from the machine that the server runs on, under a name that means that machine
 * - `anybody`: whoever can reach the server
 * - `nobody`: a key of the workspace is always needed
 */
export type OutboxOpenTo = 'this-machine' | 'anybody' | 'nobody';

/** What an operator may say about the outbox page. */
export interface OutboxSettings {
  readonly openTo: OutboxOpenTo;
}
export const OutboxSettings = Symbol('OutboxSettings');
