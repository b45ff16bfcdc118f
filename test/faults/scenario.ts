import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import type { FaultRule } from '#test/fakes/kit/fault-rules.js';
import { type JournalEntry, readJournal } from '#test/fakes/kit/journal.js';
import { RESEND_KEY, startFakeResend } from '#test/fakes/resend/fake-resend.js';
import { SENDGRID_KEY, startFakeSendGrid } from '#test/fakes/sendgrid/fake-sendgrid.js';
import { SES_CREDENTIALS, startFakeSes } from '#test/fakes/ses/fake-ses.js';
import { check } from './checker.js';
import { type CrashPlan, crashPoints, planText, type PlantedBug } from './crash-points.js';
import { Driver } from './driver.js';
import { VICTIM_KEY } from './victim-process.js';

export interface Scenario {
  readonly seed: number;
  readonly audience: number;
  readonly providers: readonly ('ses' | 'resend' | 'sendgrid')[];
  readonly crashes: readonly (CrashPlan | { readonly randomMs: number })[];
  readonly faults: Readonly<Record<string, readonly FaultRule[]>>;
  readonly pause: boolean;
  readonly cancel: boolean;
  readonly bug?: PlantedBug;
}

const MAX_IN_FLIGHT = 4;
const TIMEOUT_MS = 700;
/** The most recipients of one call, by provider. */
const BATCH = { ses: 50, resend: 100, sendgrid: 1000 } as const;

/** Everything that happens under a seed follows from it. */
export function scenarioOf(seed: number): Scenario {
  const random = new SeededRandomness(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random.unit() * items.length)] as T;
  const crashes = Array.from({ length: 1 + Math.floor(random.unit() * 2) }, () =>
    random.unit() < 0.3
      ? { randomMs: Math.floor(random.unit() * 600) }
      : { point: pick(crashPoints), nth: 1 + Math.floor(random.unit() * 4) },
  );
  const orders = [
    ['ses', 'resend'],
    ['resend', 'ses'],
    ['ses', 'resend', 'sendgrid'],
    ['sendgrid', 'ses'],
    ['resend'],
  ] as const;
  const providers = pick(orders);
  const faults = Object.fromEntries(providers.map((name) => [name, faultsOf(random, pick)]));
  return {
    seed,
    audience: 300 + Math.floor(random.unit() * 2200),
    providers,
    crashes,
    faults,
    pause: random.unit() < 0.4,
    cancel: random.unit() < 0.15,
  };
}

function faultsOf(random: SeededRandomness, pick: <T>(items: readonly T[]) => T): FaultRule[] {
  const bad: FaultRule = {
    match: { probability: 0.01, seed: Math.floor(random.unit() * 1000) },
    effect: { kind: 'rejectRecipients' },
  };
  const calls = (): [number, number] => {
    const first = 1 + Math.floor(random.unit() * 8);
    return [first, first + Math.floor(random.unit() * 3)];
  };
  const effect = pick<FaultRule['effect']>([
    { kind: 'healthy' },
    { kind: 'status', status: 429, retryAfter: 1 },
    { kind: 'status', status: 503 },
    { kind: 'acceptThenDrop' },
    { kind: 'hang', accepted: true },
    { kind: 'status', status: 500, accepted: true },
    { kind: 'slow', ms: 150 },
  ]);
  return [{ match: { calls: calls() }, effect }, bad];
}

export interface Report {
  readonly scenario: Scenario;
  readonly complaints: readonly string[];
  readonly lives: number;
  readonly stats: Readonly<Record<string, unknown>>;
  readonly folder: string;
}

/** Plays a scenario to its end, kills included, and lets the checker look at what is left. */
export async function play(scenario: Scenario, keep = false): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), `posthorn-faults-${scenario.seed}-`));
  const fakes = await startFakes(scenario, folder);
  const driver = new Driver((life) => environment(scenario, folder, fakes, life));
  try {
    const outcome = await run(scenario, driver, fakes);
    await driver.stop();
    const journal = Object.values(fakes).flatMap((fake): JournalEntry[] => readJournal(fake.journalPath));
    const complaints = check(join(folder, 'data', 'posthorn.db'), journal, {
      ...outcome.expected,
      maxAttempts: 8,
      // Of each life what was under way, and as much again for every call that a scripted fault leaves without an answer.
      maxUnknown:
        (driver.lives + 3) * MAX_IN_FLIGHT * Math.max(...scenario.providers.map((name) => BATCH[name])),
    });
    return {
      scenario,
      complaints: [...outcome.complaints, ...complaints],
      lives: driver.lives,
      stats: outcome.stats,
      folder,
    };
  } finally {
    driver.killNow();
    await driver.stop();
    await Promise.all(Object.values(fakes).map((fake) => fake.close()));
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
}

async function run(scenario: Scenario, driver: Driver, fakes: Readonly<Record<string, Fake>>) {
  const { audience, pause, cancel } = scenario;
  const addresses = Array.from({ length: audience }, (_, i) => `p${i}@s${i % 7}.example`);
  // Every tenth stands there twice, and a few lines are no good.
  const lines = addresses.flatMap((address, i) =>
    i % 10 === 0 ? [row(address, i), row(address.toUpperCase(), i)] : [row(address, i)],
  );
  const csv = `email,name,city\n${lines.join('')}not an address,Nobody,Nowhere\n`;
  const list = await driver.request('POST', '/v1/lists', { name: 'everybody' });
  const started = await driver.request('POST', `/v1/subscribers/import?listId=${String(list['id'])}`, csv);
  const imported = await driver.until(
    `/v1/imports/${String(started['id'])}`,
    ({ status }) => status === 'finished' || status === 'failed',
  );
  const complaints = importComplaints(imported, audience, lines.length - audience);
  const template = await driver.request('POST', '/v1/templates', {
    name: 'news',
    channel: 'email',
    subject: 'Version one for {{name}}',
    html: '<p>Dear {{name}} of {{attributes.city}}, <a href="{{unsubscribeUrl}}">leave</a></p>',
  });
  const campaign = await driver.request('POST', '/v1/campaigns', {
    name: 'seed',
    from: 'News <news@example.com>',
    templateId: template['id'],
    audience: { listIds: [list['id']] },
  });
  const path = `/v1/campaigns/${String(campaign['id'])}`;
  await driver.request('POST', `${path}/start`);
  const expected = {
    campaignId: String(campaign['id']),
    addresses,
    suppressed: new Map<string, number>(),
    pauses: [] as [number, number][],
  };
  // A new version of the template must not reach a started campaign.
  await driver.request('PUT', `/v1/templates/${String(template['id'])}`, {
    subject: 'Version two',
    html: '<p>{{name}}</p>',
  });
  if (pause) await pauseAndSuppress(driver, path, expected);
  if (cancel) return { ...(await cancelled(driver, path, expected)), complaints };
  const stats = await driver.until(`${path}/stats`, ({ status }) => status === 'finished');
  const wrong = Object.values(fakes).flatMap((fake) =>
    fake.mails().filter(({ subject }) => !subject.startsWith('Version one for ')),
  );
  if (wrong.length > 0)
    complaints.push(`7: ${wrong.length} mails of another version, e.g. ${wrong[0]?.subject}`);
  // Who keeps idempotency keys can be asked: only a call with somebody suppressed meanwhile may stay in doubt.
  if (scenario.providers.join() === 'resend' && !pause && stats['unknown'] !== 0)
    complaints.push(`2: ${String(stats['unknown'])} are unknown though their provider could be asked`);
  return { expected, stats, complaints };
}

interface Lane {
  readonly inFlight: number;
}

interface Watched {
  readonly suppressed: Map<string, number>;
  readonly pauses: [number, number][];
  readonly addresses: readonly string[];
}

async function pauseAndSuppress(driver: Driver, path: string, expected: Watched): Promise<void> {
  const paused = await driver.request('POST', `${path}/pause`, undefined, [409]);
  if (paused['httpStatus'] === 409) return;
  // What was under way when the pause committed may finish: after that, silence. A dead worker's calls stay open.
  await driver.until('/v1/lanes', ({ httpStatus: _, ...lanes }) =>
    Object.values(lanes).every((lane) => (lane as Lane).inFlight === 0),
  );
  const from = Date.now();
  for (const address of expected.addresses.slice(0, 5)) {
    await driver.request('POST', '/v1/suppressions', { email: address });
    expected.suppressed.set(address, Date.now());
  }
  expected.pauses.push([from, Date.now()]);
  await driver.request('POST', `${path}/resume`);
}

async function cancelled(driver: Driver, path: string, expected: Watched & { campaignId: string }) {
  const answer = await driver.request('POST', `${path}/cancel`, undefined, [409]);
  const stats = await driver.until(
    `${path}/stats`,
    ({ pending, submitting }) => pending === 0 && submitting === 0,
  );
  if (answer['httpStatus'] === 409) return { expected, stats };
  const cancelledAt = Date.now();
  const again = await driver.request('POST', `${path}/resume`, undefined, [409]);
  if (again['code'] !== 'invalid_transition')
    throw new Error(`A cancelled campaign was resumed: ${JSON.stringify(again)}`);
  return { expected: { ...expected, cancelledAt }, stats };
}

function importComplaints(
  imported: Readonly<Record<string, unknown>>,
  created: number,
  updated: number,
): string[] {
  const expected = { status: 'finished', rows: created + updated + 1, created, updated, rejected: 1 };
  return Object.entries(expected).flatMap(([name, value]) =>
    imported[name] === value ? [] : [`import: ${name} is ${String(imported[name])}, not ${String(value)}`],
  );
}

function row(address: string, i: number): string {
  return `${address},"Zoë ""${i}"", Dr.",Łódź\n`;
}

async function startFakes(
  { providers, faults }: Scenario,
  folder: string,
): Promise<Readonly<Record<string, Fake>>> {
  const options = (name: string) => ({ journal: join(folder, `${name}.jsonl`), keepMails: 5000 });
  const make = {
    ses: () => startFakeSes(options('ses')),
    resend: () => startFakeResend({ ...options('resend'), requestsPerSecond: 'off' }),
    sendgrid: () => startFakeSendGrid(options('sendgrid')),
  };
  const entries = providers.map(async (name): Promise<[string, Fake]> => {
    const fake = await make[name]();
    fake.setFaults(faults[name] ?? []);
    return [name, fake];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function environment(
  scenario: Scenario,
  folder: string,
  fakes: Readonly<Record<string, Fake>>,
  life: number,
): Record<string, string> {
  const file = join(folder, 'posthorn.config.json');
  const settings = Object.fromEntries(
    scenario.providers.map((name) => [
      name,
      { timeoutMs: TIMEOUT_MS, maxInFlight: MAX_IN_FLIGHT, breaker: { openMs: 200, maxOpenMs: 1000 } },
    ]),
  );
  writeFileSync(file, JSON.stringify({ email: settings }));
  const crash = scenario.crashes[life - 1];
  return {
    PORT: '0',
    POSTHORN_DATA_DIR: join(folder, 'data'),
    POSTHORN_API_KEY: VICTIM_KEY,
    POSTHORN_CONFIG: file,
    EMAIL_PROVIDERS: scenario.providers.join(','),
    ...(fakes['ses'] && {
      SES_REGION: 'eu-west-1',
      SES_ENDPOINT: fakes['ses'].url,
      AWS_ACCESS_KEY_ID: SES_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: SES_CREDENTIALS.secretAccessKey,
    }),
    ...(fakes['resend'] && { RESEND_API_KEY: RESEND_KEY, RESEND_BASE_URL: fakes['resend'].url }),
    ...(fakes['sendgrid'] && { SENDGRID_API_KEY: SENDGRID_KEY, SENDGRID_BASE_URL: fakes['sendgrid'].url }),
    ...(crash && 'point' in crash && { VICTIM_CRASH: planText(crash) }),
    ...(crash && 'randomMs' in crash && { VICTIM_DIES_AFTER: String(crash.randomMs) }),
    ...(scenario.bug && { VICTIM_BUG: scenario.bug }),
  };
}
