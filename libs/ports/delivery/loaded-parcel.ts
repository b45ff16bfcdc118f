import type { Instant } from '#domain/kernel/brand.js';
import type { Member } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchControl } from '#domain/delivery/model/dispatch.js';

/** A provider call that was intended and has no recorded outcome: perhaps sent, perhaps not. */
export interface Intent {
  /** The provider's idempotency key, and the name of the call. */
  readonly key: string;
  readonly provider: string;
  readonly openedAt: Instant;
  /** In the order in which the call carries them. */
  readonly members: readonly Member[];
}

export interface LoadedParcel {
  readonly dispatch: Dispatch;
  readonly control: DispatchControl;
  /** Those still pending and in no open intent, by ordinal. */
  readonly members: readonly Member[];
  /** Left open by a worker that died or lost its claim. */
  readonly orphans: readonly Intent[];
}
