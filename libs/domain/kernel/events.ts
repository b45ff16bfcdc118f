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
    }
  /** Nothing of a campaign is pending any more. Again, with a higher revision, after its failed messages were tried again. */
  | {
      readonly type: 'campaign.finished';
      readonly workspaceId: string;
      readonly campaignId: string;
      readonly revision: number;
      readonly at: Instant;
    }
  /** A notification has another status. `revision` rises with every change of it: an older one told late is old news. */
  | {
      readonly type: 'notification.changed';
      readonly workspaceId: string;
      readonly notificationId: string;
      readonly status: string;
      readonly revision: number;
      readonly at: Instant;
    }
  /** Something was said, edited or taken back, and somebody wanted to hear of that when it was. */
  | {
      readonly type: 'message.logged';
      readonly workspaceId: string;
      readonly messageId: string;
      readonly change: 'created' | 'updated' | 'deleted';
      /** As it stood then, in the chat's own form. */
      readonly message: unknown;
    }
  /** A provider refused an address for good, when asked to send to it: there is nobody behind it any more. */
  | {
      readonly type: 'address.gone';
      readonly workspaceId: string;
      readonly dispatchId: string;
      readonly address: string;
      readonly at: Instant;
    }
  /** A provider told of a message it had taken. In the order of telling, which need not be that of happening. */
  | {
      readonly type: 'delivery.reported';
      readonly workspaceId: string;
      readonly dispatchId: string;
      readonly ordinal: number;
      readonly address?: string;
      readonly kind:
        | 'sent'
        | 'delayed'
        | 'delivered'
        | 'bounced'
        | 'complained'
        | 'failed'
        | 'opened'
        | 'clicked'
        | 'read'
        | 'opted_out'
        | 'opted_in';
      /** When it happened, by the provider's clock. */
      readonly at: Instant;
      /** Of a bounce: for good. */
      readonly permanent?: boolean;
      /** Where the message stood after this; absent in what an earlier version told. */
      readonly status?: string;
      readonly reason?: string;
    };

export interface StoredEvent {
  /** Rises with every event; gaps mean nothing. */
  readonly seq: number;
  readonly at: Instant;
  readonly event: IntegrationEvent;
}
