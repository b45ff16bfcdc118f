import { createProviders, type ProvidersConfig } from '#adapters/channels/create-providers.js';
import { MemoryInbox } from '#adapters/memory/communication/memory-inbox.js';
import { words } from '#adapters/email-providers/words.js';
import type { CapturedMails } from '#ports/delivery/captured-mails.js';
import type { Clock } from '#ports/system/clock.js';
import { type Check, fail, ok, warn } from './check.js';

export interface ProvidersToCheck {
  readonly config: ProvidersConfig;
  /** Not to be repeated, whatever a vendor answers. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
}

/** A vendor that answers slower than this counts as one that does not (ms). */
const PATIENCE_MS = 20_000;

/** Asks every configured provider whether it would take mail from us. Nothing is sent. */
export async function checkProviders(to: ProvidersToCheck): Promise<Check[]> {
  const { order } = to.config;
  const checks = await Promise.all(order.map((name) => checkOne(to, name)));
  if (order.every((name) => name === 'capture')) {
    const hint = 'Name others in EMAIL_PROVIDERS when mail is to reach people.';
    checks.push(warn('Providers', 'mail is captured only, and sent to nobody', hint));
  }
  return checks;
}

async function checkOne({ config, secrets, clock }: ProvidersToCheck, name: string): Promise<Check> {
  const title = `Provider ${name}`;
  const hint = `Check its credentials${name === 'capture' ? '' : `, and the settings of ${name} in the configuration`}.`;
  const alone = { ...config, order: [name] };
  let cancel = (): void => {};
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(PATIENCE_MS, () => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
  });
  try {
    const [made] = await createProviders('email', alone, {
      clock,
      capturedMails: nothingCaptured,
      inbox: new MemoryInbox(),
    });
    if (!made) throw new Error('it is not configured');
    const { ok: works, detail } = await Promise.race([made.provider.check(), late]);
    made.provider.close();
    return works ? ok(title, words(detail, secrets)) : fail(title, words(detail, secrets), hint);
  } catch (error) {
    return fail(title, words(error instanceof Error ? error.message : String(error), secrets), hint);
  } finally {
    cancel();
  }
}

/** The storage belongs to the server; a check does not touch it. */
const nothingCaptured: CapturedMails = {
  append: () => Promise.reject(new Error('The doctor sends nothing.')),
  page: () => Promise.resolve({ data: [], next: null }),
  pageOf: () => Promise.resolve({ data: [], next: null }),
  find: () => Promise.resolve(undefined),
  findOf: () => Promise.resolve(undefined),
};
