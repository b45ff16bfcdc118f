import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Dispatch, DispatchId, Lane } from './dispatch.js';

export type DeliveryId = Brand<string, 'DeliveryId'>;

/** Every state a message can be in; the equation of completion has one term for each. */
export const deliveryStatuses = [
  'pending',
  'submitting',
  'accepted',
  'delivered',
  'bounced',
  'complained',
  'failed',
  'dead',
  'suppressed',
  'cancelled',
  'expired',
  'unknown',
] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** How many messages of a dispatch are in each state. Their sum is `candidates`, at every commit. */
export type DeliveryCounts = Readonly<Record<DeliveryStatus, number>>;

/** Someone to deliver to, as the ordering context gives it. Frozen: the bytes sent are made from this alone. */
export interface Recipient {
  /** In the normal form of the dispatch's channel: part of the identity, so one dispatch has it once. */
  readonly address: string;
  /** What the ordering context calls this person (`sub_…`); comes back in unsubscribe links. */
  readonly ref: string;
  /** The person's own variables as JSON text of one object (kept as text: most are never looked into). */
  readonly data: string;
  /** Not before this instant. */
  readonly dueAt?: Instant;
}

/** A member of a dispatch as a worker sees it. `ordinal` counts from 0 within the dispatch; where an address was known already there may be a gap. */
export interface Member {
  readonly ordinal: number;
  readonly address: string;
  readonly ref: string;
  readonly data: string;
  /** Provider calls spent so far. */
  readonly attempts: number;
}

/** One provider call that included this message. */
export interface Attempt {
  readonly at: Instant;
  readonly provider: string;
  /** What we sent as the provider's idempotency key; also groups the messages of one call. Not kept of an accepted call. */
  readonly key?: string;
  readonly outcome: string;
  readonly detail?: string;
}

export interface Delivery {
  readonly id: DeliveryId;
  readonly workspaceId: WorkspaceId;
  readonly dispatchId: DispatchId;
  /** Of its dispatch: says what kind of address it has. */
  readonly channel: string;
  readonly lane: Lane;
  readonly address: string;
  readonly ref: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly provider?: string;
  readonly providerMessageId?: string;
  readonly reason?: string;
  readonly dueAt?: Instant;
  readonly updatedAt: Instant;
  readonly history: readonly Attempt[];
}

/** A message as a store has it beside its dispatch. */
export interface DeliveryRow {
  readonly ordinal: number;
  readonly address: string;
  readonly ref: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly provider?: string | undefined;
  readonly providerMessageId?: string | undefined;
  readonly reason?: string | undefined;
  readonly dueAt?: Instant | undefined;
  readonly updatedAt: Instant;
  readonly history?: readonly Attempt[];
}

export function deliveryOf(dispatch: Dispatch, row: DeliveryRow): Delivery {
  const { provider, providerMessageId, reason, dueAt } = row;
  return {
    id: deliveryId(dispatch.id, row.ordinal),
    workspaceId: dispatch.workspaceId,
    dispatchId: dispatch.id,
    channel: dispatch.channel,
    lane: dispatch.lane,
    address: row.address,
    ref: row.ref,
    status: row.status,
    attempts: row.attempts,
    updatedAt: row.updatedAt,
    history: [...(row.history ?? [])],
    ...(provider !== undefined && { provider }),
    ...(providerMessageId !== undefined && { providerMessageId }),
    ...(reason !== undefined && { reason }),
    ...(dueAt !== undefined && { dueAt }),
  };
}

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const ORDINAL_CHARS = 7;

/** Delivery ids are made, not stored: the dispatch's own time-ordered id followed by the ordinal. */
export function deliveryId(dispatchId: DispatchId, ordinal: number): DeliveryId {
  let rest = ordinal;
  let digits = '';
  for (let i = 0; i < ORDINAL_CHARS; i++) {
    digits = DIGITS.charAt(rest % 32) + digits;
    rest = Math.floor(rest / 32);
  }
  const at = dispatchId.indexOf('_');
  return `dlv_${dispatchId.slice(at + 1)}${dispatchId.slice(0, at)}${digits}` as DeliveryId;
}

/** The inverse of {@link deliveryId}; undefined for a string that no delivery can have. */
export function parseDeliveryId(id: string): { dispatchId: DispatchId; ordinal: number } | undefined {
  const match = /^dlv_([0-9a-hjkmnp-tv-z]{26})([a-z]{3})([0-9a-hjkmnp-tv-z]{7})$/.exec(id);
  if (!match) return undefined;
  const [, ulid = '', prefix = '', digits = ''] = match;
  const ordinal = [...digits].reduce((value, digit) => value * 32 + DIGITS.indexOf(digit), 0);
  return { dispatchId: `${prefix}_${ulid}` as DispatchId, ordinal };
}
