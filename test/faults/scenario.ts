import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { type JournalEntry, readJournal } from '#test/fakes/kit/journal.js';
import { sendGridKeys } from '#test/fakes/sendgrid/sendgrid-callbacks.js';
import type { Cloud } from '#test/support/cloud.js';
import { playCampaign } from './campaign-story.js';
import { playChat } from './chat-story.js';
import { checkChat } from './check-chat.js';
import { checkNotifications } from './check-notifications.js';
import { checkTold } from './check-told.js';
import { checkWebhooks } from './check-webhooks.js';
import { check } from './checker.js';
import type { CrashPlan } from './crash-points.js';
import { Driver } from './driver.js';
import { type Books, booksOf } from './books.js';
import { openLedgerFile } from './ledger-file.js';
import { planNotifications } from './notification-plan.js';
import { postNotifications, prepareNotifications } from './notification-story.js';
import type { Scenario } from './scenario-plan.js';
import { environment, type Fakes, MAX_IN_FLIGHT, startFakes } from './stage.js';
import { LaneProcess } from './lane-process.js';
import { Vendors } from './vendors.js';
import { WebhookReceiver } from './webhook-receiver.js';

/** The most recipients of one call, by provider. */
const BATCH = { ses: 50, resend: 100, sendgrid: 1000 } as const;

/** Each look costs an emulator as much as a message does. */
const CLOUD_LOOK_EVERY_MS = 100;

/** Nobody holds connections here that anything could be posted to. */
const FUNCTIONS_ENV = { POSTHORN_TARGET: 'lambda', APIGW_ENDPOINT: 'http://127.0.0.1:9/live' };

export interface Report {
  readonly scenario: Scenario;
  readonly complaints: readonly string[];
  readonly lives: number;
  readonly folder: string;
}

export interface PlayOptions {
  readonly keep?: boolean;
  /** Undefined on the embedded target. */
  readonly cloud?: Cloud;
  /** On Lambda; those of the lanes die so often in the middle of a batch. */
  readonly functions?: { readonly deaths: readonly CrashPlan[] };
}

/** Plays a scenario to its end, kills included, and lets the checker look at what is left. */
export async function play(
  scenario: Scenario,
  { keep = false, cloud, functions }: PlayOptions = {},
): Promise<Report> {
  const { seed, webhooksFailing } = scenario;
  const folder = mkdtempSync(join(tmpdir(), `posthorn-faults-${seed}-`));
  const fakes = await startFakes(scenario, folder);
  const keys = { sendGrid: sendGridKeys() };
  const receiver = await WebhookReceiver.start(new SeededRandomness(seed + 1), webhooksFailing);
  const setting = { folder, fakes, keys, isOnCloud: cloud !== undefined };
  const env = (life: number): Record<string, string> => ({
    ...cloud?.env,
    ...environment(scenario, setting, life),
    ...(functions && { ...FUNCTIONS_ENV, LAMBDA_TASK_ROOT: folder }),
  });
  const program = functions ? 'functions' : 'victim';
  const driver = new Driver(env, program, cloud && CLOUD_LOOK_EVERY_MS);
  const vendors = new Vendors(driver, Object.values(fakes), {
    seed,
    audience: scenario.audience,
    // Who keeps idempotency keys is asked what became of a call; not if somebody in it was suppressed meanwhile.
    suppressing: scenario.providers.join() !== 'resend',
    keys,
  });
  let lanes: LaneProcess | undefined;
  try {
    if (functions) {
      await driver.request('GET', '/v1/workspace');
      lanes = new LaneProcess(env(1), functions.deaths);
    }
    const cast = { driver, lanes, fakes, vendors, receiver, books: booksOf(folder, cloud) };
    const complaints = await run(scenario, cast);
    return { scenario, complaints, lives: lanes?.lives ?? driver.lives, folder };
  } finally {
    driver.killNow();
    await driver.stop();
    await lanes?.stop();
    await vendors.stop();
    await receiver.close();
    await Promise.all(Object.values(fakes).map((fake) => fake.close()));
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
}

interface Cast {
  readonly driver: Driver;
  /** Of Lambda. */
  readonly lanes: LaneProcess | undefined;
  readonly fakes: Fakes;
  readonly vendors: Vendors;
  readonly receiver: WebhookReceiver;
  readonly books: Books;
}

async function run(scenario: Scenario, cast: Cast): Promise<string[]> {
  const { driver, lanes, fakes, vendors, receiver, books } = cast;
  const plans = planNotifications(scenario.notifications, new SeededRandomness(scenario.seed + 2));
  const secrets = plans.length === 0 ? [] : [await subscribe(driver, receiver.url)];
  if (plans.length > 0) {
    await prepareNotifications(driver);
    vendors.start();
  }
  const [campaign, notified, talked] = await Promise.all([
    scenario.audience === 0 ? undefined : playCampaign(scenario, driver, fakes, books.inSteps),
    postNotifications(driver, plans),
    playChat(driver, scenario),
  ]);
  if (plans.length > 0) await untilAtRest(cast);
  const path = campaign && `/v1/campaigns/${campaign.expected.campaignId}/stats`;
  const stats = path === undefined ? undefined : await driver.request('GET', path);
  await driver.stop();
  await lanes?.stop();
  const journal = Object.values(fakes).flatMap((fake): JournalEntry[] => readJournal(fake.journalPath));
  const file = await books.file();
  const db = openLedgerFile(file);
  try {
    const limits = limitsOf(scenario, driver.lives + (lanes?.lives ?? 0));
    const { posted } = notified;
    return [
      ...(campaign?.complaints ?? []),
      ...notified.complaints,
      ...(campaign ? check(file, journal, { ...campaign.expected, ...limits }) : []),
      ...checkNotifications(db, { posted, journal, told: vendors.told }),
      ...checkTold(db, { told: vendors.told, campaign: campaign?.expected.campaignId, stats }),
      ...checkWebhooks(db, { received: receiver.received, secrets }),
      ...checkChat(db, talked),
    ];
  } finally {
    db.close();
  }
}

/** Vendors have told everything, and everything that followed from it has been done. */
async function untilAtRest({ driver, vendors, books }: Cast): Promise<void> {
  let left: string | undefined;
  await driver.untilAtRest(
    () => left,
    async () => void (left = vendors.left ?? (await books.unrest())),
  );
}

/** The secret is in one answer only; whoever did not get that asks for another. */
async function subscribe(driver: Driver, url: string): Promise<string> {
  const endpoint = await driver.request('POST', '/v1/webhook-endpoints', { url, events: ['*'] });
  let { secret } = endpoint;
  const path = `/v1/webhook-endpoints/${String(endpoint['id'])}/rotate-secret`;
  while (typeof secret !== 'string') ({ secret } = await driver.request('POST', path));
  return secret;
}

function limitsOf({ providers }: Scenario, lives: number): { maxAttempts: number; maxUnknown: number } {
  const biggest = Math.max(...providers.map((name) => BATCH[name]));
  // Of each life what was under way, and as much again for every call that a scripted fault leaves without an answer.
  return { maxAttempts: 8, maxUnknown: (lives + 3) * MAX_IN_FLIGHT * biggest };
}
