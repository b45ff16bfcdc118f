import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import { AdjustmentType } from 'aws-cdk-lib/aws-applicationautoscaling';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import {
  Cluster,
  ContainerImage,
  ContainerInsights,
  type ICluster,
  Secret as InjectedSecret,
} from 'aws-cdk-lib/aws-ecs';
import { Subscription, SubscriptionProtocol } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Role } from '#apps/server/src/config/server-config.js';
import { lanes } from '#domain/delivery/model/dispatch.js';
import { DeadLetters } from './constructs/dead-letters.js';
import { FrontDoor } from './constructs/front-door.js';
import { HotState } from './constructs/hot-state.js';
import { NETWORK, PORT, PrivateNetwork } from './constructs/private-network.js';
import { RoleService } from './constructs/role-service.js';
import type { ContainerSettings } from './container-settings.js';
import type { FoundationStack } from './foundation-stack.js';

/** Parcels in the queues, of up to 1,000 messages each. At one that waits nothing is done: it has just come. */
const MANY = 20;
const VERY_MANY = 200;
const BUSY_PERCENT = 60;

/** What a role asks of queues: it tells of parcels and of messages that the table could not take, or it also takes them. */
const TELLS = ['sqs:GetQueueUrl', 'sqs:SendMessage'];
const TAKES = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
];

/**
 * The container target on AWS, in place of the functions: a service for each role on Fargate, Redis beside them, a load balancer before
 * them. Table, queues, bucket, secrets and SES are those of the foundation.
 */
export class ContainerStack extends Stack {
  readonly hotState: HotState;
  readonly #foundation: FoundationStack;
  readonly #settings: ContainerSettings;

  constructor(
    scope: Construct,
    id: string,
    parts: { readonly foundation: FoundationStack; readonly containers: ContainerSettings },
    props: StackProps,
  ) {
    super(scope, id, props);
    const { foundation, containers } = parts;
    const { prefix } = foundation.settings;
    const { alarms } = foundation.notices;
    this.#foundation = foundation;
    this.#settings = containers;
    const network = new PrivateNetwork(this, 'Network', { natGateways: containers.natGateways });
    const nodeType = containers.redisNodeType;
    this.hotState = new HotState(this, 'HotState', { prefix, network, nodeType, alarms });
    const cluster = new Cluster(this, 'Cluster', {
      clusterName: prefix,
      vpc: network.vpc,
      // What it would say costs more than it tells: CPU, memory and the balancer's metrics are there without.
      containerInsightsV2: ContainerInsights.DISABLED,
    }) as ICluster;
    const roleIn = (role: Role): RoleService => this.#roleOf(role, cluster, network);
    const services = { api: roleIn('api'), realtime: roleIn('realtime') };
    this.#scaleByWork(roleIn('worker'));
    roleIn('timer');
    for (const { scaling } of Object.values(services))
      scaling.scaleOnCpuUtilization('Cpu', {
        targetUtilizationPercent: BUSY_PERCENT,
        // Whoever is taken away has clients that connect anew.
        scaleInCooldown: Duration.minutes(5),
        scaleOutCooldown: Duration.minutes(1),
      });
    const { certificateArn } = containers;
    const door = new FrontDoor(this, 'Door', { prefix, network, certificateArn, alarms, ...services });
    this.#hearMailEvents();
    new CfnOutput(this, 'Balancer', {
      value: door.balancer.loadBalancerDnsName,
      description: 'What the name in publicUrl has to lead to',
    });
  }

  #roleOf(role: Role, cluster: ICluster, network: PrivateNetwork): RoleService {
    const { prefix } = this.#foundation.settings;
    const { imageRepository, imageTag, architecture, roles } = this.#settings;
    const repository = Repository.fromRepositoryName(this, `Image-${role}`, imageRepository);
    const isReached = role === 'api' || role === 'realtime';
    const made = new RoleService(this, `Role-${role}`, {
      name: `${prefix}-${role}`,
      cluster,
      image: ContainerImage.fromEcrRepository(repository, imageTag),
      architecture,
      sizes: roles[role],
      group: isReached ? network.serving : network.working,
      environment: { ...this.#plain(), POSTHORN_ROLES: role },
      secrets: this.#given(),
    });
    this.#grant(made, role);
    return made;
  }

  #grant(made: RoleService, role: Role): void {
    const { table, blobs, secrets, mail, lanes: queues, waitingMessages } = this.#foundation;
    table.grantUse(made);
    secrets.grantRead(made, ['signed-links', 'user-tokens']);
    if (role !== 'realtime') blobs.grantUse(made);
    if (role === 'worker') mail.grantSend(made);
    // Sockets bring messages of the chat, and nothing that goes out over a lane.
    const ofLanes = role === 'realtime' ? [] : lanes.map((lane) => queues[lane].queue);
    const asked = [...ofLanes, waitingMessages].map(({ queueArn }) => queueArn);
    made.may(role === 'worker' ? TAKES : TELLS, asked);
  }

  /** ECS takes no name twice: what stands in the secret is what is meant. */
  #plain(): Record<string, string> {
    const given = Object.entries(this.#environment());
    return Object.fromEntries(given.filter(([name]) => !this.#settings.secretSettings.includes(name)));
  }

  #environment(): Record<string, string> {
    const { settings, table, blobs, secrets, mail, notices } = this.#foundation;
    return {
      POSTHORN_TARGET: 'container',
      POSTHORN_PUBLIC_URL: settings.publicUrl ?? '',
      HOST: '0.0.0.0',
      PORT: String(PORT),
      LOG_LEVEL: settings.logLevel,
      // Whom an address is believed from: the balancer, which is in the same network.
      TRUSTED_PROXIES: NETWORK,
      EMAIL_PROVIDERS: 'ses',
      SES_CONFIGURATION_SET: mail.configurationSet,
      SES_TOPIC_ARNS: notices.mailEvents.topicArn,
      AWS_REGION: this.region,
      POSTHORN_TABLE: table.table.tableName,
      POSTHORN_QUEUES: settings.prefix,
      POSTHORN_BUCKET: blobs.bucket.bucketName,
      POSTHORN_SECRETS: secrets.prefix,
      REDIS_URL: this.hotState.url,
    };
  }

  /** Read by whoever starts a task, at its start. */
  #given(): Record<string, InjectedSecret> {
    const { settings } = this.#foundation.secrets;
    const names = ['POSTHORN_API_KEY', ...this.#settings.secretSettings];
    return {
      REDIS_PASSWORD: InjectedSecret.fromSecretsManager(this.hotState.password),
      ...Object.fromEntries(names.map((name) => [name, InjectedSecret.fromSecretsManager(settings, name)])),
    };
  }

  /** A worker mostly waits for providers: what lies in the queues says more than its CPU, which may only ask for more. */
  #scaleByWork({ scaling }: RoleService): void {
    const waiting = Object.fromEntries(
      lanes.map((lane) => [
        lane,
        this.#foundation.lanes[lane].queue.metricApproximateNumberOfMessagesVisible({
          statistic: 'Maximum',
          period: Duration.minutes(1),
        }),
      ]),
    );
    scaling.scaleOnMetric('Waiting', {
      metric: new MathExpression({
        expression: lanes.join(' + '),
        usingMetrics: waiting,
        period: Duration.minutes(1),
        label: 'Parcels waiting',
      }),
      adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
      cooldown: Duration.minutes(2),
      scalingSteps: [
        { upper: 0, change: -1 },
        { lower: MANY, change: +1 },
        { lower: VERY_MANY, change: +4 },
      ],
    });
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: BUSY_PERCENT, disableScaleIn: true });
  }

  /** SES tells the topic, and the topic the door for callbacks, which confirms the subscription by itself. */
  #hearMailEvents(): void {
    const { settings, notices } = this.#foundation;
    const { queue } = new DeadLetters(this, 'MailEventsDeadLetters', {
      name: `${settings.prefix}-mail-events-dead`,
      alarms: notices.alarms,
    });
    new Subscription(this, 'MailEventsSubscription', {
      topic: notices.mailEvents,
      protocol: SubscriptionProtocol.HTTPS,
      endpoint: `${settings.publicUrl ?? ''}/hooks/ses`,
      deadLetterQueue: queue,
    });
  }
}
