import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ConnectPolicy, ConnectRequest } from '#adapters/apigateway/authorize-connect.js';
import { SecretsManagerSecrets } from '#adapters/secrets-manager/secrets-manager-secrets.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { BadConfiguration } from '#apps/server/src/config/config-reader.js';
import { userTokensOf } from '#apps/server/src/user-tokens.js';
import type { Handler } from '../lazily.js';
import { type Environment, readLambdaConfig } from '../target/lambda-config.js';
import { authorizerOf } from '../websocket.js';

/** It looks at a token and knows nothing else: not even the table. */
export async function openAuthoriser(env: Environment): Promise<Handler<ConnectRequest, ConnectPolicy>> {
  const prefix = env['POSTHORN_SECRETS'];
  if (!prefix) throw new BadConfiguration(['POSTHORN_SECRETS: must be what the names of secrets begin with']);
  const { AWS_REGION: region, SECRETS_ENDPOINT: endpoint } = env;
  const client = new SecretsManagerClient({ ...(region && { region }), ...(endpoint && { endpoint }) });
  const config = await readLambdaConfig(env, client);
  const secrets = new SecretsManagerSecrets({ client, prefix }, new CryptoRandomness());
  const tokens = await userTokensOf(config.sockets, secrets, new SystemClock());
  return authorizerOf({ tokens, origins: config.sockets.origins });
}
