import type { Outcome } from '#domain/delivery/model/outcome.js';

const MAX_LENGTH = 300;

/**
 * A vendor's words, fit for the ledger and for an operator's eyes: on one line, not endless, and without our own
 * secrets, which a server may well echo ("535 authentication failed for key SG.abc").
 */
export function words(text: string, secrets: readonly (string | undefined)[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret) clean = clean.replaceAll(secret, '***');
  }
  clean = clean.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}

/** The outcome with its reason made fit to be kept. */
export function tidied(outcome: Outcome, secrets: readonly (string | undefined)[]): Outcome {
  return outcome.kind === 'accepted' ? outcome : { ...outcome, reason: words(outcome.reason, secrets) };
}
