import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readServerConfig, type ServerConfig } from '#apps/server/src/config/server-config.js';
import { BadConfiguration } from '#apps/server/src/config/config-reader.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What only functions are told; everything else is what servers are told, too. */
const OWN_NAMES = new Set(['POSTHORN_LANE', 'POSTHORN_CHAT_NOTICES']);

/**
 * What an operator has said: by the variables of the function, by the secret `<prefix>settings` (a JSON object of further variables), and
 * by a `posthorn.config.yaml` beside the code. Everybody can reach a function, so the rules for open servers hold.
 *
 * @throws BadConfiguration
 */
export async function readLambdaConfig(
  env: Environment,
  secrets: Pick<SecretsManagerClient, 'send'>,
): Promise<ServerConfig> {
  const known = Object.entries(env).filter(([name]) => !OWN_NAMES.has(name));
  const kept = await settingsIn(env['POSTHORN_SECRETS'], secrets);
  // The addresses of a function are API Gateway's: it listens nowhere itself.
  const fixed = { POSTHORN_TARGET: 'container', HOST: '0.0.0.0' };
  const usual = { SES_REGION: env['AWS_REGION'] };
  return readServerConfig(
    { ...usual, ...Object.fromEntries(known), ...kept, ...fixed },
    env['LAMBDA_TASK_ROOT'] ?? '/nowhere',
  );
}

async function settingsIn(
  prefix: string | undefined,
  secrets: Pick<SecretsManagerClient, 'send'>,
): Promise<Record<string, string>> {
  if (prefix === undefined || prefix === '') return {};
  const SecretId = `${prefix}settings`;
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  const settings = parsed(SecretString);
  // Its words are not repeated: they are secret.
  if (!settings) throw new BadConfiguration([`${SecretId}: must be a JSON object of texts`]);
  return settings;
}

function parsed(text: string | undefined): Record<string, string> | undefined {
  try {
    const tree = JSON.parse(text ?? '') as unknown;
    const isObject = typeof tree === 'object' && tree !== null && !Array.isArray(tree);
    if (!isObject || Object.values(tree).some((value) => typeof value !== 'string')) return undefined;
    return tree as Record<string, string>;
  } catch {
    return undefined;
  }
}
