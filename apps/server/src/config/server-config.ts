import { resolve } from 'node:path';
import { channelNames, providerNames } from '#adapters/channels/create-providers.js';
import type { OutboxOpenTo } from '#adapters/rest/outbox/outbox-settings.js';
import type { RestSettings } from '#adapters/rest/kit/rest-settings.js';
import type { LaneSettings } from '#domain/delivery/application/work-lane.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import { type AwsConfig, readAws } from './aws-config.js';
import { readChannels, type ServerChannels } from './channels-config.js';
import { readConfigFile } from './config-file.js';
import { ConfigReader } from './config-reader.js';
import { readDoor } from './door-config.js';
import { readSockets, type SocketsConfig } from './sockets-config.js';
import { readLanes } from './lane-config.js';
import { type AwayConfig, readAway } from './away-config.js';
import { readChat } from './chat-config.js';
import { readModeration } from './moderation-config.js';
import { readQuotas } from './quota-config.js';
import { readUploads } from './uploads-config.js';
import type { UploadLimits } from '#domain/chat/model/upload.js';
import type { ModerationSettings } from '#domain/chat/application/moderation-settings.js';
import type { ChatSettings } from '#domain/chat/application/chat-settings.js';
import type { Quotas } from '#domain/communication/model/quota.js';

export const TARGETS = ['embedded', 'container', 'test'] as const;
export type TargetName = (typeof TARGETS)[number];

export const ROLES = ['api', 'realtime', 'worker', 'timer'] as const;
export type Role = (typeof ROLES)[number];

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Shorter ones are for trying things out on one's own machine. */
const SHORTEST_OPEN_KEY = 20;
const LONGEST_KEY = 256;

/** Everything an operator may say, checked and frozen. */
export interface ServerConfig {
  readonly target: TargetName;
  readonly roles: readonly Role[];
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** Base of the links in mails, without a slash at its end; by default where we listen. */
  readonly publicUrl: string | undefined;
  readonly ownerKey: string | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly door: RestSettings;
  /** By the channel's name: its providers and how they are used. */
  readonly channels: ServerChannels;
  readonly lanes: Readonly<Record<Lane, LaneSettings>>;
  readonly sockets: SocketsConfig;
  /** Who e-mails are from whose notification type names no sender. */
  readonly emailFrom: string;
  /** How many notifications a workspace may have accepted; undefined where nobody counts. */
  readonly quotas: Quotas | undefined;
  readonly uploads: UploadLimits;
  /** Whether small pictures are made of images. */
  readonly previews: boolean;
  readonly chat: ChatSettings;
  readonly away: AwayConfig;
  readonly moderation: ModerationSettings;
  /** Of the container target. */
  readonly aws: AwsConfig;
  /** Whether webhooks may go to addresses that only this network knows: for trying things out. */
  readonly webhooksToPrivate: boolean;
  /** Who may open the outbox of captured mails without a key. */
  readonly outboxOpenTo: OutboxOpenTo;
  /** Values that no log may hold. */
  readonly secrets: readonly string[];
  /** Names that look like ours and are not. */
  readonly unknownNames: readonly string[];
}

const OUR_NAMES = new Set([
  'POSTHORN_TARGET',
  'POSTHORN_ROLES',
  'POSTHORN_DATA_DIR',
  'POSTHORN_PUBLIC_URL',
  'POSTHORN_API_KEY',
  'POSTHORN_CONFIG',
  'POSTHORN_TABLE',
  'POSTHORN_QUEUES',
  'POSTHORN_BUCKET',
  'POSTHORN_SECRETS',
  'POSTHORN_CREATE',
  'POSTHORN_EVENTS_TOPIC',
  'POSTHORN_EVENT_STREAM',
  // read by the command line, which shares a shell with the server
  'POSTHORN_URL',
]);

/** @throws BadConfiguration naming everything that is wrong at once */
export async function readServerConfig(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): Promise<ServerConfig> {
  return serverConfigOf(env, await readConfigFile(env['POSTHORN_CONFIG'] || undefined, folder), folder);
}

/** The same where the structured part stands in no file. @throws BadConfiguration */
export function serverConfigOf(
  env: Readonly<Record<string, string | undefined>>,
  file: unknown,
  folder: string,
): ServerConfig {
  const read = new ConfigReader(env, file);
  const host = read.text({ env: 'HOST', file: 'host' }) ?? '127.0.0.1';
  const channels = readChannels(read, channelNames, providerNames);
  const ownerKey = readOwnerKey(read, host);
  const sockets = readSockets(read, !isLoopback(host));
  const moderation = readModeration(read);
  const target = read.oneOf({ env: 'POSTHORN_TARGET', file: 'target' }, TARGETS) ?? 'embedded';
  const aws = readAws(read, target === 'container');
  const config: ServerConfig = {
    target,
    roles: readRoles(read),
    host,
    port: read.count({ env: 'PORT', file: 'port' }, { min: 0, max: 65_535 }) ?? 3000,
    dataDir: resolve(folder, read.text({ env: 'POSTHORN_DATA_DIR', file: 'dataDir' }) ?? './data'),
    publicUrl: read.url({ env: 'POSTHORN_PUBLIC_URL', file: 'publicUrl' })?.replace(/\/+$/, ''),
    ownerKey,
    logLevel: read.oneOf({ env: 'LOG_LEVEL', file: 'logLevel' }, LOG_LEVELS) ?? 'info',
    door: readDoor(read),
    channels: channels.config,
    lanes: readLanes(read),
    sockets,
    emailFrom: read.text({ env: 'EMAIL_FROM', file: 'email.from' }) ?? 'Posthorn <no-reply@posthorn.example>',
    quotas: readQuotas(read),
    uploads: readUploads(read),
    previews: read.flag({ file: 'chat.attachments.previews' }) ?? true,
    chat: readChat(read),
    away: readAway(read),
    moderation: moderation.settings,
    aws,
    webhooksToPrivate: read.flag({ file: 'webhooks.allowPrivate' }) ?? false,
    outboxOpenTo: read.flag({ file: 'outbox.public' })
      ? 'anybody'
      : isLoopback(host)
        ? 'this-machine'
        : 'nobody',
    secrets: [
      ...[...channels.secrets, ...moderation.secrets],
      ...[ownerKey, sockets.tokenSecret, aws.redisPassword],
    ].filter((secret) => secret !== undefined),
    unknownNames: Object.keys(env).filter((name) => name.startsWith('POSTHORN_') && !OUR_NAMES.has(name)),
  };
  read.finish();
  return frozen(config);
}

function readRoles(read: ConfigReader): readonly Role[] {
  const place = { env: 'POSTHORN_ROLES', file: 'roles' };
  const named = read.list(place);
  if (!named) return ROLES;
  const unknown = named.filter((name) => !ROLES.some((role) => role === name));
  if (unknown.length > 0) read.complain('POSTHORN_ROLES', `may hold ${ROLES.join(', ')}`);
  return ROLES.filter((role) => named.includes(role));
}

function readOwnerKey(read: ConfigReader, host: string): string | undefined {
  const name = 'POSTHORN_API_KEY';
  const key = read.text({ env: name });
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > LONGEST_KEY) {
    read.complain(name, `must be at most ${LONGEST_KEY} visible ASCII characters, without spaces`);
  } else if (key.length < SHORTEST_OPEN_KEY && !isLoopback(host)) {
    // Unlike a key of ours it is chosen by a person, and what can be guessed will be, where others can reach us.
    read.complain(
      name,
      `must have at least ${SHORTEST_OPEN_KEY} characters unless HOST is a loopback address`,
    );
  }
  return key;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
