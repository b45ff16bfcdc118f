import { describe, expect, it } from '@jest/globals';
import { serverConfigOf } from './server-config.js';

const aws = (env: Record<string, string>, file?: unknown) => serverConfigOf(env, file, '/nowhere').aws;

describe('Where the container target keeps things', () => {
  it('is named by the environment or the file', () => {
    expect(aws({ POSTHORN_TARGET: 'container', AWS_REGION: 'eu-west-1' })).toEqual({
      region: 'eu-west-1',
      table: 'posthorn',
      queues: 'posthorn',
      bucket: 'posthorn',
      fellowLeaseMs: 10_000,
      createsWhatIsMissing: false,
    });
    const POSTHORN_EVENTS_TOPIC = 'arn:aws:sns:eu-west-1:123456789012:events';
    expect(aws({ POSTHORN_EVENTS_TOPIC, POSTHORN_EVENT_STREAM: 'all' })).toMatchObject({
      eventsTopic: POSTHORN_EVENTS_TOPIC,
      eventStream: 'all',
    });
    const file = { aws: { table: 'mine', create: true, sqsEndpoint: 'http://127.0.0.1:1' } };
    expect(aws({ REDIS_URL: 'redis://127.0.0.1:6379' }, file)).toMatchObject({
      table: 'mine',
      redisUrl: 'redis://127.0.0.1:6379',
      sqsEndpoint: 'http://127.0.0.1:1',
      createsWhatIsMissing: true,
    });
  });

  it.each([
    { POSTHORN_TARGET: 'container' },
    { POSTHORN_QUEUES: 'a b' },
    { POSTHORN_QUEUES: 'q'.repeat(61) },
    { REDIS_URL: 'http://127.0.0.1' },
    { DYNAMODB_ENDPOINT: 'dynamo' },
    { POSTHORN_EVENTS_TOPIC: 'events' },
    { POSTHORN_EVENTS_TOPIC: 'arn:aws:sns:eu-west-1:123456789012:events.fifo' },
  ])('is refused as %j', (env) => {
    expect(() => aws(env as Record<string, string>)).toThrow(
      /(AWS_REGION|POSTHORN_QUEUES|REDIS_URL|ENDPOINT|POSTHORN_EVENTS_TOPIC)/,
    );
  });
});
