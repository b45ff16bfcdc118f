import { Duration } from 'aws-cdk-lib/core';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { LaneSizes } from '../settings.js';
import { DeadLetters, told } from './dead-letters.js';

/**
 * As many as SQS allows. A message names a parcel, and one whose hour has not come is received and hidden again for days: how often says
 * nothing about it. Which parcel is poison is counted in the table; what ends here is no message of ours.
 */
const RECEIVES = 1000;
/**
 * Of the function's timeout. SQS gives a message out again when it has been invisible for this long; Lambda asks for six timeouts, so
 * that what was throttled or is tried again does not come a second time meanwhile.
 */
const VISIBLE_AGAIN_AFTER = 6;

export interface LaneQueueProps {
  readonly prefix: string;
  readonly lane: Lane;
  readonly sizes: LaneSizes;
  readonly alarms: ITopic;
}

/** The queue of one lane. It carries names of parcels, never addresses or content: the table says what is in them. */
export class LaneQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, { prefix, lane, sizes, alarms }: LaneQueueProps) {
    super(scope, id);
    const name = `${prefix}-${lane}`;
    this.deadLetters = new DeadLetters(this, 'DeadLetters', { name: `${name}-dead`, alarms });
    this.queue = new Queue(this, 'Queue', {
      queueName: name,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      receiveMessageWaitTime: Duration.seconds(20),
      retentionPeriod: Duration.days(14),
      visibilityTimeout: Duration.seconds(VISIBLE_AGAIN_AFTER * sizes.timeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters.queue, maxReceiveCount: RECEIVES },
    });
    told(
      this.queue
        .metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(1) })
        .createAlarm(this, 'AgeAlarm', {
          alarmName: `${name}-age`,
          alarmDescription: `The ${lane} lane is late: its oldest parcel has waited longer than ${sizes.lateAfterSeconds} s.`,
          threshold: sizes.lateAfterSeconds,
          evaluationPeriods: 3,
          comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
          treatMissingData: TreatMissingData.NOT_BREACHING,
        }),
      alarms,
    );
  }
}
