/**
 * Secrets by name.
 *
 * Guarantees: `generated` answers the same 32 random bytes for a name for ever, in every process of a deployment
 * (made on first use, in one atomic step, so two first users agree). Values are never logged.
 */
export interface Secrets {
  generated(name: string): Promise<Uint8Array>;
}
export const Secrets = Symbol('Secrets');
