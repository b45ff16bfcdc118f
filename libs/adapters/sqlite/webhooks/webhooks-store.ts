import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { PostOutcome } from '#domain/webhooks/model/post-outcome.js';
import {
  wants,
  type WebhookEndpoint,
  type WebhookEndpointId,
} from '#domain/webhooks/model/webhook-endpoint.js';
import {
  TEST_EVENT,
  type WebhookAttempt,
  type WebhookMessage,
  type WebhookMessageId,
} from '#domain/webhooks/model/webhook-message.js';
import { type Db, sqliteStore } from '../engine/store.js';
import { claim, releaseAll, settle } from './claim-procedures.js';
import { endpointOf, endpointParams, type EndpointRow } from './endpoint-rows.js';

function insert(db: Db, endpoint: WebhookEndpoint): 'inserted' | 'exists' {
  const params = { ...endpointParams(endpoint), createdAt: endpoint.createdAt };
  return db.run('insertEndpoint', params) === 1 ? 'inserted' : 'exists';
}

function replace(db: Db, args: { before: WebhookEndpoint; after: WebhookEndpoint }): 'saved' | 'stale' {
  const { id, workspaceId, revision } = args.before;
  const params = endpointParams({ ...args.after, id, workspaceId, revision });
  return db.run('replaceEndpoint', params) === 1 ? 'saved' : 'stale';
}

function remove(db: Db, args: { workspace: string; id: string }): boolean {
  // Its deliveries and attempts go with their messages: there may be very many, and others want to write.
  return db.run('removeEndpoint', args) === 1;
}

function find(db: Db, args: { workspace: string; id: string }): WebhookEndpoint | undefined {
  const row = db.get<EndpointRow>('findEndpoint', args);
  return row && endpointOf(row);
}

function isWanted(db: Db, { workspace, type }: { workspace: string; type: string }): boolean {
  return db.all<EndpointRow>('endpointsOf', { workspace }).some((row) => wants(endpointOf(row).events, type));
}

function page(db: Db, args: { workspace: string; after: string; limit: number }): WebhookEndpoint[] {
  return db.all<EndpointRow>('pageOfEndpoints', args).map(endpointOf);
}

function makePending(db: Db, message: number, endpoint: number, now: number): boolean {
  const changed = db.run('makePending', { message, endpoint, now }) > 0;
  if (changed) {
    db.run('hurry', { no: endpoint, at: now });
    db.signal('webhooks');
  }
  return changed;
}

interface EnqueueArgs {
  readonly message: WebhookMessage;
  readonly now: number;
  readonly only: WebhookEndpointId | undefined;
}

function enqueue(db: Db, { message, now, only }: EnqueueArgs): number {
  const { workspaceId: workspace, id, type, at, body } = message;
  const wanting = db
    .all<EndpointRow>('endpointsOf', { workspace })
    .filter((row) => (only === undefined ? wants(endpointOf(row).events, type) : row.id === only));
  if (wanting.length === 0) return 0;
  const inserted = db.get<{ no: number }>('insertMessage', { workspace, id, type, at, body });
  if (!inserted) return 0;
  const enabled = wanting.filter(({ enabled }) => enabled === 1);
  for (const { no } of enabled) makePending(db, inserted.no, no, now);
  return enabled.length;
}

interface ReplayArgs {
  readonly workspace: WorkspaceId;
  readonly endpoint: WebhookEndpointId;
  readonly message: WebhookMessageId;
  readonly now: number;
}

function replay(db: Db, { workspace, endpoint, message, now }: ReplayArgs): boolean {
  const found = db.get<EndpointRow>('findEndpoint', { workspace, id: endpoint });
  const kept = db.get<{ no: number }>('hasMessage', { workspace, id: message });
  if (!found || !kept) return false;
  makePending(db, kept.no, found.no, now);
  return true;
}

interface ReplaySinceArgs {
  readonly workspace: WorkspaceId;
  readonly endpoint: WebhookEndpointId;
  /** The last message looked at, by time and number. */
  readonly after: readonly [at: number, no: number];
  readonly limit: number;
  readonly now: number;
}

function replaySince(
  db: Db,
  args: ReplaySinceArgs,
): { replayed: number; next: [number, number] | undefined } {
  const { workspace, endpoint, limit, now } = args;
  const row = db.get<EndpointRow>('findEndpoint', { workspace, id: endpoint });
  if (!row) return { replayed: 0, next: undefined };
  const { events } = endpointOf(row);
  const [at, no] = args.after;
  const found = db.all<{ no: number; at: number; type: string }>('messagesSince', {
    workspace,
    at,
    no,
    limit: limit + 1,
  });
  const messages = found.slice(0, limit);
  const wanted = messages.filter(({ type }) => type !== TEST_EVENT && wants(events, type));
  for (const message of wanted) makePending(db, message.no, row.no, now);
  const last = messages.at(-1);
  return { replayed: wanted.length, next: found.length > limit && last ? [last.at, last.no] : undefined };
}

function purge(db: Db, args: { before: number; limit: number }): number {
  const old = db.all<{ no: number }>('messagesBefore', args).map(({ no }) => [no]);
  // The message last: the others are found by it.
  for (const query of ['purgeAttempts', 'purgeDeliveries', 'purgeMessages']) db.runEach(query, old);
  return old.length;
}

type AttemptRow = Omit<WebhookAttempt, 'outcome'> & { readonly outcome: string };

function attempts(
  db: Db,
  args: { workspace: string; id: string; after: string; limit: number },
): WebhookAttempt[] {
  const rows = db.all<AttemptRow>('pageOfAttempts', args);
  return rows.map((row) => ({ ...row, outcome: JSON.parse(row.outcome) as PostOutcome }));
}

export const webhooksStore = sqliteStore({
  name: 'webhooks',
  sql: new URL('./webhooks.sql', import.meta.url),
  writes: { insert, replace, remove, enqueue, claim, settle, replay, replaySince, purge, releaseAll },
  reads: { find, page, attempts, isWanted },
});
