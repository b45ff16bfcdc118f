import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { TABLE_SCHEMA } from '#adapters/dynamodb/engine/table-schema.js';
import { told } from './dead-letters.js';

/** What the engine of the one table calls. There is no Scan in it, so that none can come in unnoticed. */
const TABLE_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];

export interface OneTableProps {
  readonly name: string;
  readonly alarms: ITopic;
}

/** The one table, as the code that uses it describes it. */
export class OneTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { name, alarms }: OneTableProps) {
    super(scope, id);
    const text = (attribute: string): { name: string; type: AttributeType } => ({
      name: attribute,
      type: AttributeType.STRING,
    });
    this.table = new Table(this, 'Table', {
      tableName: name,
      partitionKey: text(TABLE_SCHEMA.partitionKey),
      sortKey: text(TABLE_SCHEMA.sortKey),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: TABLE_SCHEMA.ttl,
      // The relay reads events from it as they are committed; they are never changed, so what they were before is not needed.
      stream: StreamViewType.NEW_IMAGE,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const [indexName, { partitionKey, sortKey }] of Object.entries(TABLE_SCHEMA.indexes))
      this.table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(partitionKey),
        sortKey: text(sortKey),
        projectionType: ProjectionType.ALL,
      });
    this.#alarms(name, alarms);
  }

  get streamArn(): string {
    const arn = this.table.tableStreamArn;
    if (arn === undefined) throw new Error('The table has no stream.');
    return arn;
  }

  grantUse({ grantPrincipal }: IGrantable): void {
    const indexes = Object.keys(TABLE_SCHEMA.indexes).map((index) => `${this.table.tableArn}/index/${index}`);
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: TABLE_ACTIONS, resources: [this.table.tableArn] }),
    );
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['dynamodb:Query'], resources: indexes }),
    );
  }

  /** What Lambda asks for with the role of a function that reads the stream. */
  grantStream({ grantPrincipal }: IGrantable): void {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [this.streamArn],
      }),
    );
    // IAM knows no resource for it.
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }),
    );
  }

  #alarms(name: string, alarms: ITopic): void {
    for (const metricName of ['WriteThrottleEvents', 'ReadThrottleEvents'])
      told(
        new Metric({
          namespace: 'AWS/DynamoDB',
          metricName,
          dimensionsMap: { TableName: name },
          statistic: 'Sum',
          period: Duration.minutes(1),
        }).createAlarm(this, `${metricName}Alarm`, {
          alarmName: `${name}-${metricName}`,
          alarmDescription:
            'A partition of the table is hot, or the table has reached a quota of the account.',
          threshold: 100,
          evaluationPeriods: 5,
          comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
          treatMissingData: TreatMissingData.NOT_BREACHING,
        }),
        alarms,
      );
  }
}
