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
      s3Links: true,
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

  it('is where clients are sent for files, unless it may be reached from here only', () => {
    const S3_ENDPOINT = 'http://127.0.0.1:1';
    expect(aws({}).s3Links).toBe(true);
    expect(aws({ S3_ENDPOINT }).s3Links).toBe(false);
    expect(aws({ S3_ENDPOINT, S3_LINKS: 'true' }).s3Links).toBe(true);
    expect(aws({ S3_LINKS: 'false' }).s3Links).toBe(false);
  });

  it('is a Redis whose password stands apart, and is kept out of logs', () => {
    const env = { REDIS_URL: 'rediss://cache.example:6379', REDIS_PASSWORD: 'a/b c' };
    expect(aws(env).redisUrl).toBe('rediss://:a%2Fb%20c@cache.example:6379');
    expect(serverConfigOf(env, undefined, '/nowhere').secrets).toContain('a/b c');
    expect(aws({ REDIS_PASSWORD: 'x' }).redisUrl).toBeUndefined();
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
