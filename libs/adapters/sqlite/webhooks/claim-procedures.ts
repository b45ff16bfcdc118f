import type { WorkspaceId } from '#domain/kernel/brand.js';
import {
  healthAfter,
  roomOf,
  type WebhookEndpointId,
  type WebhookSecret,
} from '#domain/webhooks/model/webhook-endpoint.js';
import type { WebhookMessageId } from '#domain/webhooks/model/webhook-message.js';
import type { WebhookClaim, WebhookSettlement } from '#ports/webhooks/webhook-deliveries.js';
import type { Db } from '../engine/store.js';
import { endpointOf, type EndpointRow, healthParams } from './endpoint-rows.js';

interface WaitingEndpoint {
  readonly no: number;
  readonly id: WebhookEndpointId;
  readonly url: string;
  readonly secrets: string;
  readonly workspaceId: WorkspaceId;
  readonly failingSince: number | null;
  readonly nextAt: number;
}

interface DueRow {
  readonly messageNo: number;
  readonly attempts: number;
  readonly fence: number;
  readonly id: WebhookMessageId;
  readonly type: string;
  readonly at: number;
  readonly body: string;
}

export interface ClaimArgs {
  readonly max: number;
  readonly perEndpoint: number;
  readonly held: ReadonlyMap<WebhookEndpointId, number>;
  readonly leaseMs: number;
  readonly now: number;
}

export function claim(db: Db, args: ClaimArgs): { claims: WebhookClaim[]; nextDueAt: number | undefined } {
  const claims: WebhookClaim[] = [];
  let nextDueAt: number | undefined;
  const later = (at: number | null | undefined): void => {
    if (at != null) nextDueAt = Math.min(nextDueAt ?? at, at);
  };
  // Of those that come first at most as many have no room as the caller holds, and one more says when the next is due.
  const endpoints = db.all<WaitingEndpoint>('waiting', { limit: args.max + args.held.size + 1 });
  for (const endpoint of endpoints) {
    const room =
      roomOf(endpoint.failingSince ?? undefined, args.perEndpoint) - (args.held.get(endpoint.id) ?? 0);
    if (room <= 0) continue;
    if (endpoint.nextAt > args.now || claims.length >= args.max) {
      later(endpoint.nextAt);
      break;
    }
    const taken = claimOf(db, endpoint, Math.min(room, args.max - claims.length), args);
    claims.push(...taken);
    const next = db.get<{ nextAt: number | null }>('refreshNext', { no: endpoint.no })?.nextAt;
    if (taken.length < room) later(next);
  }
  return { claims, nextDueAt };
}

function claimOf(
  db: Db,
  endpoint: WaitingEndpoint,
  limit: number,
  { now, leaseMs }: ClaimArgs,
): WebhookClaim[] {
  const secrets = JSON.parse(endpoint.secrets) as WebhookSecret[];
  const due = db.all<DueRow>('due', { endpoint: endpoint.no, now, limit });
  return due.map(({ messageNo, attempts, fence, id, type, at, body }) => {
    db.run('claimDelivery', { message: messageNo, endpoint: endpoint.no, until: now + leaseMs });
    return {
      delivery: `${messageNo}.${endpoint.no}`,
      fence: fence + 1,
      endpointId: endpoint.id,
      message: { id, workspaceId: endpoint.workspaceId, type, at, body },
      attempts,
      url: endpoint.url,
      secrets,
    };
  });
}

export interface SettleArgs extends WebhookSettlement {
  readonly delivery: string;
  readonly fence: number;
}

const STATUS = { pending: 0, delivered: 1, failed: 2 } as const;

export function settle(db: Db, args: SettleArgs): 'settled' | 'disabled' | 'stale' {
  const { state, effect, attempt, fence } = args;
  const [message = 0, endpoint = 0] = args.delivery.split('.').map(Number);
  const row = db.get<EndpointRow>('endpointByNumber', { no: endpoint });
  if (!row) return 'stale';
  const settled = db.run('settleDelivery', {
    message,
    endpoint,
    fence,
    status: STATUS[state.status],
    attempts: attempt.number,
    at: state.status === 'pending' ? state.dueAt : attempt.at,
  });
  if (settled === 0) return 'stale';
  const { id, number, at, durationMs } = attempt;
  const outcome = JSON.stringify(attempt.outcome);
  db.run('insertAttempt', { id, endpoint, message, number, at, durationMs, outcome });
  db.get('refreshNext', { no: endpoint });
  return changeHealth(db, row, effect, at);
}

function changeHealth(
  db: Db,
  row: EndpointRow,
  effect: WebhookSettlement['effect'],
  at: number,
): 'settled' | 'disabled' {
  const before = endpointOf(row);
  const after = healthAfter(before, effect, at);
  const disabled = after.status !== before.status;
  if (disabled || after.failingSince !== before.failingSince)
    db.run('setHealth', { no: row.no, ...healthParams(after) });
  return disabled ? 'disabled' : 'settled';
}

/** Only one process uses a data folder, so at its start every claim is a dead worker's. */
export function releaseAll(db: Db, { now }: { now: number }): number {
  const released = db.all<{ no: number }>('releaseDeliveries', { now });
  for (const no of new Set(released.map((row) => row.no))) db.run('hurry', { no, at: now });
  return released.length;
}
