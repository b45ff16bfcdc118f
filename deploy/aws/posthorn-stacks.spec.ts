import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TABLE_SCHEMA } from '#adapters/dynamodb/engine/table-schema.js';
import { root } from '#test/architecture/repository.js';
import { CONTEXTS, DEFAULT_SETTINGS, ENTRIES, PATHS, readSettings } from './settings.js';
import { faultsOf, statementsOf } from './testing/faults.js';
import type { Named, Resource } from './testing/resource.js';
import { synthesised } from './testing/synthesised.js';

/** The only statements that name no resource, and why there is none to name. */
const UNAVOIDABLE = [
  'dynamodb:ListStreams', // IAM knows no resource for it
  'kms:… of the key itself', // in a key's own policy "*" is the key
  'ses:GetAccount', // IAM knows no resource for it
];

/** Names of which only the beginning is known. */
const OPEN_ENDED = [
  '*', // the versions of the function that the schedule starts
  '/*', // the objects of a bucket
  '/live/*/@connections/*', // connections
  'posthorn/signed-links-??????', // Secrets Manager adds six characters to a name
  'posthorn/user-tokens-??????',
  'template/*', // a template that is sent with its call has no name
];

let folder: string;
let all: readonly Named[];

const ofType = (type: string): readonly Named[] => all.filter((one) => one.Type === type);
const named = (type: string, name: string): Resource =>
  ofType(type).find(({ Properties }) => Object.values(Properties).includes(name))!;

describe('What is deployed on AWS', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-bundles-'));
    for (const entry of ENTRIES) {
      mkdirSync(join(folder, entry));
      writeFileSync(join(folder, entry, 'index.mjs'), `export const handler = () => '${entry}';`);
    }
    const settings = { ...DEFAULT_SETTINGS, bundles: folder, senderDomain: 'shop.example' };
    const environment = { account: '123456789012', region: 'eu-west-1' };
    all = synthesised({ settings, environment, outdir: join(folder, 'cdk.out') }).resources;
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('breaks none of the rules that hold for every resource', () => {
    expect(faultsOf(all)).toEqual([]);
  });

  it('allows no action by a wildcard, and names a resource for all but what has none', () => {
    const statements = statementsOf(all);
    expect(statements.length).toBeGreaterThan(50);
    const open = statements.filter((one) => one.effect === 'Allow' && one.resources.includes('*'));
    const actions = open.flatMap((one) =>
      one.of.includes('/NoticesKey') ? ['kms:… of the key itself'] : one.actions,
    );
    expect([...new Set(actions)].sort()).toEqual(UNAVOIDABLE);
  });

  it('names a part of a resource by a wildcard only where its whole name is not known before', () => {
    const parts = statementsOf(all)
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ resources }) => resources.filter((one) => one !== '*'))
      .flatMap((one) => one.match(/[^":]*[*?]+[^"]*/g) ?? []);
    expect([...new Set(parts)].sort()).toEqual(OPEN_ENDED);
  });

  it('lets functions query and change the table, and never scan it', () => {
    const actions = statementsOf(all).flatMap((one) => one.actions);
    expect(actions).toContain('dynamodb:ConditionCheckItem');
    expect(actions).not.toContain('dynamodb:Scan');
  });

  it('lets the authoriser read what tokens are signed with, write its log, and nothing else', () => {
    const statements = statementsOf(all).filter((one) => one.of.startsWith('chat/Authoriser'));
    expect([...new Set(statements.flatMap((one) => one.actions))].sort()).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:CreateSecret',
      'secretsmanager:GetSecretValue',
      'sts:AssumeRole',
    ]);
    const secrets = statements
      .filter(({ actions }) => actions.some((action) => action.startsWith('secretsmanager:')))
      .flatMap(({ resources }) => resources);
    expect(secrets.filter((one) => one.includes('user-tokens'))).toHaveLength(2);
    expect(secrets).toHaveLength(3);
  });

  it('has the table that the adapters were written for', () => {
    const [table, ...others] = ofType('AWS::DynamoDB::Table');
    expect(others).toEqual([]);
    const key = (hash: string, range: string): object[] => [
      { AttributeName: hash, KeyType: 'HASH' },
      { AttributeName: range, KeyType: 'RANGE' },
    ];
    expect(table?.Properties).toMatchObject({
      KeySchema: key(TABLE_SCHEMA.partitionKey, TABLE_SCHEMA.sortKey),
      GlobalSecondaryIndexes: Object.entries(TABLE_SCHEMA.indexes).map(([IndexName, index]) => ({
        IndexName,
        KeySchema: key(index.partitionKey, index.sortKey),
        Projection: { ProjectionType: 'ALL' },
      })),
      TimeToLiveSpecification: { AttributeName: TABLE_SCHEMA.ttl, Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
    });
    expect(table).toMatchObject({ DeletionPolicy: 'Retain' });
  });

  it.each(['critical', 'standard', 'bulk'] as const)(
    'gives the %s lane a queue, dead letters, and functions that are kept for it',
    (lane) => {
      const sizes = DEFAULT_SETTINGS.lanes[lane];
      const { Properties: queue } = named('AWS::SQS::Queue', `posthorn-${lane}`);
      expect(queue).toMatchObject({
        RedrivePolicy: { maxReceiveCount: 1000 },
        VisibilityTimeout: 6 * sizes.timeoutSeconds,
        ReceiveMessageWaitTimeSeconds: 20,
      });
      const worker = named('AWS::Lambda::Function', `posthorn-lane-${lane}`);
      expect(worker.Properties).toMatchObject({
        ReservedConcurrentExecutions: sizes.concurrency,
        Timeout: sizes.timeoutSeconds,
        Environment: { Variables: { POSTHORN_LANE: lane, POSTHORN_TARGET: 'lambda' } },
      });
      const mapping = ofType('AWS::Lambda::EventSourceMapping').find(({ id }) => id.includes(`Lane${lane}`));
      expect(mapping?.Properties).toMatchObject({
        BatchSize: sizes.batch,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: sizes.concurrency },
      });
    },
  );

  it.each([
    ['store', 'backbone/', 1000, 30, 10],
    ['notify', 'chat/', 20, 60, 50],
  ] as const)(
    'gives the chat’s queue to %s groups that wait for nobody else, dead letters and a function',
    (name, stack, maxReceiveCount, timeout, atOnce) => {
      expect(named('AWS::SQS::Queue', `posthorn-chat-${name}.fifo`).Properties).toMatchObject({
        FifoQueue: true,
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
        VisibilityTimeout: 2 * timeout,
        RedrivePolicy: { maxReceiveCount },
      });
      expect(named('AWS::SQS::Queue', `posthorn-chat-${name}-dead.fifo`).Properties['FifoQueue']).toBe(true);
      expect(named('AWS::Lambda::Function', `posthorn-${name}`).Properties).toMatchObject({
        Timeout: timeout,
      });
      const feeding = ofType('AWS::Lambda::EventSourceMapping').filter(({ Properties }) =>
        JSON.stringify(Properties['EventSourceArn']).includes(`Chat${name === 'store' ? 'Store' : 'Notify'}`),
      );
      expect(feeding).toHaveLength(1);
      expect(feeding[0]?.id).toContain(stack);
      expect(feeding[0]?.Properties).toMatchObject({
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: atOnce },
      });
    },
  );

  it('lets into the chat’s queues whoever puts messages into logs, and nobody else', () => {
    const mayFill = statementsOf(all)
      .filter(
        ({ actions, resources }) =>
          actions.includes('sqs:SendMessage') && /Chat(Store|Notify)/.test(resources.join()),
      )
      .map(({ of }) => of.replace(/(Function)?Role.*$/, ''));
    expect([...new Set(mayFill)].sort()).toEqual([
      'backbone/Http',
      'backbone/Store',
      'backbone/Timer',
      'campaign/Http',
      'chat/Http',
      'chat/WebSocket',
      'communication/Http',
    ]);
  });

  describe('with a topic for events, and without sockets', () => {
    const eventsTopic = 'arn:aws:sns:eu-west-1:123456789012:events';
    let small: readonly Named[];
    beforeAll(() => {
      const settings = { ...DEFAULT_SETTINGS, bundles: folder, contexts: [], eventsTopic };
      small = synthesised({ settings, outdir: join(folder, 'small.out') }).resources;
    });
    const functionsWith = (words: string): unknown[] =>
      small
        .filter(({ Type }) => Type === 'AWS::Lambda::Function')
        .filter(({ Properties }) => JSON.stringify(Properties).includes(words))
        .map(({ Properties }) => Properties['FunctionName']);

    it('lets those who tell events publish to it, and nobody else', () => {
      expect(functionsWith('POSTHORN_EVENTS_TOPIC').toSorted()).toEqual(['posthorn-relay', 'posthorn-timer']);
      const may = statementsOf(small).filter(({ resources }) => resources.includes(eventsTopic));
      expect(may.map(({ actions }) => actions)).toEqual([['sns:Publish'], ['sns:Publish']]);
      expect(JSON.stringify(all)).not.toContain('POSTHORN_EVENTS_TOPIC');
    });

    it('leaves notices to no function, for none is deployed', () => {
      expect(functionsWith('"POSTHORN_CHAT_NOTICES":"true"')).toEqual([]);
      expect(functionsWith('"POSTHORN_CHAT_NOTICES":"false"')).not.toEqual([]);
      expect(named('AWS::Lambda::Function', 'posthorn-websocket').Properties).toMatchObject({
        Environment: { Variables: { POSTHORN_CHAT_NOTICES: 'true' } },
      });
    });
  });

  it('leaves a fifth of what a new account may run at once to the lanes, and the rest to requests', () => {
    const reserved = ofType('AWS::Lambda::Function').map(
      ({ Properties }) => (Properties['ReservedConcurrentExecutions'] as number | undefined) ?? 0,
    );
    expect(reserved.reduce((sum, one) => sum + one, 0)).toBe(200);
  });

  it('reads what rings, and nothing else, from the table’s stream, and halves a batch that fails', () => {
    const mapping = ofType('AWS::Lambda::EventSourceMapping').find(
      ({ Properties }) => 'StartingPosition' in Properties,
    );
    expect(mapping?.Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      FilterCriteria: {
        Filters: [
          {
            Pattern: JSON.stringify({
              eventName: ['INSERT'],
              dynamodb: { Keys: { pk: { S: [{ prefix: 'OUTBOX#' }] } } },
            }),
          },
          {
            Pattern: JSON.stringify({
              eventName: ['INSERT'],
              dynamodb: { Keys: { pk: { S: [{ prefix: 'NTF#' }] }, sk: { S: ['NTF'] } } },
            }),
          },
          {
            Pattern: JSON.stringify({
              eventName: ['INSERT'],
              dynamodb: { Keys: { pk: { S: [{ prefix: 'INBOXITEM#' }] }, sk: { S: ['ITEM'] } } },
            }),
          },
        ],
      },
    });
  });

  it('ticks each minute, and keeps what a tick could not do', () => {
    const [schedule] = ofType('AWS::Scheduler::Schedule');
    expect(schedule?.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Target: { RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
    expect(schedule?.Properties['Target']).toHaveProperty('DeadLetterConfig');
  });

  it('asks the authoriser at $connect, and answers on the socket what comes by it', () => {
    const routes = new Map(
      ofType('AWS::ApiGatewayV2::Route')
        .filter(({ id }) => id.startsWith('chat/'))
        .map(({ Properties }) => [Properties['RouteKey'], Properties]),
    );
    expect(routes.get('$connect')).toMatchObject({ AuthorizationType: 'CUSTOM' });
    expect(routes.get('$default')).toHaveProperty('RouteResponseSelectionExpression', '$default');
    expect(routes.get('$disconnect')).toMatchObject({ AuthorizationType: 'NONE' });
  });

  it('lets no client choose the route of a frame', () => {
    const sockets = ofType('AWS::ApiGatewayV2::Api').filter(
      ({ Properties }) => Properties['ProtocolType'] === 'WEBSOCKET',
    );
    const chosenBy = sockets.map(({ Properties }) => Properties['RouteSelectionExpression']);
    expect(chosenBy).toEqual(['\\$default']);
  });

  it('has a function of its own for each context, for endpoints that there are', () => {
    const controllers = readdirSync(join(root, 'libs/adapters/rest'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.controller.ts'))
      .map((file) => readFileSync(join(root, 'libs/adapters/rest', file), 'utf8'))
      .join('\n');
    for (const context of CONTEXTS) {
      const routes = ofType('AWS::ApiGatewayV2::Route').filter(({ id }) => id.startsWith(`${context}/`));
      const keys = routes.map(({ Properties }) => Properties['RouteKey']);
      for (const path of PATHS[context]) {
        expect(keys).toContain(`ANY ${path}`);
        expect(keys).toContain(`ANY ${path}/{proxy+}`);
        const resource = path.replace('/v1/', '');
        expect(controllers).toMatch(new RegExp(`'(v1/)?${resource}['/]`));
      }
      expect(named('AWS::Lambda::Function', `posthorn-http-${context}`)).toBeDefined();
    }
  });

  it('encrypts what SES and the alarms say with a key that only they may use', () => {
    const topics = ofType('AWS::SNS::Topic');
    expect(topics).toHaveLength(2);
    for (const { Properties } of topics) expect(Properties).toHaveProperty('KmsMasterKeyId');
    expect(ofType('AWS::KMS::Key').map(({ Properties }) => Properties['EnableKeyRotation'])).toEqual([true]);
    expect(ofType('AWS::SES::ConfigurationSetEventDestination')).toHaveLength(1);
    expect(ofType('AWS::SNS::Subscription').map(({ Properties }) => Properties['Protocol'])).toEqual([
      'https',
    ]);
  });
});

describe('The rules for every resource', () => {
  const aQueue = { Type: 'AWS::SQS::Queue', id: 'q', Properties: { QueueName: 'q' } };

  it('find a queue without encryption, without dead letters and without an alarm', () => {
    expect(faultsOf([aQueue])).toEqual(['q: is not encrypted', 'q: has no dead letters', 'q: has no alarm']);
  });

  it('find a wildcard in an action', () => {
    const policy = {
      Type: 'AWS::IAM::Policy',
      id: 'p',
      Properties: {
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:Get*'], Resource: 'arn:x' }] },
      },
    };
    expect(faultsOf([policy])).toEqual(['p: allows s3:Get*']);
  });

  it('find a table without a way back, a bucket that may be public, and a log that is kept for ever', () => {
    const bare = (Type: string, id: string): Resource & { id: string } => ({ Type, id, Properties: {} });
    expect(
      faultsOf([
        bare('AWS::DynamoDB::Table', 't'),
        bare('AWS::S3::Bucket', 'b'),
        bare('AWS::Logs::LogGroup', 'l'),
      ]),
    ).toEqual([
      't: has no point-in-time recovery',
      't: is not encrypted',
      'b: is not encrypted',
      'b: may become public',
      'b: is not refused without TLS',
      'l: is kept for ever',
    ]);
  });

  it('find a source of events whose failures go nowhere', () => {
    const mapping = {
      Type: 'AWS::Lambda::EventSourceMapping',
      id: 'm',
      Properties: { StartingPosition: 'LATEST' },
    };
    expect(faultsOf([mapping])).toEqual(['m: has no dead letters', 'm: fails as a whole']);
  });
});

describe('What an operator may set', () => {
  const read = (given: Record<string, unknown>): ReturnType<typeof readSettings> =>
    readSettings((name) => given[name], '/bundles');

  it('is a complete deployment when nothing is', () => {
    expect(read({})).toEqual({ ...DEFAULT_SETTINGS, bundles: '/bundles' });
  });

  it('chooses the contexts that are scaled apart', () => {
    expect(read({ contexts: 'chat, campaign' }).contexts).toEqual(['campaign', 'chat']);
    expect(read({ contexts: 'none' }).contexts).toEqual([]);
    expect(() => read({ contexts: 'chats' })).toThrow('contexts may hold');
  });

  it('sizes a lane, within what SQS and Lambda can do', () => {
    expect(read({ bulkConcurrency: '1000' }).lanes.bulk.concurrency).toBe(1000);
    expect(() => read({ bulkConcurrency: '1' })).toThrow('bulkConcurrency must be');
    expect(() => read({ prefix: 'Posthorn_1' })).toThrow('prefix must be');
  });
});
