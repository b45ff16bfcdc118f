import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROLES, serverConfigOf } from '#apps/server/src/config/server-config.js';
import { root } from '#test/architecture/repository.js';
import { stagesOf } from '../container/testing/dockerfile.js';
import { DEFAULT_CONTAINERS } from './container-settings.js';
import { readSettings } from './settings.js';
import { faultsOf, statementsOf } from './testing/faults.js';
import type { Named } from './testing/resource.js';
import { synthesised } from './testing/synthesised.js';

const CERTIFICATE = 'arn:aws:acm:eu-west-1:123456789012:certificate/1';
const GIVEN: Readonly<Record<string, unknown>> = {
  runs: 'containers',
  certificateArn: CERTIFICATE,
  publicUrl: 'https://posthorn.example',
  senderDomain: 'shop.example',
  secretSettings: 'RESEND_API_KEY,EMAIL_PROVIDERS',
};
/** The only statements that name no resource: IAM knows none for them. */
const UNAVOIDABLE = ['ecr:GetAuthorizationToken', 'kms:… of the key itself', 'ses:GetAccount'];

describe('What runs in containers on AWS', () => {
  let folder: string;
  let all: readonly Named[];
  let region: unknown;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-stacks-'));
    // As somebody without an account synthesises it: nothing is known of account, region and zones.
    const settings = readSettings((name) => GIVEN[name], '/nowhere');
    ({ resources: all, missing: region } = synthesised({ settings, outdir: join(folder, 'cdk.out') }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ofType = (type: string): readonly Named[] => all.filter((one) => one.Type === type);
  const taskOf = (role: string): Record<string, unknown> => {
    const task = ofType('AWS::ECS::TaskDefinition').find(
      ({ Properties }) => Properties['Family'] === `posthorn-${role}`,
    )!;
    return (task.Properties['ContainerDefinitions'] as Record<string, unknown>[])[0]!;
  };
  const environmentOf = (role: string): Record<string, unknown> =>
    Object.fromEntries(
      (taskOf(role)['Environment'] as { Name: string; Value: unknown }[]).map(({ Name, Value }) => [
        Name,
        Value,
      ]),
    );
  const actionsOf = (role: string): readonly string[] => [
    ...new Set(
      statementsOf(all)
        .filter(({ of }) => new RegExp(`Role${role}TaskTaskRole`).test(of))
        .flatMap(({ actions }) => actions),
    ),
  ];

  it('is known without an account, a region, zones or an image', () => {
    expect(region).toBeUndefined();
    expect(ofType('AWS::Lambda::Function')).toEqual([]);
    expect(all.filter(({ Type }) => Type.startsWith('Custom::'))).toEqual([]);
  });

  it('breaks none of the rules that hold for every resource', () => {
    expect(faultsOf(all)).toEqual([]);
  });

  it('allows no action by a wildcard, and names a resource for all but what has none', () => {
    const open = statementsOf(all).filter((one) => one.effect === 'Allow' && one.resources.includes('*'));
    const actions = open.flatMap((one) =>
      one.of.includes('/NoticesKey') ? ['kms:… of the key itself'] : one.actions,
    );
    expect([...new Set(actions)].sort()).toEqual(UNAVOIDABLE);
  });

  it('is a service for each role, in private subnets', () => {
    const names = ofType('AWS::ECS::Service').map(({ Properties }) => Properties['ServiceName']);
    expect(names.toSorted()).toEqual(ROLES.map((role) => `posthorn-${role}`).toSorted());
    for (const role of ROLES) expect(environmentOf(role)).toMatchObject({ POSTHORN_ROLES: role });
    expect(ofType('AWS::EC2::NatGateway')).toHaveLength(2);
    const free = ofType('AWS::EC2::VPCEndpoint').map(({ Properties }) => Properties['VpcEndpointType']);
    expect(free).toEqual(['Gateway', 'Gateway']);
  });

  it('tells tasks what the server reads, and secrets by reference', () => {
    const { environment, secrets } = { environment: environmentOf('api'), secrets: taskOf('api')['Secrets'] };
    // What only CloudFormation knows stands as a reference in the template.
    const stood = {
      REDIS_URL: 'rediss://redis:6379',
      AWS_REGION: 'eu-west-1',
      SES_TOPIC_ARNS: 'arn:aws:sns:x:1:t',
    };
    const env = Object.fromEntries(
      Object.entries({ ...environment, ...stood }).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : 'posthorn',
      ]),
    );
    const given = {
      POSTHORN_API_KEY: 'k'.repeat(48),
      REDIS_PASSWORD: 'p'.repeat(64),
      RESEND_API_KEY: 're_1',
      EMAIL_PROVIDERS: 'resend,ses',
    };
    expect(env).not.toHaveProperty('EMAIL_PROVIDERS');
    const config = serverConfigOf({ ...env, ...given }, undefined, '/nowhere');
    expect(config).toMatchObject({ target: 'container', roles: ['api'], unknownNames: [], host: '0.0.0.0' });
    expect(config.door.trustedProxies).toEqual(['10.40.0.0/16']);
    expect(config.aws).toMatchObject({ redisUrl: `rediss://:${'p'.repeat(64)}@redis:6379`, s3Links: true });
    expect((secrets as { Name: string }[]).map(({ Name }) => Name).toSorted()).toEqual(
      Object.keys(given).toSorted(),
    );
  });

  it('lets each role do what it has to', () => {
    for (const role of ROLES) {
      expect(actionsOf(role)).toContain('dynamodb:ConditionCheckItem');
      expect(actionsOf(role)).not.toContain('dynamodb:Scan');
    }
    const may = (action: string): readonly string[] =>
      ROLES.filter((role) => actionsOf(role).includes(action));
    expect(may('ses:SendEmail')).toEqual(['worker']);
    expect(may('sqs:ReceiveMessage')).toEqual(['worker']);
    expect(may('sqs:SendMessage')).toEqual([...ROLES]);
    expect(may('s3:PutObject')).toEqual(['api', 'worker', 'timer']);
  });

  it('keeps Redis to our tasks, encrypted, behind a password that is in no template', () => {
    const [redis, ...others] = ofType('AWS::ElastiCache::ReplicationGroup');
    expect(others).toEqual([]);
    expect(redis?.Properties).toMatchObject({
      MultiAZEnabled: true,
      NumCacheClusters: 2,
      SnapshotRetentionLimit: 0,
    });
    const sources = ofType('AWS::EC2::SecurityGroupIngress').filter(
      ({ Properties }) => Properties['FromPort'] === 6379,
    );
    expect(sources.map(({ Properties }) => 'SourceSecurityGroupId' in Properties)).toEqual([true, true]);
    const names = ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties['AlarmName']);
    expect(names).toContain('posthorn-001-EngineCPUUtilization');
  });

  it('leads sockets to realtime, nobody to metrics, and everything else to api', () => {
    const rules = ofType('AWS::ElasticLoadBalancingV2::ListenerRule').map(({ Properties }) =>
      JSON.stringify(Properties),
    );
    expect(rules.some((rule) => rule.includes('/socket.io/*') && rule.includes('Targetsrealtime'))).toBe(
      true,
    );
    expect(rules.some((rule) => rule.includes('/metrics') && rule.includes('"StatusCode":"404"'))).toBe(true);
    const https = ofType('AWS::ElasticLoadBalancingV2::Listener').find(
      ({ Properties }) => Properties['Port'] === 443,
    );
    expect(JSON.stringify(https?.Properties['DefaultActions'])).toContain('Targetsapi');
    expect(https?.Properties['Certificates']).toEqual([{ CertificateArn: CERTIFICATE }]);
  });

  it('has more workers while parcels wait, and fewer when none does', () => {
    const steps = ofType('AWS::ApplicationAutoScaling::ScalingPolicy')
      .filter(({ Properties }) => Properties['PolicyType'] === 'StepScaling')
      .map(({ Properties }) => JSON.stringify(Properties['StepScalingPolicyConfiguration']));
    expect(steps.some((one) => one.includes('"ScalingAdjustment":-1'))).toBe(true);
    expect(steps.some((one) => one.includes('"ScalingAdjustment":4'))).toBe(true);
    const alarms = ofType('AWS::CloudWatch::Alarm').map(({ Properties }) =>
      JSON.stringify(Properties['Metrics'] ?? ''),
    );
    expect(alarms.filter((metrics) => metrics.includes('critical + standard + bulk'))).toHaveLength(2);
    const bounds = ofType('AWS::ApplicationAutoScaling::ScalableTarget').map(
      ({ Properties }) => Properties['MaxCapacity'],
    );
    expect(bounds.toSorted()).toEqual([10, 10, 2, 20].toSorted());
  });

  it('runs as the image does, with the folder that it needs', () => {
    const production = stagesOf(readFileSync(join(root, 'deploy/container/Dockerfile'), 'utf8')).at(-1)!;
    const of = (name: string): readonly string[] =>
      production.instructions.filter((one) => one.name === name).map(({ rest }) => rest);
    for (const role of ROLES) {
      expect(taskOf(role)).toMatchObject({
        User: of('USER')[0],
        MountPoints: [{ ContainerPath: '/tmp', ReadOnly: false }],
      });
      expect(JSON.stringify(taskOf(role)['HealthCheck'])).toContain('/health/live');
    }
    // An empty volume has the owner and the rights of the folder that it stands for, where the image names that as a volume.
    expect(of('VOLUME')).toEqual(['/tmp']);
  });

  it('lets pages fetch files by links, and removes what was never completed', () => {
    const [blobs] = ofType('AWS::S3::Bucket').filter(({ Properties }) => 'CorsConfiguration' in Properties);
    expect(JSON.stringify(blobs?.Properties['CorsConfiguration'])).toContain(
      '"AllowedMethods":["GET","PUT"]',
    );
    expect(JSON.stringify(blobs?.Properties['LifecycleConfiguration'])).toContain(
      '"ExpirationInDays":2,"Prefix":"upl_"',
    );
  });
});

describe('The rules for containers', () => {
  const bare = (Type: string, Properties: Record<string, unknown> = {}): Named => ({
    Type,
    id: 's/x',
    Properties,
  });

  it('find a Redis that anybody hears, and a task that writes, as root, with its secrets in the open', () => {
    const container = { Environment: [{ Name: 'RESEND_API_KEY', Value: 're_1' }] };
    expect(
      faultsOf([
        bare('AWS::ElastiCache::ReplicationGroup'),
        bare('AWS::ECS::TaskDefinition', { ContainerDefinitions: [container] }),
      ]),
    ).toEqual([
      's/x: is not encrypted',
      's/x: speaks in clear',
      's/x: asks for no secret',
      's/x: is gone with its node',
      's/x: writes to its image',
      's/x: runs as root',
      's/x: is not asked whether it lives',
      's/x: has no log',
      's/x: holds a secret in its template',
    ]);
  });

  it('find a service in a public subnet, a door that is open, and one that serves in clear', () => {
    const tags = [{ Key: 'aws-cdk:subnet-type', Value: 'Public' }];
    const subnet = {
      ...bare('AWS::EC2::Subnet', { Tags: tags, MapPublicIpOnLaunch: true }),
      id: 's/Public1',
    };
    const network = { AwsvpcConfiguration: { AssignPublicIp: 'ENABLED', Subnets: [{ Ref: 'Public1' }] } };
    const faults = faultsOf([
      subnet,
      bare('AWS::ECS::Service', { NetworkConfiguration: network }),
      bare('AWS::EC2::SecurityGroupIngress', { CidrIp: '0.0.0.0/0', FromPort: 6379 }),
      bare('AWS::ElasticLoadBalancingV2::Listener', {
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward' }],
      }),
    ]);
    expect(faults).toEqual([
      's/Public1: gives public addresses',
      's/x: has public addresses',
      's/x: runs in a public subnet',
      's/x: is not rolled back',
      's/x: may be entered',
      's/x: is open to anybody',
      's/x: serves in clear',
    ]);
  });
});

describe('What an operator may set of containers', () => {
  const read = (given: Record<string, unknown>): ReturnType<typeof readSettings> =>
    readSettings((name) => given[name], '/bundles');

  it('is nothing where functions run', () => {
    expect(read({}).containers).toBeUndefined();
    expect(read({ runs: 'functions' }).containers).toBeUndefined();
  });

  it('is complete with an address and its certificate', () => {
    expect(read(GIVEN).containers).toEqual({
      ...DEFAULT_CONTAINERS,
      certificateArn: CERTIFICATE,
      secretSettings: ['RESEND_API_KEY', 'EMAIL_PROVIDERS'],
    });
    expect(read({ ...GIVEN, mostWorkers: '50', natGateways: '1' }).containers).toMatchObject({
      natGateways: 1,
      roles: { worker: { most: 50 } },
    });
  });

  it.each([
    [{ runs: 'machines' }, 'runs must be'],
    [{ certificateArn: undefined }, 'containers need'],
    [{ publicUrl: undefined }, 'containers need'],
    [{ architecture: 'mips' }, 'architecture must be'],
    [{ natGateways: '0' }, 'natGateways must be'],
    [{ mostWorkers: '1' }, 'mostWorkers must be'],
    [{ secretSettings: 'resend' }, 'secretSettings must be'],
  ])('is refused as %j', (wrong, words) => {
    expect(() => read({ ...GIVEN, ...wrong })).toThrow(words);
  });
});
