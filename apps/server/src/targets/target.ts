import type { Provider, Type } from '@nestjs/common';
import type { Log } from '#ports/system/log.js';
import type { Role, ServerConfig } from '../config/server-config.js';
import type { PublicUrl } from '../public-url.js';
import type { Duty } from '../duty.js';

/** What a target is asked to be made from. */
export interface TargetSetting {
  readonly config: ServerConfig;
  readonly log: Log;
  /** Told when something the target stands on dies while it serves: the process can only stop then. */
  readonly onFatal: (error: Error) => void;
  /** Known once the server listens. */
  readonly publicUrl: PublicUrl;
}

/** Every port with the adapter that answers it here. */
export interface Target {
  readonly providers: readonly Provider[];
  /** What the target itself runs for a role, beside what the contexts run. */
  readonly duties?: Readonly<Partial<Record<Role, readonly Duty[]>>>;
  /** Commits and closes what the adapters hold open. After everything else has stopped. */
  close(): Promise<void>;
}

export type OpenTarget = (setting: TargetSetting) => Promise<Target>;

/** One line of the list. Naming the port's type makes the compiler check the adapter: `answers<Clock>(Clock, clock)`. */
export function answers<Port>(port: symbol | Type<Port>, adapter: Port): Provider {
  return { provide: port, useValue: adapter };
}
