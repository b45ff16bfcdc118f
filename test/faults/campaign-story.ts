import type { Expectation } from './checker.js';
import type { Driver } from './driver.js';
import { isOfCampaign } from './ledger-file.js';
import type { Scenario } from './scenario-plan.js';
import type { Fakes } from './stage.js';

export type CampaignOutcome = Omit<Expectation, 'maxAttempts' | 'maxUnknown'>;

/**
 * A list is imported and written to; in some plays it is paused in between, or cancelled for good.
 * @param inSteps a batch of an import is several transactions: a row that was put again after a death counts as updated
 */
export async function playCampaign(
  scenario: Scenario,
  driver: Driver,
  fakes: Fakes,
  inSteps = false,
): Promise<{ expected: CampaignOutcome; complaints: string[] }> {
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
  const complaints = importComplaints(imported, audience, lines.length - audience, inSteps);
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
    fake
      .mails()
      .filter(
        ({ deliveryId, subject }) => isOfCampaign(deliveryId) && !subject.startsWith('Version one for '),
      ),
  );
  if (wrong.length > 0)
    complaints.push(`7: ${wrong.length} mails of another version, e.g. ${wrong[0]?.subject}`);
  // Who keeps idempotency keys can be asked: only a call with somebody suppressed meanwhile may stay in doubt.
  if (scenario.providers.join() === 'resend' && !pause && stats['unknown'] !== 0)
    complaints.push(`2: ${String(stats['unknown'])} are unknown though their provider could be asked`);
  return { expected, complaints };
}

interface Lane {
  readonly lane: string;
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
    Object.values(lanes).every((one) => (one as Lane).lane !== 'bulk' || (one as Lane).inFlight === 0),
  );
  const from = Date.now();
  for (const address of expected.addresses.slice(0, 5)) {
    await driver.request('POST', '/v1/suppressions', { email: address });
    expected.suppressed.set(address, Date.now());
  }
  expected.pauses.push([from, Date.now()]);
  await driver.request('POST', `${path}/resume`);
}

async function cancelled(
  driver: Driver,
  path: string,
  expected: CampaignOutcome,
): Promise<{ expected: CampaignOutcome }> {
  const answer = await driver.request('POST', `${path}/cancel`, undefined, [409]);
  await driver.until(`${path}/stats`, ({ pending, submitting }) => pending === 0 && submitting === 0);
  if (answer['httpStatus'] === 409) return { expected };
  const cancelledAt = Date.now();
  const again = await driver.request('POST', `${path}/resume`, undefined, [409]);
  if (again['code'] !== 'invalid_transition')
    throw new Error(`A cancelled campaign was resumed: ${JSON.stringify(again)}`);
  return { expected: { ...expected, cancelledAt } };
}

function importComplaints(
  imported: Readonly<Record<string, unknown>>,
  created: number,
  updated: number,
  inSteps: boolean,
): string[] {
  const expected = { status: 'finished', rows: created + updated + 1, rejected: 1 };
  const account = Number(imported['created']) + Number(imported['updated']);
  const isRight = inSteps
    ? account === created + updated && Number(imported['created']) <= created
    : imported['created'] === created && imported['updated'] === updated;
  if (!isRight)
    return [`import: ${String(imported['created'])} created and ${String(imported['updated'])} updated`];
  return Object.entries(expected).flatMap(([name, value]) =>
    imported[name] === value ? [] : [`import: ${name} is ${String(imported[name])}, not ${String(value)}`],
  );
}

function row(address: string, i: number): string {
  return `${address},"Zoë ""${i}"", Dr.",Łódź\n`;
}
