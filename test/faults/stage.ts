import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fake } from '#test/fakes/kit/fake.js';
import { RESEND_KEY, startFakeResend } from '#test/fakes/resend/fake-resend.js';
import { RESEND_WEBHOOK_SECRET } from '#test/fakes/resend/resend-callbacks.js';
import { SENDGRID_KEY, startFakeSendGrid } from '#test/fakes/sendgrid/fake-sendgrid.js';
import { SES_CREDENTIALS, startFakeSes } from '#test/fakes/ses/fake-ses.js';
import { SNS_TOPIC } from '#test/fakes/ses/ses-callbacks.js';
import { startFakeTwilio, TWILIO_ACCOUNT } from '#test/fakes/twilio/fake-twilio.js';
import { planText } from './crash-points.js';
import type { Scenario } from './scenario-plan.js';
import type { VendorKeys } from './vendor-calls.js';
import { VICTIM_KEY } from './victim-process.js';

export const MAX_IN_FLIGHT = 4;
const TIMEOUT_MS = 700;

/** By the provider's name. */
export type Fakes = Readonly<Record<string, Fake>>;

export async function startFakes({ providers, faults }: Scenario, folder: string): Promise<Fakes> {
  const options = (name: string) => ({ journal: join(folder, `${name}.jsonl`), keepMails: 5000 });
  const make = {
    ses: () => startFakeSes(options('ses')),
    resend: () => startFakeResend({ ...options('resend'), requestsPerSecond: 'off' }),
    sendgrid: () => startFakeSendGrid(options('sendgrid')),
    twilio: () => startFakeTwilio(options('twilio')),
  };
  const entries = ([...providers, 'twilio'] as const).map(async (name): Promise<[string, Fake]> => {
    const fake = await make[name]();
    fake.setFaults(faults[name] ?? []);
    return [name, fake];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** On the cloud nobody knows that a process has died until its leases lapse: here they are as short as they can be. */
const LEASE_MS = 2_000;
const SHORT_LEASES = {
  lanes: { bulk: { leaseMs: LEASE_MS }, standard: { leaseMs: LEASE_MS }, critical: { leaseMs: LEASE_MS } },
  door: { idempotency: { leaseMs: LEASE_MS } },
};

export interface Stage {
  readonly folder: string;
  readonly fakes: Fakes;
  readonly keys: VendorKeys;
  readonly isOnCloud: boolean;
}

export function environment(
  scenario: Scenario,
  { folder, fakes, keys, isOnCloud }: Stage,
  life: number,
): Record<string, string> {
  const file = join(folder, 'posthorn.config.json');
  const usage = {
    timeoutMs: TIMEOUT_MS,
    maxInFlight: MAX_IN_FLIGHT,
    breaker: { openMs: 200, maxOpenMs: 1000 },
  };
  const email = Object.fromEntries(scenario.providers.map((name) => [name, usage]));
  const webhooks = { allowPrivate: true };
  const plenty = { burst: 100_000, perSecond: 10_000 };
  const chat = { flood: plenty, bustle: plenty };
  const settings = { email, sms: { twilio: usage }, webhooks, chat, ...(isOnCloud && SHORT_LEASES) };
  writeFileSync(file, JSON.stringify(settings));
  const crash = scenario.crashes[life - 1];
  return {
    PORT: '0',
    POSTHORN_DATA_DIR: join(folder, 'data'),
    POSTHORN_API_KEY: VICTIM_KEY,
    POSTHORN_CONFIG: file,
    // Another in each life: links of what was begun must stay as they were, or asking again would not be the same call.
    POSTHORN_PUBLIC_URL: `http://life-${life}.example`,
    TWILIO_ACCOUNT_SID: TWILIO_ACCOUNT.sid,
    TWILIO_AUTH_TOKEN: TWILIO_ACCOUNT.token,
    TWILIO_FROM: '+12025550199',
    TWILIO_BASE_URL: fakes['twilio']?.url ?? '',
    VICTIM_LIFE: String(life),
    EMAIL_PROVIDERS: scenario.providers.join(','),
    ...(fakes['ses'] && {
      SES_REGION: 'eu-west-1',
      SES_ENDPOINT: fakes['ses'].url,
      SES_TOPIC_ARNS: SNS_TOPIC,
      AWS_ACCESS_KEY_ID: SES_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: SES_CREDENTIALS.secretAccessKey,
    }),
    ...(fakes['resend'] && {
      RESEND_API_KEY: RESEND_KEY,
      RESEND_BASE_URL: fakes['resend'].url,
      RESEND_WEBHOOK_SECRET,
    }),
    ...(fakes['sendgrid'] && {
      SENDGRID_API_KEY: SENDGRID_KEY,
      SENDGRID_BASE_URL: fakes['sendgrid'].url,
      SENDGRID_WEBHOOK_PUBLIC_KEY: keys.sendGrid.publicKey,
    }),
    ...(crash && 'point' in crash && { VICTIM_CRASH: planText(crash) }),
    ...(crash && 'randomMs' in crash && { VICTIM_DIES_AFTER: String(crash.randomMs) }),
    ...(scenario.bug && { VICTIM_BUG: scenario.bug }),
  };
}
