import { Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import { Dashboard, GraphWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { lanes } from '#domain/delivery/model/dispatch.js';
import type { DeploymentSettings } from './settings.js';

const PERIOD = Duration.minutes(1);

/** One page to look at. It knows the others by their names, so that it keeps none of them from being changed. */
export class WatchStack extends Stack {
  constructor(scope: Construct, id: string, settings: DeploymentSettings, props: StackProps) {
    super(scope, id, props);
    const { prefix, contexts } = settings;
    const functions = [
      'http',
      ...contexts.map((context) => `http-${context}`),
      ...lanes.map((lane) => `lane-${lane}`),
      'timer',
      'relay',
      'store',
      ...(contexts.includes('chat') ? ['websocket', 'authoriser', 'notify'] : []),
    ].map((name) => `${prefix}-${name}`);
    const queues = lanes.map((lane) => `${prefix}-${lane}`);
    const chatQueues = [`${prefix}-chat-store`, `${prefix}-chat-notify`];
    new Dashboard(this, 'Dashboard', {
      dashboardName: prefix,
      widgets: [
        [
          graph('Parcels waiting', of('AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', queues)),
          graph(
            'Age of the oldest parcel (s)',
            of('AWS/SQS', 'ApproximateAgeOfOldestMessage', 'QueueName', queues),
          ),
          graph(
            'Dead letters',
            of('AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', [
              ...[...queues, `${prefix}-timer`, `${prefix}-relay`, `${prefix}-mail-events`].map(
                (name) => `${name}-dead`,
              ),
              ...chatQueues.map((name) => `${name}-dead.fifo`),
            ]),
          ),
        ],
        [
          graph('Running at once', of('AWS/Lambda', 'ConcurrentExecutions', 'FunctionName', functions)),
          graph('p99 (ms)', of('AWS/Lambda', 'Duration', 'FunctionName', functions, 'p99')),
          graph('Errors', of('AWS/Lambda', 'Errors', 'FunctionName', functions, 'Sum')),
        ],
        [
          graph(
            'Write units',
            of('AWS/DynamoDB', 'ConsumedWriteCapacityUnits', 'TableName', [prefix], 'Sum'),
          ),
          graph('Read units', of('AWS/DynamoDB', 'ConsumedReadCapacityUnits', 'TableName', [prefix], 'Sum')),
          graph('Throttled writes', of('AWS/DynamoDB', 'WriteThrottleEvents', 'TableName', [prefix], 'Sum')),
        ],
        [
          graph(
            'Lateness of the relay (ms)',
            of('AWS/Lambda', 'IteratorAge', 'FunctionName', [`${prefix}-relay`]),
          ),
          graph('Mails sent', [new Metric({ namespace: 'AWS/SES', metricName: 'Send', statistic: 'Sum' })]),
          graph('Bounces and complaints', [
            new Metric({ namespace: 'AWS/SES', metricName: 'Bounce', statistic: 'Sum' }),
            new Metric({ namespace: 'AWS/SES', metricName: 'Complaint', statistic: 'Sum' }),
          ]),
        ],
      ],
    });
  }
}

export function of(
  namespace: string,
  metricName: string,
  dimension: string,
  names: readonly string[],
  statistic = 'Maximum',
): Metric[] {
  return names.map(
    (name) =>
      new Metric({
        namespace,
        metricName,
        dimensionsMap: { [dimension]: name },
        statistic,
        period: PERIOD,
        label: name,
      }),
  );
}

export function graph(title: string, left: Metric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6 });
}
