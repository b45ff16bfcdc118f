import type { DeliveryStatus } from '#domain/delivery/model/delivery.js';
import type { ProviderEventKind } from '#domain/delivery/model/provider-event.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { PageView } from '../kit/page.view.js';

/** One message to one recipient, as the ledger has it. */
export class DeliveryView {
  /** `dlv_…` */
  id!: string;
  /** What ordered it: a campaign (`cmp_…`), a test mail (`tst_…`). */
  source!: string;
  /** The same, if it is a campaign; otherwise null. */
  campaignId!: string | null;
  /** What it goes by: `email`, `sms`, `whatsapp`, `push`, `inbox`, … */
  channel!: string;
  /** Where it goes, in the channel's normal form: an e-mail address, a number, a device, a user's id. */
  address!: string;
  /** The same if it is an e-mail; null on every other channel. */
  email!: string | null;
  status!: DeliveryStatus;
  lane!: Lane;
  /** The provider that has, or was last asked to take, the message. */
  provider!: string | null;
  /** The provider's own id of it, once it was accepted. */
  providerMessageId!: string | null;
  /** Why it is where it is, unless it is well. */
  reason!: string | null;
  /** Provider calls spent; being throttled spends none. */
  attemptCount!: number;
  /** Not before this time. ISO 8601, UTC. */
  dueAt!: string | null;
  /** Last change. ISO 8601, UTC. */
  updatedAt!: string;
}

/** One provider call that included the message. */
export class AttemptView {
  /** When its answer came, or was given up. ISO 8601, UTC. */
  at!: string;
  provider!: string;
  /** `accepted`, `throttled`, `retry`, `failed`, `dead` or `unknown`. */
  outcome!: string;
  /** In the provider's words, where it said any. */
  detail!: string | null;
}

/** Something that is known to have happened to the message. */
export class DeliveryEventView {
  /** The state it came to, or what its provider told of it. */
  type!: DeliveryStatus | ProviderEventKind;
  /** ISO 8601, UTC. */
  at!: string;
  provider!: string | null;
  detail!: string | null;
}

export class DeliveryDetailsView extends DeliveryView {
  /** Provider calls, in order. */
  attempts!: AttemptView[];
  /** How it ended, as far as the ledger knows; empty while it is on its way. */
  events!: DeliveryEventView[];
}

export class DeliveryListView {
  data!: DeliveryView[];
  page!: PageView;
}
