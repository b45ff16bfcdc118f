import type { Instant } from './brand.js';

/** Integration events: what one context tells the others. Delivered at least once, so handlers are idempotent. */
export type IntegrationEvent =
  | { readonly type: 'dispatch.completed'; readonly workspaceId: string; readonly dispatchId: string }
  | { readonly type: 'dispatch.reopened'; readonly workspaceId: string; readonly dispatchId: string }
  | {
      readonly type: 'campaign.controlled';
      readonly workspaceId: string;
      readonly campaignId: string;
      readonly control: 'open' | 'halted' | 'cancelled';
      readonly revision: number;
    };

export interface StoredEvent {
  /** Rises with every event; gaps mean nothing. */
  readonly seq: number;
  readonly at: Instant;
  readonly event: IntegrationEvent;
}
