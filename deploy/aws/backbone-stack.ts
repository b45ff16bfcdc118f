import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Subscription, SubscriptionProtocol } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { RINGING } from '#adapters/dynamodb/stream/stream-records.js';
import { lanes, type Lane } from '#domain/delivery/model/dispatch.js';
import { DeadLetters } from './constructs/dead-letters.js';
import type { PosthornFunction } from './constructs/posthorn-function.js';
import { type FoundationStack, type FunctionPlan, STORE_SECONDS } from './foundation-stack.js';

/** HTTP APIs wait 30 s for an answer. */
const ANSWER_WITHIN_SECONDS = 29;
/** A tick ends before the next one. */
const TICK_SECONDS = 55;

/** What every function that answers requests has in common. */
export const SERVES_REQUESTS = {
  entry: 'http',
  timeoutSeconds: ANSWER_WITHIN_SECONDS,
  secrets: ['settings', 'signed-links', 'user-tokens'],
  fills: lanes,
  chats: true,
} as const satisfies Partial<FunctionPlan>;

/**
 * What the contexts have in common: the HTTP API with whatever no context has a function of its own for, the lanes, the timer, and
 * the relay of events.
 */
export class BackboneStack extends Stack {
  readonly api: HttpApi;
  readonly #foundation: FoundationStack;

  constructor(scope: Construct, id: string, foundation: FoundationStack, props: StackProps) {
    super(scope, id, props);
    const { prefix } = foundation.settings;
    this.#foundation = foundation;
    this.api = new HttpApi(this, 'HttpApi', { apiName: prefix, createDefaultStage: false });
    const http = this.functionFor(this, 'Http', {
      ...foundation.settings.http.backbone,
      ...SERVES_REQUESTS,
      name: 'http',
    });
    this.api.addRoutes({
      path: '/{proxy+}',
      integration: new HttpLambdaIntegration('HttpIntegration', http.function),
    });
    this.#stage(prefix);
    this.#hearMailEvents();
    for (const lane of lanes) this.#lane(lane);
    this.#timer();
    this.#relay();
    this.#store();
  }

  /** A function that knows the addresses of the API and of SES, too. */
  functionFor(scope: Construct, id: string, plan: FunctionPlan): PosthornFunction {
    const { publicUrl } = this.#foundation.settings;
    return this.#foundation.functionIn(scope, id, {
      ...plan,
      environment: {
        POSTHORN_PUBLIC_URL: publicUrl ?? this.api.apiEndpoint,
        SES_CONFIGURATION_SET: this.#foundation.mail.configurationSet,
        SES_TOPIC_ARNS: this.#foundation.notices.mailEvents.topicArn,
        ...plan.environment,
      },
    });
  }

  #stage(prefix: string): void {
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/apigateway/${prefix}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: 5000, burstLimit: 2500 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        // No addresses, and no paths: in the paths of preferences and of unsubscribing there are tokens.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            at: '$context.requestTimeEpoch',
            route: '$context.routeKey',
            status: '$context.status',
            ms: '$context.responseLatency',
            error: '$context.integrationErrorMessage',
          }),
        ),
      },
    });
  }

  /** SES tells the topic, and the topic the door for callbacks, which confirms the subscription by itself. */
  #hearMailEvents(): void {
    const { prefix } = this.#foundation.settings;
    const { alarms, mailEvents } = this.#foundation.notices;
    const deadLetters = new DeadLetters(this, 'MailEventsDeadLetters', {
      name: `${prefix}-mail-events-dead`,
      alarms,
    });
    // Not by `addSubscription`: that would put it into the foundation's stack, which is deployed before there is an API.
    new Subscription(this, 'MailEventsSubscription', {
      topic: mailEvents,
      protocol: SubscriptionProtocol.HTTPS,
      endpoint: `${this.api.apiEndpoint}/hooks/ses`,
      deadLetterQueue: deadLetters.queue,
    });
  }

  #lane(lane: Lane): void {
    const { queue } = this.#foundation.lanes[lane];
    const sizes = this.#foundation.settings.lanes[lane];
    const worker = this.functionFor(this, `Lane-${lane}`, {
      name: `lane-${lane}`,
      entry: 'lane',
      memoryMiB: sizes.memoryMiB,
      timeoutSeconds: sizes.timeoutSeconds,
      concurrency: sizes.concurrency,
      environment: { POSTHORN_LANE: lane },
      secrets: ['settings', 'signed-links'],
      fills: [lane],
    });
    worker.function.addEventSource(
      new SqsEventSource(queue, {
        batchSize: sizes.batch,
        reportBatchItemFailures: true,
        // Without it the pollers ask for more functions than are reserved, and each refusal counts as a receive: parcels that
        // nobody ever looked at would reach the dead letters.
        maxConcurrency: sizes.concurrency,
      }),
    );
    this.#foundation.mail.grantSend(worker.function);
  }

  #timer(): void {
    const { settings, notices } = this.#foundation;
    const deadLetters = new DeadLetters(this, 'TimerDeadLetters', {
      name: `${settings.prefix}-timer-dead`,
      alarms: notices.alarms,
    });
    const timer = this.functionFor(this, 'Timer', {
      name: 'timer',
      entry: 'timer',
      memoryMiB: 1024,
      timeoutSeconds: TICK_SECONDS,
      secrets: ['settings', 'signed-links', 'user-tokens'],
      fills: lanes,
      // It says what was scheduled.
      chats: true,
      tells: true,
    });
    // The next minute does what this one did not.
    timer.function.configureAsyncInvoke({
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
      onFailure: new SqsDestination(deadLetters.queue),
    });
    new Schedule(this, 'EachMinute', {
      scheduleName: `${settings.prefix}-each-minute`,
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      target: new LambdaInvoke(timer.function, {
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
        deadLetterQueue: deadLetters.queue,
      }),
    });
  }

  /** With the backbone, for messages can be sent by REST where there are no sockets. */
  #store(): void {
    const store = this.functionFor(this, 'Store', {
      name: 'store',
      entry: 'store',
      memoryMiB: 512,
      timeoutSeconds: STORE_SECONDS,
      secrets: ['settings', 'signed-links', 'user-tokens'],
      fills: lanes,
      chats: true,
    });
    // A table that is throttled is not helped by a thousand functions that ask it again.
    this.#foundation.feed(store, this.#foundation.waitingMessages, 10);
  }

  #relay(): void {
    const { settings, notices, table } = this.#foundation;
    const deadLetters = new DeadLetters(this, 'RelayDeadLetters', {
      name: `${settings.prefix}-relay-dead`,
      alarms: notices.alarms,
    });
    const relay = this.functionFor(this, 'Relay', {
      name: 'relay',
      entry: 'relay',
      memoryMiB: 512,
      timeoutSeconds: 60,
      secrets: ['settings', 'signed-links', 'user-tokens'],
      fills: lanes,
      tells: true,
    });
    table.grantStream(relay.function);
    new EventSourceMapping(this, 'Stream', {
      target: relay.function,
      eventSourceArn: table.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      // Events that are given up here stay in the table: the timer's next look at the outbox tells them.
      retryAttempts: 10,
      onFailure: new SqsDlq(deadLetters.queue),
      filters: [
        // The stream has every write; what is filtered out here costs nothing.
        ...Object.values(RINGING).map(({ pk, sk }) =>
          FilterCriteria.filter({
            eventName: FilterRule.isEqual('INSERT'),
            dynamodb: {
              Keys: {
                pk: { S: FilterRule.beginsWith(pk) },
                ...(sk !== undefined && { sk: { S: FilterRule.isEqual(sk) } }),
              },
            },
          }),
        ),
      ],
    });
  }
}
