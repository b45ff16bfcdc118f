import { Stack, type StackProps } from 'aws-cdk-lib/core';
import { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { lanes, type Lane } from '#domain/delivery/model/dispatch.js';
import { Blobs, EventArchive } from './constructs/blobs.js';
import { ChatQueue, type ChatQueueProps } from './constructs/chat-queue.js';
import { EventStream } from './constructs/event-stream.js';
import { KeptSecrets, type SecretName } from './constructs/kept-secrets.js';
import { LaneQueue } from './constructs/lane-queue.js';
import { MailOut } from './constructs/mail-out.js';
import { Notices } from './constructs/notices.js';
import { OneTable } from './constructs/one-table.js';
import { PosthornFunction } from './constructs/posthorn-function.js';
import { environmentOf } from './environment.js';
import type { DeploymentSettings, Entry } from './settings.js';

/** The stage of the WebSocket API. Its routes are the chat's; its name is known here, for whoever posts to connections. */
export const SOCKET_STAGE = 'live';

export interface FunctionPlan {
  readonly name: string;
  readonly entry: Entry;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly concurrency?: number | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretName[];
  /** Lanes that it puts parcels into. */
  readonly fills: readonly Lane[];
  /** It puts messages into logs, by itself or for others. */
  readonly chats?: boolean;
  /** It tells events to those outside. */
  readonly tells?: boolean;
}

/** Of the functions that the chat's queues feed. */
export const STORE_SECONDS = 30;
export const NOTIFY_SECONDS = 60;

/** What is kept, and what everything else stands on. Deployed first, changed seldom, and never deleted with its content. */
export class FoundationStack extends Stack {
  readonly settings: DeploymentSettings;
  readonly notices: Notices;
  readonly mail: MailOut;
  readonly table: OneTable;
  readonly lanes: Readonly<Record<Lane, LaneQueue>>;
  readonly sockets: WebSocketApi;
  /** Messages that the table could not take when they were sent. */
  readonly waitingMessages: Queue;
  /** What connected people are to be told of, by name. */
  readonly chatNotices: Queue;
  readonly blobs: Blobs;
  readonly #events: EventStream;
  readonly secrets: KeptSecrets;

  constructor(scope: Construct, id: string, settings: DeploymentSettings, props: StackProps) {
    super(scope, id, props);
    const { prefix } = settings;
    this.settings = settings;
    this.notices = new Notices(this, 'Notices', { prefix, alarmEmail: settings.alarmEmail });
    const { alarms, mailEvents } = this.notices;
    const { senderDomain } = settings;
    this.mail = new MailOut(this, 'Mail', { prefix, senderDomain, events: mailEvents, alarms });
    this.table = new OneTable(this, 'OneTable', { name: prefix, alarms });
    this.lanes = Object.fromEntries(
      lanes.map((lane) => [
        lane,
        new LaneQueue(this, `Lane-${lane}`, { prefix, lane, sizes: settings.lanes[lane], alarms }),
      ]),
    ) as Record<Lane, LaneQueue>;
    this.waitingMessages = this.#chatQueue('Store', {
      name: `${prefix}-chat-store`,
      timeoutSeconds: STORE_SECONDS,
      // Each ten seconds: three hours of a table that takes nothing.
      receives: 1000,
      lateAfterSeconds: 300,
      late: 'Messages of the chat have waited longer than 300 s for a table that takes them.',
    });
    this.chatNotices = this.#chatQueue('Notify', {
      name: `${prefix}-chat-notify`,
      timeoutSeconds: NOTIFY_SECONDS,
      receives: 20,
      lateAfterSeconds: 60,
      late: 'Connected people are told more than 60 s late of what was said.',
    });
    this.blobs = new Blobs(this, 'Blobs');
    const { bucket } = new EventArchive(this, 'EventArchive');
    this.#events = new EventStream(this, 'Events', { name: `${prefix}-events`, bucket, alarms });
    this.secrets = new KeptSecrets(this, 'Secrets', prefix);
    this.sockets = new WebSocketApi(this, 'Sockets', {
      apiName: `${prefix}-sockets`,
      // Each frame goes one way, whatever it says: chosen by a word of the client's, the route might be `$connect`.
      routeSelectionExpression: '\\$default',
    });
  }

  /** A function that works on what is kept here: every one of them but the authoriser. */
  functionIn(scope: Construct, id: string, plan: FunctionPlan): PosthornFunction {
    const { settings } = this;
    const { eventsTopic } = settings;
    const topic =
      plan.tells && eventsTopic !== undefined ? { POSTHORN_EVENTS_TOPIC: eventsTopic } : undefined;
    const made = new PosthornFunction(scope, id, {
      name: `${settings.prefix}-${plan.name}`,
      entry: plan.entry,
      bundles: settings.bundles,
      memoryMiB: plan.memoryMiB,
      timeoutSeconds: plan.timeoutSeconds,
      concurrency: plan.concurrency,
      alarms: this.notices.alarms,
      environment: { ...this.#environment(), ...topic, ...plan.environment },
    });
    const { function: it } = made;
    this.table.grantUse(it);
    this.blobs.grantUse(it);
    this.#events.grantPut(it);
    this.grantSecrets(made, plan.secrets);
    for (const lane of plan.fills)
      made.may(
        ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
        [this.lanes[lane].queue.queueArn],
      );
    if (topic) made.may(['sns:Publish'], [topic.POSTHORN_EVENTS_TOPIC]);
    if (plan.chats)
      made.may(
        ['sqs:GetQueueUrl', 'sqs:SendMessage'],
        [this.waitingMessages.queueArn, this.chatNotices.queueArn],
      );
    made.may(['execute-api:ManageConnections'], [`${this.#socketsArn()}/*/@connections/*`]);
    return made;
  }

  /** Batches of a queue of the chat, whose messages a function may put off. @param atOnce functions, 2 at least */
  feed(made: PosthornFunction, queue: Queue, atOnce: number): void {
    made.may(['sqs:ChangeMessageVisibility', 'sqs:GetQueueUrl'], [queue.queueArn]);
    made.function.addEventSource(
      new SqsEventSource(queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: atOnce }),
    );
  }

  get secretsPrefix(): string {
    return this.secrets.prefix;
  }

  grantSecrets(made: PosthornFunction, names: readonly SecretName[]): void {
    this.secrets.grantRead(made.function, names);
  }

  #chatQueue(id: string, props: Omit<ChatQueueProps, 'alarms'>): Queue {
    return new ChatQueue(this, `Chat${id}`, { ...props, alarms: this.notices.alarms }).queue;
  }

  #socketsArn(): string {
    return this.formatArn({
      service: 'execute-api',
      resource: this.sockets.apiId,
      resourceName: SOCKET_STAGE,
    });
  }

  #environment(): Record<string, string> {
    return environmentOf({
      // Without sockets nobody is connected, and nobody would take the notices.
      chatNotices: this.settings.contexts.includes('chat'),
      table: this.table.table.tableName,
      queues: this.settings.prefix,
      blobs: this.blobs.bucket.bucketName,
      events: this.#events.name,
      secrets: this.secretsPrefix,
      sockets: `https://${this.sockets.apiId}.execute-api.${this.region}.${this.urlSuffix}/${SOCKET_STAGE}`,
      logLevel: this.settings.logLevel,
    });
  }
}
