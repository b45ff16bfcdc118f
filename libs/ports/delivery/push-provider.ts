import type { MessageProvider, OutgoingMessage } from './message-provider.js';

/** One push notification to one device. `to` is `token:<registration token>` or `fid:<installation id>`. */
export interface PushMessage extends OutgoingMessage {
  readonly title?: string;
  readonly body: string;
  /** Handed to the application as it is. */
  readonly data: Readonly<Record<string, string>>;
  /** Shown at once, even by a device that saves power. */
  readonly urgent: boolean;
  /** Seconds after which a device that was away need not be told any more; undefined for the provider's own. */
  readonly validForSeconds?: number;
}

/**
 * A way to send push notifications, with the guarantees of {@link MessageProvider}. A device that is gone for good is
 * `rejected` with `hardBounce`.
 */
export type PushProvider = MessageProvider<PushMessage>;
