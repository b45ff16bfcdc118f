import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Entry } from '../settings.js';
import { told } from './dead-letters.js';

export interface PosthornFunctionProps {
  readonly name: string;
  readonly entry: Entry;
  readonly bundles: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  /** Undefined: draws on what the account has left. */
  readonly concurrency?: number | undefined;
  readonly alarms: ITopic;
}

/** A function with a role of its own that may do nothing but write its log, until it is granted more. */
export class PosthornFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: PosthornFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${props.name}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Given a role, CDK attaches no managed policy to it: that one would let it write every log of the account.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    this.function = new LambdaFunction(this, 'Function', {
      functionName: props.name,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(join(props.bundles, props.entry)),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      memorySize: props.memoryMiB,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: { ...props.environment },
      ...(props.concurrency === undefined ? {} : { reservedConcurrentExecutions: props.concurrency }),
    });
    this.#alarms(props.name, props.alarms);
  }

  may(actions: string[], resources: string[]): void {
    this.function.addToRolePolicy(new PolicyStatement({ actions, resources }));
  }

  #alarms(name: string, alarms: ITopic): void {
    const period = Duration.minutes(1);
    const when = {
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    };
    told(
      this.function.metricErrors({ period }).createAlarm(this, 'ErrorsAlarm', {
        ...when,
        alarmName: `${name}-errors`,
        alarmDescription: `${name} ended with an error, or did not end in time.`,
        threshold: 0,
      }),
      alarms,
    );
    told(
      this.function.metricThrottles({ period }).createAlarm(this, 'ThrottlesAlarm', {
        ...when,
        alarmName: `${name}-throttles`,
        alarmDescription: `${name} was not started because as many as it may have were running.`,
        threshold: 10,
      }),
      alarms,
    );
  }
}
