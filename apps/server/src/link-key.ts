import type { Secrets } from '#ports/system/secrets.js';

/** The key of signed links: whoever has another one can neither make nor read ours. */
export function linkKeyOf(secrets: Secrets): Promise<Uint8Array> {
  return secrets.generated('signed-links');
}
