import type { NotificationStatus } from '#domain/communication/model/notification.js';
import type { LegState } from '#domain/communication/model/notification.js';
import type { PageView } from '../kit/page.view.js';

export class AcceptedView {
  /** `ntf_…` */
  id!: string;
  status!: string;
}

export class FaultView {
  pointer!: string;
  code!: string;
  detail!: string;
}

/** One of a batch: accepted, or why not. */
export class BatchItemView {
  /** Its place in the request, from 0. */
  index!: number;
  /** HTTP status it would have had alone: 202, 422, or 429 where there was no room for it in the workspace's quota. */
  status!: number;
  /** `ntf_…`; null if it was refused. */
  id!: string | null;
  /** Stable code of the refusal; null if it was accepted. */
  code!: string | null;
  errors!: FaultView[];
}

export class BatchView {
  accepted!: number;
  refused!: number;
  results!: BatchItemView[];
}

export class LegView {
  channel!: string;
  state!: LegState;
  /** ISO 8601, UTC; null for one that was not needed yet. */
  startedAt!: string | null;
  reason!: string | null;
}

export class NotificationView {
  /** `ntf_…` */
  id!: string;
  type!: string;
  lane!: string;
  /** `accepted`, `sending`, `sent`, `delivered`, `read`, `bounced`, `failed`, `cancelled`, `expired`, `tested` */
  status!: NotificationStatus;
  userId!: string | null;
  /** In their order; empty until it was routed. */
  legs!: LegView[];
  orderingKey!: string | null;
  sendAt!: string | null;
  expiresAt!: string | null;
  test!: boolean;
  acceptedAt!: string;
  updatedAt!: string;
}

export class NotificationListView {
  data!: NotificationView[];
  page!: PageView;
}

export class TraceEntryView {
  at!: string;
  /** Stable: `chosen`, `no_address`, `not_confirmed`, … */
  code!: string;
  channel!: string | null;
  /** The same in words. */
  words!: string;
}

export class StatusChangeView {
  /** ISO 8601, UTC. */
  at!: string;
  /** What it came to: the names of a notification's `status`. */
  status!: NotificationStatus;
  /** Where it happened; null if it was on none, or is not known. */
  channel!: string | null;
  /** What led to it, in words; null for the first. */
  reason!: string | null;
}

export class NotificationEventsView {
  id!: string;
  status!: NotificationStatus;
  /** The oldest first. */
  data!: StatusChangeView[];
}

export class TraceView {
  id!: string;
  status!: NotificationStatus;
  data!: TraceEntryView[];
}
