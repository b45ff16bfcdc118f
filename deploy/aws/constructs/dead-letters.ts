import { Duration } from 'aws-cdk-lib/core';
import { type Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** As long as SQS keeps anything. */
const KEPT = Duration.days(14);

export interface DeadLettersProps {
  readonly name: string;
  readonly alarms: ITopic;
  readonly fifo?: boolean;
}

/** Where what could not be worked on is kept, and somebody told of the first one. */
export class DeadLetters extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { name, alarms, fifo = false }: DeadLettersProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      queueName: fifo ? `${name}.fifo` : name,
      ...(fifo ? { fifo: true } : {}),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: KEPT,
    });
    told(
      this.queue
        .metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: Duration.minutes(1) })
        .createAlarm(this, 'DepthAlarm', {
          alarmName: `${name}-depth`,
          alarmDescription: `Something could not be worked on and lies in ${name}.`,
          threshold: 1,
          evaluationPeriods: 1,
          comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
          treatMissingData: TreatMissingData.NOT_BREACHING,
        }),
      alarms,
    );
    told(
      this.queue
        .metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(5) })
        .createAlarm(this, 'AgeAlarm', {
          alarmName: `${name}-age`,
          alarmDescription: `What lies in ${name} will be gone within four days.`,
          threshold: Duration.days(10).toSeconds(),
          evaluationPeriods: 1,
          comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
          treatMissingData: TreatMissingData.NOT_BREACHING,
        }),
      alarms,
    );
  }
}

/** An alarm that nobody hears is none: both when it goes off and when it is over. */
export function told(alarm: Alarm, topic: ITopic): void {
  const action = new SnsAction(topic);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
}
