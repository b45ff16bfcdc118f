import { randomUUID } from 'node:crypto';
import { AwsException, type AwsJsonFake, startAwsJson } from '../kit/aws-json.js';

interface Version {
  readonly id: string;
  readonly text: string | undefined;
  /** Base64, as it comes. */
  readonly binary: string | undefined;
  readonly stages: Set<string>;
}

export interface FakeSecrets extends AwsJsonFake {
  /** Somebody gives the secret another value: the one before is `AWSPREVIOUS` from then on. */
  rotate(name: string, text: string): void;
}

type Input = Readonly<Record<string, unknown>>;

/** Secrets Manager over HTTP: secrets with versions and their stages. */
export async function startFakeSecrets(): Promise<FakeSecrets> {
  const secrets = new Map<string, Version[]>();
  const fake = await startAwsJson((operation, input) => {
    switch (operation) {
      case 'CreateSecret':
        return create(secrets, input);
      case 'PutSecretValue':
        return put(secrets, input);
      case 'GetSecretValue':
        return get(secrets, input);
      default:
        throw new AwsException('UnknownOperationException', operation);
    }
  });
  const rotate = (name: string, SecretString: string): void => {
    const known = secrets.has(name);
    if (known) put(secrets, { SecretId: name, SecretString });
    else create(secrets, { Name: name, SecretString });
  };
  return { ...fake, rotate };
}

function create(secrets: Map<string, Version[]>, input: Input): object {
  const name = String(input['Name']);
  const version = versionOf(input);
  const known = secrets.get(name);
  // Asked again with its token it is the same secret, if that says the same.
  if (known && !known.some(({ id, binary }) => id === version.id && binary === version.binary))
    throw new AwsException('ResourceExistsException', `The operation failed because ${name} already exists.`);
  if (!known) secrets.set(name, [version]);
  return { ARN: arnOf(name), Name: name, VersionId: version.id };
}

function put(secrets: Map<string, Version[]>, input: Input): object {
  const name = String(input['SecretId']);
  const versions = knownIn(secrets, name);
  const version = versionOf(input);
  for (const { stages } of versions) {
    stages.delete('AWSPREVIOUS');
    if (stages.delete('AWSCURRENT')) stages.add('AWSPREVIOUS');
  }
  versions.push(version);
  return { ARN: arnOf(name), Name: name, VersionId: version.id, VersionStages: [...version.stages] };
}

function get(secrets: Map<string, Version[]>, input: Input): object {
  const name = String(input['SecretId']);
  const { VersionId: wantedId, VersionStage: wantedStage = 'AWSCURRENT' } = input;
  const found = knownIn(secrets, name).find(({ id, stages }) =>
    wantedId === undefined ? stages.has(String(wantedStage)) : id === wantedId,
  );
  if (!found)
    throw new AwsException('ResourceNotFoundException', "Secrets Manager can't find the specified version.");
  const { id, text, binary, stages } = found;
  return {
    ARN: arnOf(name),
    Name: name,
    VersionId: id,
    VersionStages: [...stages],
    ...(text !== undefined && { SecretString: text }),
    ...(binary !== undefined && { SecretBinary: binary }),
  };
}

function knownIn(secrets: Map<string, Version[]>, name: string): Version[] {
  const versions = secrets.get(name);
  if (!versions)
    throw new AwsException('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return versions;
}

function versionOf(input: Input): Version {
  return {
    id: String(input['ClientRequestToken'] ?? randomUUID()),
    text: input['SecretString'] as string | undefined,
    binary: input['SecretBinary'] as string | undefined,
    stages: new Set(['AWSCURRENT']),
  };
}

function arnOf(name: string): string {
  return `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-AbCdEf`;
}
