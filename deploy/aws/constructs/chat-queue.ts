import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DeadLetters, told } from './dead-letters.js';

export interface ChatQueueProps {
  /** Without `.fifo`. */
  readonly name: string;
  /** Of the function that it feeds. */
  readonly timeoutSeconds: number;
  /** Receives after which a message is a dead letter. */
  readonly receives: number;
  readonly lateAfterSeconds: number;
  readonly late: string;
  readonly alarms: ITopic;
}

/** What happens to conversations, in order: one group each, so one function at a time, and as many at once as there are conversations. */
export class ChatQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: ChatQueueProps) {
    super(scope, id);
    const { name, timeoutSeconds, receives, alarms } = props;
    const deadLetters = new DeadLetters(this, 'DeadLetters', { name: `${name}-dead`, alarms, fifo: true });
    this.queue = new Queue(this, 'Queue', {
      queueName: `${name}.fifo`,
      fifo: true,
      // Each group by itself: without it all of them together have three hundred requests a second.
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Whoever dies with a message holds up its conversation for so long: no longer than Lambda takes to be sure.
      visibilityTimeout: Duration.seconds(2 * timeoutSeconds),
      deadLetterQueue: { queue: deadLetters.queue, maxReceiveCount: receives },
    });
    told(
      this.queue
        .metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(1) })
        .createAlarm(this, 'AgeAlarm', {
          alarmName: `${name}-age`,
          alarmDescription: props.late,
          threshold: props.lateAfterSeconds,
          evaluationPeriods: 3,
          comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
          treatMissingData: TreatMissingData.NOT_BREACHING,
        }),
      alarms,
    );
  }
}
