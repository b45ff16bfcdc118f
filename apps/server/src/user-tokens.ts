import { Hs256UserTokens } from '#adapters/system/hs256-user-tokens.js';
import type { Clock } from '#ports/system/clock.js';
import type { Secrets } from '#ports/system/secrets.js';
import type { SocketsConfig } from './config/sockets-config.js';

/** The tokens of end users: signed with the configured secret, else with one that this deployment made up and keeps. */
export async function userTokensOf(
  { tokenSecret, tokenAudience }: Pick<SocketsConfig, 'tokenSecret' | 'tokenAudience'>,
  secrets: Secrets,
  clock: Clock,
): Promise<Hs256UserTokens> {
  const key = tokenSecret === undefined ? await secrets.generated('user-tokens') : Buffer.from(tokenSecret);
  return new Hs256UserTokens({ key, audience: tokenAudience }, clock);
}
