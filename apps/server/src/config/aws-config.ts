import { defaultLeaseMs } from '#domain/delivery/application/fellowship.js';
import type { ConfigReader } from './config-reader.js';

/** Where the container target keeps and finds things. An endpoint left out is the region's own. */
export interface AwsConfig {
  readonly region: string;
  readonly table: string;
  readonly dynamodbEndpoint: string | undefined;
  /** Queues are called `<prefix>-critical`, `<prefix>-critical-dead` and so on. */
  readonly queues: string;
  readonly sqsEndpoint: string | undefined;
  readonly bucket: string;
  readonly s3Endpoint: string | undefined;
  /** Whether clients reach S3 where we do, and are sent there for files. Unless said otherwise, where it is AWS's own. */
  readonly s3Links: boolean;
  /** Left out, processes share nothing but the table: limits are counted by each for itself, pushes are found late. */
  readonly redisUrl: string | undefined;
  /** It is in the address, too: told apart where only it is a secret. */
  readonly redisPassword: string | undefined;
  /** Milliseconds for which a worker that says nothing may still be sending; a new one waits so long before it does. */
  readonly fellowLeaseMs: number;
  /** Names of secrets begin with it. Left out, the link key and the like are kept in the table. */
  readonly secrets: string | undefined;
  readonly secretsEndpoint: string | undefined;
  /** The topic of SNS, by its ARN, that is told of every event; left out, none is. */
  readonly eventsTopic: string | undefined;
  readonly snsEndpoint: string | undefined;
  /** The stream of Firehose that every event goes to, for analysts; left out, none. */
  readonly eventStream: string | undefined;
  readonly firehoseEndpoint: string | undefined;
  /** Makes table, queues and bucket at the start where they are not there: for emulators. */
  readonly createsWhatIsMissing: boolean;
}

/** Queues end on `-chat-notify-dead.fifo`, and a name of SQS has 80 characters at most. */
const LONGEST_PREFIX = 58;

export function readAws(read: ConfigReader, isNeeded: boolean): AwsConfig {
  const region = read.text({ env: 'AWS_REGION', file: 'aws.region' });
  if (isNeeded && region === undefined)
    read.complain('AWS_REGION', 'must name the region of the table and the queues');
  const queues = read.text({ env: 'POSTHORN_QUEUES', file: 'aws.queues' }) ?? 'posthorn';
  if (!/^[\w-]+$/.test(queues) || queues.length > LONGEST_PREFIX)
    read.complain('POSTHORN_QUEUES', `must be letters, digits, - and _, ${LONGEST_PREFIX} at most`);
  const endpoint = (service: string): string | undefined =>
    read.url({ env: `${service.toUpperCase()}_ENDPOINT`, file: `aws.${service}Endpoint` });
  const s3Endpoint = endpoint('s3');
  const redisPassword = read.text({ env: 'REDIS_PASSWORD' });
  const redisUrl = withPassword(
    read.url({ env: 'REDIS_URL', file: 'redis' }, ['redis:', 'rediss:']),
    redisPassword,
  );
  return {
    region: region ?? 'us-east-1',
    table: read.text({ env: 'POSTHORN_TABLE', file: 'aws.table' }) ?? 'posthorn',
    dynamodbEndpoint: endpoint('dynamodb'),
    queues,
    sqsEndpoint: endpoint('sqs'),
    bucket: read.text({ env: 'POSTHORN_BUCKET', file: 'aws.bucket' }) ?? 'posthorn',
    s3Endpoint,
    s3Links: read.flag({ env: 'S3_LINKS', file: 'aws.s3Links' }) ?? s3Endpoint === undefined,
    redisUrl,
    redisPassword,
    fellowLeaseMs: read.count({ file: 'aws.workerLeaseMs' }, { min: 100, max: 60_000 }) ?? defaultLeaseMs,
    secrets: read.text({ env: 'POSTHORN_SECRETS', file: 'aws.secrets' }),
    secretsEndpoint: endpoint('secrets'),
    eventsTopic: topicIn(read),
    snsEndpoint: endpoint('sns'),
    eventStream: read.text({ env: 'POSTHORN_EVENT_STREAM', file: 'aws.eventStream' }),
    firehoseEndpoint: endpoint('firehose'),
    createsWhatIsMissing: read.flag({ env: 'POSTHORN_CREATE', file: 'aws.create' }) ?? false,
  };
}

function withPassword(address: string | undefined, password: string | undefined): string | undefined {
  if (address === undefined || password === undefined) return address;
  const url = new URL(address);
  url.password = encodeURIComponent(password);
  return url.href;
}

function topicIn(read: ConfigReader): string | undefined {
  const arn = read.text({ env: 'POSTHORN_EVENTS_TOPIC', file: 'aws.eventsTopic' });
  if (arn !== undefined && !/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/.test(arn))
    read.complain('POSTHORN_EVENTS_TOPIC', 'must be the ARN of a standard topic of SNS');
  return arn;
}
