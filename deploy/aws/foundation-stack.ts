import { Stack, type StackProps } from 'aws-cdk-lib/core';
import { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { lanes, type Lane } from '#domain/delivery/model/dispatch.js';
import { Blobs, EventArchive } from './constructs/blobs.js';
import { EventStream } from './constructs/event-stream.js';
import { KeptSecrets, type SecretName } from './constructs/kept-secrets.js';
import { LaneQueue } from './constructs/lane-queue.js';
import { MailOut } from './constructs/mail-out.js';
import { Notices } from './constructs/notices.js';
import { OneTable } from './constructs/one-table.js';
import { type Entry, PosthornFunction } from './constructs/posthorn-function.js';
import { environmentOf } from './environment.js';
import type { DeploymentSettings } from './settings.js';

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
}

/** What is kept, and what everything else stands on. Deployed first, changed seldom, and never deleted with its content. */
export class FoundationStack extends Stack {
  readonly settings: DeploymentSettings;
  readonly notices: Notices;
  readonly mail: MailOut;
  readonly table: OneTable;
  readonly lanes: Readonly<Record<Lane, LaneQueue>>;
  readonly sockets: WebSocketApi;
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
    this.blobs = new Blobs(this, 'Blobs');
    const { bucket } = new EventArchive(this, 'EventArchive');
    this.#events = new EventStream(this, 'Events', { name: `${prefix}-events`, bucket, alarms });
    this.secrets = new KeptSecrets(this, 'Secrets', prefix);
    this.sockets = new WebSocketApi(this, 'Sockets', {
      apiName: `${prefix}-sockets`,
      routeSelectionExpression: '$request.body.type',
    });
  }

  /** A function that works on what is kept here: every one of them but the authoriser. */
  functionIn(scope: Construct, id: string, plan: FunctionPlan): PosthornFunction {
    const { settings } = this;
    const made = new PosthornFunction(scope, id, {
      name: `${settings.prefix}-${plan.name}`,
      entry: plan.entry,
      bundles: settings.bundles,
      memoryMiB: plan.memoryMiB,
      timeoutSeconds: plan.timeoutSeconds,
      concurrency: plan.concurrency,
      alarms: this.notices.alarms,
      environment: { ...this.#environment(), ...plan.environment },
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
    made.may(['execute-api:ManageConnections'], [`${this.#socketsArn()}/*/@connections/*`]);
    return made;
  }

  get secretsPrefix(): string {
    return this.secrets.prefix;
  }

  grantSecrets(made: PosthornFunction, names: readonly SecretName[]): void {
    this.secrets.grantRead(made.function, names);
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
