import type { ChannelsConfig } from '#adapters/channels/create-providers.js';
import type { StoragePorts } from '#adapters/sqlite/engine/sqlite-engine.js';
import type { LaneSettings } from '#domain/delivery/application/work-lane.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { WorkerStatus } from '#ports/delivery/delivery-monitor.js';

/** Everything the delivery thread is made from. Plain data: it is copied to the thread. */
export interface DeliveryThreadOptions {
  readonly storage: StoragePorts;
  readonly channels: ChannelsConfig;
  readonly lanes: Readonly<Record<Lane, LaneSettings>>;
  readonly publicUrl: string;
  readonly linkKey: Uint8Array;
}

export type ToDeliveryThread = { readonly ask: 'status'; readonly id: number } | { readonly ask: 'stop' };

export type FromDeliveryThread =
  | { readonly status: WorkerStatus; readonly id: number }
  | {
      readonly log: {
        readonly level: 'info' | 'warn' | 'error';
        readonly event: string;
        readonly fields: Readonly<Record<string, unknown>>;
      };
    }
  | { readonly stopped: true };
