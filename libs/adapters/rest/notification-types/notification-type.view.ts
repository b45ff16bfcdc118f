import type { PageView } from '../kit/page.view.js';

export class NotificationTypeView {
  /** Unique in the workspace: `mfa_code`. */
  type!: string;
  description!: string | null;
  category!: string;
  /** Whether a user's preference may leave it without a channel (false) or not (true). */
  mandatory!: boolean;
  lane!: 'critical' | 'standard' | 'bulk';
  /** In the order in which they are tried unless the recipient prefers another. */
  channels!: string[];
  /** `timeoutMs` is null where only a failure leads to the next channel. */
  fallback!: { mode: 'fallback' | 'all'; timeoutMs: number | null };
  /** Template ids by channel, then by BCP 47 locale or `default`. */
  templates!: Record<string, Record<string, string>>;
  /** What a notification's data must have. */
  requiredData!: string[];
  /** The sender of its e-mails. */
  from!: string | null;
  /** Where it was copied from, for one that comes with Posthorn and was never changed; otherwise null. */
  origin!: string | null;
  /** ISO 8601, UTC. */
  createdAt!: string;
  updatedAt!: string;
}

export class NotificationTypeListView {
  data!: NotificationTypeView[];
  page!: PageView;
}
