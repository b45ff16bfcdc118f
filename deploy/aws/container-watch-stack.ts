import { Stack, type StackProps } from 'aws-cdk-lib/core';
import { Dashboard, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { ROLES } from '#apps/server/src/config/server-config.js';
import { lanes } from '#domain/delivery/model/dispatch.js';
import type { DeploymentSettings } from './settings.js';
import { graph, of } from './watch-stack.js';

/** The page to look at where containers run. It knows what it shows by name, as the other one does. */
export class ContainerWatchStack extends Stack {
  constructor(scope: Construct, id: string, settings: DeploymentSettings, props: StackProps) {
    super(scope, id, props);
    const { prefix } = settings;
    const queues = lanes.map((lane) => `${prefix}-${lane}`);
    const dead = [...queues, `${prefix}-mail-events`].map((name) => `${name}-dead`);
    const nodes = [1, 2].map((n) => `${prefix}-00${n}`);
    const inSqs = (metric: string, names: readonly string[]): Metric[] =>
      of('AWS/SQS', metric, 'QueueName', names);
    const inTable = (metric: string): Metric[] => of('AWS/DynamoDB', metric, 'TableName', [prefix], 'Sum');
    const byRole = (metricName: string): Metric[] =>
      ROLES.map(
        (role) =>
          new Metric({
            namespace: 'AWS/ECS',
            metricName,
            dimensionsMap: { ClusterName: prefix, ServiceName: `${prefix}-${role}` },
            statistic: 'Maximum',
            label: role,
          }),
      );
    new Dashboard(this, 'Dashboard', {
      dashboardName: prefix,
      widgets: [
        [
          graph('Parcels waiting', inSqs('ApproximateNumberOfMessagesVisible', queues)),
          graph('Age of the oldest parcel (s)', inSqs('ApproximateAgeOfOldestMessage', queues)),
          graph('Dead letters', inSqs('ApproximateNumberOfMessagesVisible', dead)),
        ],
        [
          graph('CPU of tasks (%)', byRole('CPUUtilization')),
          graph('Memory of tasks (%)', byRole('MemoryUtilization')),
          graph(
            'Redis: memory (%)',
            of('AWS/ElastiCache', 'DatabaseMemoryUsagePercentage', 'CacheClusterId', nodes),
          ),
        ],
        [
          graph('Write units', inTable('ConsumedWriteCapacityUnits')),
          graph('Read units', inTable('ConsumedReadCapacityUnits')),
          graph('Throttled writes', inTable('WriteThrottleEvents')),
        ],
      ],
    });
  }
}
