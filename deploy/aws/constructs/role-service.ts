import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  AwsLogDriverMode,
  ContainerImage,
  CpuArchitecture,
  FargatePlatformVersion,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LogDrivers,
  OperatingSystemFamily,
  type ScalableTaskCount,
  type Secret as InjectedSecret,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { RoleSizes } from '../container-settings.js';
import { PORT } from './private-network.js';

/** As the Dockerfile has them. */
const NOBODY = '1000:1000';
/** Posthorn takes up to 25 s to finish what is under way. */
const STOP_WITHIN_SECONDS = 40;
const HEALTHY =
  "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))";

export interface RoleServiceProps {
  readonly name: string;
  readonly cluster: ICluster;
  readonly image: ContainerImage;
  readonly architecture: 'arm64' | 'x86_64';
  readonly sizes: RoleSizes;
  readonly group: ISecurityGroup;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, InjectedSecret>>;
}

/**
 * The tasks of one role, in private subnets and without addresses of their own. What they may is nothing until it is granted;
 * what starts them may fetch the image, read the secrets that are given to them, and write their log.
 */
export class RoleService extends Construct {
  readonly service: FargateService;
  readonly scaling: ScalableTaskCount;
  readonly #task: FargateTaskDefinition;

  constructor(scope: Construct, id: string, props: RoleServiceProps) {
    super(scope, id);
    const { name, cluster, sizes, group } = props;
    this.#task = this.#taskOf(props);
    this.service = new FargateService(this, 'Service', {
      cluster,
      serviceName: name,
      taskDefinition: this.#task,
      platformVersion: FargatePlatformVersion.VERSION1_4,
      desiredCount: sizes.least,
      // A new one serves before an old one is told to end.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      vpcSubnets: { subnets: cluster.vpc.privateSubnets },
      securityGroups: [group],
      assignPublicIp: false,
      enableExecuteCommand: false,
    });
    this.scaling = this.service.autoScaleTaskCount({ minCapacity: sizes.least, maxCapacity: sizes.most });
  }

  get grantPrincipal(): FargateTaskDefinition['taskRole'] {
    return this.#task.taskRole;
  }

  may(actions: string[], resources: string[]): void {
    this.#task.addToTaskRolePolicy(new PolicyStatement({ actions, resources }));
  }

  #taskOf(props: RoleServiceProps): FargateTaskDefinition {
    const { name, sizes, architecture } = props;
    const task = new FargateTaskDefinition(this, 'Task', {
      family: name,
      cpu: sizes.cpu,
      memoryLimitMiB: sizes.memoryMiB,
      runtimePlatform: {
        cpuArchitecture: architecture === 'arm64' ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/ecs/${name}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const container = task.addContainer('posthorn', {
      image: props.image,
      user: NOBODY,
      readonlyRootFilesystem: true,
      environment: { ...props.environment },
      secrets: { ...props.secrets },
      portMappings: [{ containerPort: PORT }],
      stopTimeout: Duration.seconds(STOP_WITHIN_SECONDS),
      healthCheck: {
        command: ['CMD', 'node', '-e', HEALTHY],
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        startPeriod: Duration.seconds(60),
        retries: 3,
      },
      // A log that cannot be written keeps nobody from serving.
      logging: LogDrivers.awsLogs({
        logGroup,
        streamPrefix: 'posthorn',
        mode: AwsLogDriverMode.NON_BLOCKING,
      }),
    });
    // Empty, and as the image has it: whoever runs there may write to it.
    task.addVolume({ name: 'tmp' });
    container.addMountPoints({ sourceVolume: 'tmp', containerPath: '/tmp', readOnly: false });
    return task;
  }
}
