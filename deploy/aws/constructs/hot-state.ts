import { Duration } from 'aws-cdk-lib/core';
import { ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { told } from './dead-letters.js';
import type { PrivateNetwork } from './private-network.js';

/** ElastiCache takes 16 to 128 of those characters. */
const PASSWORD_LENGTH = 64;

export interface HotStateProps {
  readonly prefix: string;
  readonly network: PrivateNetwork;
  readonly nodeType: string;
  readonly alarms: ITopic;
}

/**
 * What processes share and nothing would be lost with: so no snapshots. Two nodes in two zones, because while it is away limits are
 * counted by each process alone and presence is refused.
 */
export class HotState extends Construct {
  readonly password: ISecret;
  /** Without the password. */
  readonly url: string;
  /** By which metrics name the nodes. */
  readonly nodes: readonly string[];

  constructor(scope: Construct, id: string, { prefix, network, nodeType, alarms }: HotStateProps) {
    super(scope, id);
    this.password = new Secret(this, 'Password', {
      secretName: `${prefix}/redis-password`,
      description: 'What our tasks say to Redis.',
      generateSecretString: { passwordLength: PASSWORD_LENGTH, excludePunctuation: true },
    }) as ISecret;
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description: `Private subnets of ${prefix}`,
      subnetIds: network.vpc.privateSubnets.map(({ subnetId }) => subnetId),
    });
    const parameters = new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: 'valkey8',
      description: `Of ${prefix}`,
      // The register of workers must not be what is thrown away first.
      properties: { 'maxmemory-policy': 'noeviction' },
    });
    const group = new CfnReplicationGroup(this, 'Redis', {
      replicationGroupId: prefix,
      replicationGroupDescription: `Limits, presence, pushes and hints of ${prefix}`,
      engine: 'valkey',
      engineVersion: '8.0',
      cacheNodeType: nodeType,
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      // A reference that CloudFormation resolves: the password itself is in no template.
      authToken: this.password.secretValue.unsafeUnwrap(),
      cacheParameterGroupName: parameters.ref,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [network.shared.securityGroupId],
      snapshotRetentionLimit: 0,
      autoMinorVersionUpgrade: true,
    });
    this.url = `rediss://${group.attrPrimaryEndPointAddress}:${group.attrPrimaryEndPointPort}`;
    this.nodes = [1, 2].map((n) => `${prefix}-00${n}`);
    this.#alarms(prefix, alarms);
  }

  #alarms(prefix: string, alarms: ITopic): void {
    for (const node of this.nodes)
      for (const metricName of ['DatabaseMemoryUsagePercentage', 'EngineCPUUtilization'])
        told(
          new Metric({
            namespace: 'AWS/ElastiCache',
            metricName,
            dimensionsMap: { CacheClusterId: node },
            statistic: 'Maximum',
            period: Duration.minutes(1),
          }).createAlarm(this, `${metricName}-${node.slice(prefix.length + 1)}`, {
            alarmName: `${node}-${metricName}`,
            alarmDescription: 'Redis is nearly full or busy: give it larger nodes.',
            threshold: 80,
            evaluationPeriods: 5,
            comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
            treatMissingData: TreatMissingData.NOT_BREACHING,
          }),
          alarms,
        );
  }
}
