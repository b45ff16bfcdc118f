import type { SuppressionReason, SuppressionScope } from '#domain/delivery/model/suppression.js';
import type { PageView } from '../kit/page.view.js';

/** An address that must not be written to. */
export class SuppressionView {
  /** `sup_…` */
  id!: string;
  /** Normalised. */
  email!: string;
  scope!: SuppressionScope;
  reason!: SuppressionReason;
  /** Since when. ISO 8601, UTC. */
  createdAt!: string;
}

export class SuppressionListView {
  data!: SuppressionView[];
  page!: PageView;
}
