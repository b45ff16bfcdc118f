import { timerDuties, workerDuties } from '#apps/server/src/background-duties.js';
import { openEventSink } from '#apps/server/src/targets/open-event-sink.js';
import { InstallShippedTypes } from '#domain/communication/application/install-shipped-types.js';
import { lanes } from '#domain/delivery/model/dispatch.js';
import { InstallGallery } from '#domain/templating/application/install-gallery.js';
import { BootstrapWorkspace } from '#domain/workspace/application/bootstrap-workspace.js';
import type { Handler } from '../lazily.js';
import { type LambdaTarget, openTarget } from '../target/aws.js';
import type { Environment } from '../target/lambda-config.js';
import { gatewayChatOf, openContexts } from '../target/open-contexts.js';
import { handlerOf, type MinuteJob } from '../timer.js';

/** No parcel is called so. */
const NO_PARCEL = 'none';

/** @param workMs see `TimerDeps` */
export async function openTimer(env: Environment, workMs?: number): Promise<Handler<unknown, void>> {
  const target = await openTarget(env, ({ config, clock, randomness, log }) =>
    openEventSink(config.aws, { clock, randomness, log }),
  );
  const { clock, log, realtime, eventSink } = target;
  const app = await openContexts(target);
  const chat = gatewayChatOf(app, target);
  let isInstalled = false;
  const install = async (): Promise<void> => {
    if (isInstalled) return;
    const { workspace } = await app.get(BootstrapWorkspace, { strict: false }).run(target.config.ownerKey);
    await app.get(InstallGallery, { strict: false }).run(workspace.id);
    await app.get(InstallShippedTypes, { strict: false }).run(workspace.id);
    isInstalled = true;
  };
  const handle = handlerOf({
    duties: [...workerDuties(app), ...timerDuties(app)],
    jobs: [
      { name: 'sweep of connections', run: () => chat.sweep() },
      // Not by whoever answers requests: their first answer would wait for it.
      { name: 'shipped templates and types', run: install },
      looksAtLanes(target),
    ],
    ...{ clock, log },
    ...(workMs !== undefined && { workMs }),
  });
  return async (event, invocation) => {
    try {
      await handle(event, invocation);
    } finally {
      await Promise.all([realtime.settled(), eventSink.flush()]);
    }
  };
}

/**
 * A parcel whose message was lost is found by whoever works on its lane; but a function works only if there is a message. This one names
 * nothing: it is forgotten, and the lane has been looked through.
 */
function looksAtLanes({ signals, clock }: LambdaTarget): MinuteJob {
  return {
    name: 'look at the lanes',
    async run() {
      const now = clock.now();
      for (const lane of lanes) await signals.send(lane, [{ id: NO_PARCEL, dueAt: now }], now);
    },
  };
}
