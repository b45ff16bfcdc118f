import { defaultLaneSettings, type LaneSettings } from '#domain/delivery/application/work-lane.js';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import type { ConfigReader } from './config-reader.js';

/** The section `lanes`: for each how many parcels are in hand at once, and for how long a claim lasts unrenewed. */
export function readLanes(read: ConfigReader): Readonly<Record<Lane, LaneSettings>> {
  const settings = lanes.map((lane): [Lane, LaneSettings] => {
    const fallback = defaultLaneSettings[lane];
    return [
      lane,
      {
        parcels: read.count({ file: `lanes.${lane}.parcels` }, { max: 1024 }) ?? fallback.parcels,
        leaseMs:
          read.count({ file: `lanes.${lane}.leaseMs` }, { min: 1000, max: 3_600_000 }) ?? fallback.leaseMs,
      },
    ];
  });
  return Object.fromEntries(settings) as Record<Lane, LaneSettings>;
}
