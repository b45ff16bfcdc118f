import { type ContainerSettings, readContainers } from './container-settings.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';

export const CONTEXTS = ['campaign', 'communication', 'chat'] as const;
export type Context = (typeof CONTEXTS)[number];

/** The endpoints of each context. */
export const PATHS: Readonly<Record<Context, readonly string[]>> = {
  campaign: ['/v1/campaigns', '/v1/lists', '/v1/subscribers', '/v1/imports'],
  communication: ['/v1/notifications', '/v1/notification-types', '/v1/users', '/v1/inbox'],
  chat: [
    '/v1/conversations',
    '/v1/rooms',
    '/v1/blocks',
    '/v1/attachments',
    '/v1/scheduled-messages',
    '/v1/search',
    '/v1/chat',
  ],
};

/** The bundles that the build writes, one folder each. */
export const ENTRIES = [
  'http',
  'websocket',
  'authoriser',
  'lane',
  'timer',
  'relay',
  'store',
  'notify',
] as const;
export type Entry = (typeof ENTRIES)[number];

export interface LaneSizes {
  /** Functions of the lane at once: reserved for it, so no other lane can take them, and it takes no more than them. */
  readonly concurrency: number;
  /** Parcels a function is given at once. */
  readonly batch: number;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  /** Age of the oldest message at which somebody is told. */
  readonly lateAfterSeconds: number;
}

export interface HttpSizes {
  readonly memoryMiB: number;
  /** Undefined: draws on what the account has left. */
  readonly concurrency: number | undefined;
}

/** Everything that differs between one deployment and another. */
export interface DeploymentSettings {
  /** Begins every name, so that one account can hold several deployments. */
  readonly prefix: string;
  /** Folder with a folder for each entry, `<entry>/index.mjs`: what `npm run build:lambda` writes to dist/lambda. */
  readonly bundles: string;
  /** Which contexts have functions of their own; requests to the others are served by the backbone's. */
  readonly contexts: readonly Context[];
  /** The domain that mails are from: becomes an identity of SES. Undefined: it is one already, or SES is not used. */
  readonly senderDomain: string | undefined;
  /** Base of links in mails, without a slash at its end. Undefined: that of the HTTP API. */
  readonly publicUrl: string | undefined;
  /** ARN of a standard topic of SNS that is told of every event. Undefined: none is. */
  readonly eventsTopic: string | undefined;
  /** Who is written to when an alarm goes off. */
  readonly alarmEmail: string | undefined;
  readonly lanes: Readonly<Record<Lane, LaneSizes>>;
  readonly http: Readonly<Record<Context | 'backbone', HttpSizes>>;
  readonly logLevel: string;
  /** In place of functions. */
  readonly containers?: ContainerSettings;
}

/**
 * 200 of the 1,000 concurrent executions that an account has at first are reserved for lanes: the rest serves requests. What 10 million
 * messages in 20 minutes need is in docs/scaling.md.
 */
export const DEFAULT_SETTINGS: Omit<DeploymentSettings, 'bundles'> = {
  prefix: 'posthorn',
  contexts: CONTEXTS,
  senderDomain: undefined,
  publicUrl: undefined,
  alarmEmail: undefined,
  eventsTopic: undefined,
  lanes: {
    critical: { concurrency: 50, batch: 1, timeoutSeconds: 30, memoryMiB: 512, lateAfterSeconds: 30 },
    standard: { concurrency: 50, batch: 10, timeoutSeconds: 60, memoryMiB: 512, lateAfterSeconds: 300 },
    bulk: { concurrency: 100, batch: 10, timeoutSeconds: 150, memoryMiB: 1024, lateAfterSeconds: 3600 },
  },
  http: {
    backbone: { memoryMiB: 512, concurrency: undefined },
    campaign: { memoryMiB: 1024, concurrency: undefined },
    communication: { memoryMiB: 512, concurrency: undefined },
    chat: { memoryMiB: 512, concurrency: undefined },
  },
  logLevel: 'info',
};

const READ = [
  'architecture',
  'certificateArn',
  'imageRepository',
  'imageTag',
  'mostWorkers',
  'natGateways',
  'redisNodeType',
  'runs',
  'secretSettings',
  'prefix',
  'bundles',
  'contexts',
  'senderDomain',
  'publicUrl',
  'alarmEmail',
  'eventsTopic',
  'logLevel',
] as const;

/**
 * From the context of the CDK (`-c bulkConcurrency=1000 -c contexts=campaign,chat`).
 * @param given what stands under a name, or undefined
 * @throws Error naming what is not valid
 */
export function readSettings(given: (name: string) => unknown, bundles: string): DeploymentSettings {
  const text = (name: (typeof READ)[number]): string | undefined => {
    const value = given(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') throw new Error(`${name} must be a text`);
    return value;
  };
  const prefix = text('prefix') ?? DEFAULT_SETTINGS.prefix;
  // It becomes part of a bucket's name, and of names with at most 64 characters.
  if (!/^[a-z][a-z0-9-]{1,19}$/.test(prefix))
    throw new Error('prefix must be 2 to 20 of a-z, 0-9 and -, beginning with a letter');
  const containers = readContainers((name) => text(name as (typeof READ)[number]));
  return {
    ...DEFAULT_SETTINGS,
    ...(containers && { containers }),
    prefix,
    bundles: text('bundles') ?? bundles,
    contexts: readContexts(text('contexts')),
    senderDomain: text('senderDomain'),
    publicUrl: text('publicUrl')?.replace(/\/+$/, ''),
    alarmEmail: text('alarmEmail'),
    eventsTopic: text('eventsTopic'),
    logLevel: text('logLevel') ?? DEFAULT_SETTINGS.logLevel,
    lanes: {
      critical: sized('critical', given),
      standard: sized('standard', given),
      bulk: sized('bulk', given),
    },
  };
}

function readContexts(named: string | undefined): readonly Context[] {
  if (named === undefined) return CONTEXTS;
  const names = named === 'none' ? [] : named.split(',').map((name) => name.trim());
  if (names.some((name) => !CONTEXTS.some((one) => one === name)))
    throw new Error(`contexts may hold ${CONTEXTS.join(', ')}, or be none`);
  return CONTEXTS.filter((one) => names.includes(one));
}

function sized(lane: Lane, given: (name: string) => unknown): LaneSizes {
  const name = `${lane}Concurrency`;
  const value = given(name);
  const sizes = DEFAULT_SETTINGS.lanes[lane];
  if (value === undefined) return sizes;
  const concurrency = Number(value);
  // An event source of SQS takes no smaller and no larger limit.
  if (!Number.isInteger(concurrency) || concurrency < 2 || concurrency > 1000)
    throw new Error(`${name} must be a whole number from 2 to 1000`);
  return { ...sizes, concurrency };
}
