import { Stack } from 'aws-cdk-lib/core';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** To look after a key, without leave to use it: what was encrypted with it is for the services alone. */
const KEEP_THE_KEY = [
  'kms:CancelKeyDeletion',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateKeyDescription',
];

export interface NoticesProps {
  readonly prefix: string;
  readonly alarmEmail: string | undefined;
}

/**
 * The topics: what alarms say, and what SES says of mails. They need a key of our own: services may not publish to a topic that is
 * encrypted with the one that AWS manages.
 */
export class Notices extends Construct {
  readonly alarms: Topic;
  readonly mailEvents: Topic;

  constructor(scope: Construct, id: string, { prefix, alarmEmail }: NoticesProps) {
    super(scope, id);
    const publishers = [
      new ServicePrincipal('cloudwatch.amazonaws.com'),
      new ServicePrincipal('ses.amazonaws.com'),
      new ServicePrincipal('sns.amazonaws.com'),
    ];
    const ours = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    const key = new Key(this, 'Key', {
      description: `What alarms and SES tell ${prefix}`,
      enableKeyRotation: true,
      policy: new PolicyDocument({
        // In a key's own policy "*" is this key: it has no other name there.
        statements: [
          new PolicyStatement({
            actions: KEEP_THE_KEY,
            principals: [new AccountRootPrincipal()],
            resources: ['*'],
          }),
          new PolicyStatement({
            actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
            principals: publishers,
            resources: ['*'],
            conditions: ours,
          }),
        ],
      }),
    });
    this.alarms = new Topic(this, 'Alarms', {
      topicName: `${prefix}-alarms`,
      masterKey: key,
      enforceSSL: true,
    });
    this.mailEvents = new Topic(this, 'MailEvents', {
      topicName: `${prefix}-mail-events`,
      masterKey: key,
      enforceSSL: true,
    });
    this.alarms.addToResourcePolicy(publishing(this.alarms, 'cloudwatch.amazonaws.com', ours));
    this.mailEvents.addToResourcePolicy(publishing(this.mailEvents, 'ses.amazonaws.com', ours));
    if (alarmEmail !== undefined) this.alarms.addSubscription(new EmailSubscription(alarmEmail));
  }
}

function publishing(topic: Topic, service: string, conditions: Record<string, unknown>): PolicyStatement {
  return new PolicyStatement({
    actions: ['sns:Publish'],
    principals: [new ServicePrincipal(service)],
    resources: [topic.topicArn],
    conditions,
  });
}
