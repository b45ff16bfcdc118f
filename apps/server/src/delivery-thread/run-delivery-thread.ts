import { setImmediate } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { createChannels } from '#adapters/channels/create-providers.js';
import { HandlebarsRenderer } from '#adapters/handlebars/handlebars-renderer.js';
import { HmacUnsubscribeTokens } from '#adapters/links/hmac-unsubscribe-tokens.js';
import { SignedLinks } from '#adapters/links/signed-links.js';
import { SignedPreferenceTokens } from '#adapters/links/signed-preference-tokens.js';
import { SqliteCapturedMails } from '#adapters/sqlite/captured-mails/sqlite-captured-mails.js';
import { SqliteLanes } from '#adapters/sqlite/delivery/sqlite-lanes.js';
import { SqliteLedger } from '#adapters/sqlite/delivery/sqlite-ledger.js';
import { SqliteInbox } from '#adapters/sqlite/communication/sqlite-inbox.js';
import { storageOver } from '#adapters/sqlite/engine/sqlite-engine.js';
import { SqliteTemplates } from '#adapters/sqlite/templating/sqlite-templates.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import type { DeliveryTools } from '#domain/delivery/application/deliver-parcel.js';
import { DeliveryWorker } from '#domain/delivery/application/delivery-worker.js';
import { LaneMeter } from '#domain/delivery/application/lane-meter.js';
import { DispatchPacer } from '#domain/delivery/application/pace-dispatches.js';
import { defaultRetryRules } from '#domain/delivery/model/retry-policy.js';
import { linesOf } from '../channel-lines.js';
import type { DeliveryThreadOptions, FromDeliveryThread, ToDeliveryThread } from './wire.js';

type Log = (
  level: 'info' | 'warn' | 'error',
  event: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

/** What the embedded target's delivery thread is made of: port by port. */
async function embeddedDeliveryTools(options: DeliveryThreadOptions, log: Log): Promise<DeliveryTools> {
  const storage = storageOver(options.storage);
  const clock = new SystemClock();
  const randomness = new CryptoRandomness();
  const ids = new MonotonicUlids(clock, randomness);
  const channels = await createChannels(options.channels, {
    capturedMails: new SqliteCapturedMails(storage),
    inbox: new SqliteInbox(storage),
    clock,
  });
  return {
    clock,
    randomness,
    ids,
    ledger: new SqliteLedger(storage, ids),
    lanes: new SqliteLanes(storage),
    renderer: new HandlebarsRenderer(new SqliteTemplates(storage)),
    links: new SignedLinks(
      { value: options.publicUrl },
      new HmacUnsubscribeTokens(options.linkKey),
      new SignedPreferenceTokens(options.linkKey),
    ),
    lines: linesOf(channels, clock, randomness, (transition) =>
      log('warn', 'provider.breaker', { ...transition }),
    ),
    pacer: new DispatchPacer(clock),
    breathe: () => setImmediate(),
    retryRules: defaultRetryRules,
    meter: new LaneMeter(clock),
  };
}

/** Serves the lanes until the host says stop. `adjust` lets a test put itself between the worker and its ports. */
export async function runDeliveryThread(
  host: MessagePort,
  options: DeliveryThreadOptions,
  adjust: (tools: DeliveryTools) => DeliveryTools = (tools) => tools,
): Promise<void> {
  const tell = (message: FromDeliveryThread): void => host.postMessage(message);
  const log: Log = (level, event, fields) => tell({ log: { level, event, fields } });
  const worker = new DeliveryWorker(adjust(await embeddedDeliveryTools(options, log)), options.lanes, {
    onError: (error, claim) =>
      log('error', 'delivery.parcel.failed', {
        parcel: claim?.parcel,
        dispatch: claim?.dispatchId,
        reason: String(error),
      }),
  });
  host.on('message', (message: ToDeliveryThread) => {
    if (message.ask === 'stop') worker.stop();
    else tell({ id: message.id, status: worker.status() });
  });
  await worker.run();
  tell({ stopped: true });
  host.close();
}
