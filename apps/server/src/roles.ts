import type { INestApplicationContext } from '@nestjs/common';
import { RunSockets } from '#adapters/socketio/run-sockets.js';
import { duty, timerDuties, workerDuties } from './background-duties.js';
import type { Role } from './config/server-config.js';
import type { Duty } from './duty.js';
import type { Target } from './targets/target.js';

type Find = (app: INestApplicationContext) => readonly Duty[];

/** What each role does beside serving requests, in the order of starting. */
const duties: Readonly<Record<Role, Find>> = {
  api: () => [],
  realtime: (app) => [duty('sockets', app.get(RunSockets))],
  worker: workerDuties,
  timer: timerDuties,
};

export function dutiesOf(
  app: INestApplicationContext,
  roles: readonly Role[],
  target: Target,
): readonly Duty[] {
  return roles.flatMap((role) => [...(target.duties?.[role] ?? []), ...duties[role](app)]);
}
