import { faultsOfContainers } from './container-faults.js';
import type { Named } from './resource.js';

export interface Statement {
  readonly of: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const listed = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Every statement of every policy, wherever in a resource it stands. */
export function statementsOf(resources: readonly Named[]): readonly Statement[] {
  return resources.flatMap(({ id, Properties }) =>
    documentsIn(Properties).map((statement) => ({
      of: id,
      effect: text(statement['Effect']),
      actions: listed(statement['Action']).map(text),
      resources: listed(statement['Resource']).map(text),
    })),
  );
}

function documentsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(documentsIn);
  const own = (value as Record<string, unknown>)['Statement'];
  const statements = own === undefined ? [] : (listed(own) as Record<string, unknown>[]);
  return [...statements, ...Object.values(value).flatMap(documentsIn)];
}

/** What breaks a rule that holds for every resource of its kind, in words. */
export function faultsOf(resources: readonly Named[]): readonly string[] {
  const wildcards = statementsOf(resources)
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ of, actions }) =>
      actions.filter((action) => action.includes('*')).map((action) => `${of}: allows ${action}`),
    );
  return [...wildcards, ...resources.flatMap((one) => faultsOfOne(one, resources))];
}

function faultsOfOne(one: Named, all: readonly Named[]): string[] {
  const unless = (holds: boolean, fault: string): string[] => (holds ? [] : [`${one.id}: ${fault}`]);
  const has = (name: string): boolean => name in one.Properties;
  switch (one.Type) {
    case 'AWS::SQS::Queue': {
      const name = text(one.Properties['QueueName']).replace(/\.fifo$/, '');
      const isLast = name.endsWith('-dead');
      return [
        ...unless(one.Properties['SqsManagedSseEnabled'] === true, 'is not encrypted'),
        ...unless(isLast || has('RedrivePolicy'), 'has no dead letters'),
        ...unless(isAlarmed(name, all, isLast), 'has no alarm'),
      ];
    }
    case 'AWS::DynamoDB::Table':
      return [
        ...unless(
          holds(one.Properties['PointInTimeRecoverySpecification'], 'PointInTimeRecoveryEnabled'),
          'has no point-in-time recovery',
        ),
        ...unless(holds(one.Properties['SSESpecification'], 'SSEEnabled'), 'is not encrypted'),
      ];
    case 'AWS::S3::Bucket': {
      const block = one.Properties['PublicAccessBlockConfiguration'];
      const shut = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
      return [
        ...unless(has('BucketEncryption'), 'is not encrypted'),
        ...unless(
          shut.every((name) => holds(block, name)),
          'may become public',
        ),
        ...unless(refusesWithoutTls(one, all), 'is not refused without TLS'),
      ];
    }
    case 'AWS::Logs::LogGroup':
      return unless(has('RetentionInDays'), 'is kept for ever');
    case 'AWS::KinesisFirehose::DeliveryStream':
      return unless(has('DeliveryStreamEncryptionConfigurationInput'), 'is not encrypted');
    case 'AWS::SNS::Topic':
      return unless(has('KmsMasterKeyId'), 'is not encrypted');
    case 'AWS::Lambda::EventSourceMapping':
      return [
        // Of a queue the dead letters are the queue's own; a stream's are named here.
        ...unless(!has('StartingPosition') || has('DestinationConfig'), 'has no dead letters'),
        ...unless(has('FunctionResponseTypes'), 'fails as a whole'),
      ];
    case 'AWS::SNS::Subscription':
      return unless(has('RedrivePolicy'), 'has no dead letters');
    case 'AWS::CloudWatch::Alarm':
      return unless(listed(one.Properties['AlarmActions']).length > 0, 'is heard by nobody');
    case 'AWS::Lambda::Function':
      return unless(has('LoggingConfig'), 'has no log of its own');
    default:
      return faultsOfContainers(one, all);
  }
}

const holds = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && (value as Record<string, unknown>)[name] === true;

/** On its age, and for dead letters on the first of them as well. */
function isAlarmed(queue: string, all: readonly Named[], isLast: boolean): boolean {
  const names = all
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .map(({ Properties }) => text(Properties['AlarmName']));
  return names.includes(`${queue}-age`) && (!isLast || names.includes(`${queue}-depth`));
}

function refusesWithoutTls(bucket: Named, all: readonly Named[]): boolean {
  const [stack = '', id = ''] = bucket.id.split('/');
  return all
    .filter((one) => one.Type === 'AWS::S3::BucketPolicy' && one.id.startsWith(stack))
    .filter(({ Properties }) => JSON.stringify(Properties['Bucket']).includes(`"${id}"`))
    .some(({ Properties }) =>
      JSON.stringify(Properties).includes('{"Bool":{"aws:SecureTransport":"false"}}'),
    );
}
