import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { CampaignView } from '#adapters/rest/campaigns/campaign.view.js';
import type { Clock } from '#ports/system/clock.js';
import { ApiClient } from '../api/api-client.js';
import { followCampaign, type Stats } from '../api/follow-campaign.js';
import { CampaignPace, equation, liveLines, plainLine } from '../commands/campaign-progress.js';
import { importFile } from '../commands/import.js';
import { providers } from '../commands/providers.js';
import type { CommandContext } from '../terminal/context.js';
import type { Terminal } from '../terminal/terminal.js';
import { count, duration, plain, timeOfDay } from '../terminal/words.js';
import { auditCampaign } from './account.js';
import { demoTemplate } from './demo-template.js';
import { FakeSes } from './fake-ses.js';
import { Outage } from './outage.js';
import { peopleCsv, type PeopleFile } from './people-csv.js';
import { startServer } from './start-server.js';

export interface DemoSetting {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** An empty one, for everything that the demo makes. */
  readonly folder: string;
  readonly rows: number;
}

export interface RunningDemo {
  /** Whether the account added up and SES came back. */
  readonly wentWell: boolean;
  stop(): Promise<void>;
}

/** So that there is a middle in which something can fail. */
const MESSAGES_PER_SECOND = 500;
const LIST = 'People';
const SENDER = 'Posthorn <demo@example.com>';
const LOG_EVERY_MS = 2_000;

/** From nothing to a campaign that survived an outage, with everything started on the way. */
export async function runDemo({ terminal, clock, folder, rows }: DemoSetting): Promise<RunningDemo> {
  const began = clock.monotonic();
  const say = (words: string): void => {
    terminal.print();
    terminal.print(terminal.paint('bold', words));
  };
  say('1. A server, with a stand-in for Amazon SES as first provider and a local outbox behind it');
  const ses = await FakeSes.start(folder);
  const key = `demo-${randomBytes(12).toString('hex')}`;
  const server = await startServer({ folder, env: { POSTHORN_API_KEY: key, ...configuration(folder, ses) } });
  const stop = async (): Promise<void> => {
    await server.stop();
    await ses.stop();
  };
  try {
    terminal.print(`Server at ${server.url}, its data in ${folder}`);
    const client = new ApiClient({ url: server.url, key, clock });
    const context: CommandContext = { client, terminal, clock, json: false, onInterrupt: () => {} };
    const people = peopleCsv(rows);
    await importPeople(context, folder, people, say);
    const wentWell = await sendThroughOutage(context, ses, people, say);
    terminal.print();
    terminal.print(
      `The mails that the second provider took: ${terminal.paint('cyan', `${server.url}/outbox`)}`,
    );
    terminal.print(`It all took ${duration(clock.monotonic() - began)}.`);
    return { wentWell, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Impatient settings: a demo has no time to wait for a breaker that means it. */
function configuration(folder: string, { announced }: FakeSes): Record<string, string> {
  const breaker = { consecutive: 3, minCalls: 6, openMs: 400, maxOpenMs: 1_500, probes: 2 };
  const path = join(folder, 'posthorn.config.json');
  writeFileSync(path, JSON.stringify({ email: { ses: { timeoutMs: 1_500, breaker } } }, undefined, 2));
  return {
    EMAIL_PROVIDERS: 'ses,capture',
    SES_REGION: 'us-east-1',
    SES_ENDPOINT: announced.url,
    AWS_ACCESS_KEY_ID: announced.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: announced.credentials.secretAccessKey,
    POSTHORN_DATA_DIR: join(folder, 'data'),
    POSTHORN_CONFIG: path,
  };
}

type Say = (words: string) => void;

async function importPeople(
  context: CommandContext,
  folder: string,
  people: PeopleFile,
  say: Say,
): Promise<void> {
  const file = join(folder, 'people.csv');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, people.csv);
  say(`2. posthorn import people.csv --list ${LIST}`);
  await importFile(context, { file, list: LIST });
}

async function sendThroughOutage(
  context: CommandContext,
  ses: FakeSes,
  people: PeopleFile,
  say: Say,
): Promise<boolean> {
  const { terminal } = context;
  const campaign = await startCampaign(context, say);
  const outage = new Outage(context, ses);
  const [stats] = await Promise.all([watchOutage(context, campaign, outage), outage.run()]);
  say('4. The account');
  terminal.print(equation(stats).join(' '));
  for (const [name, accepted] of Object.entries(stats.byProvider))
    terminal.print(`  accepted by ${name}: ${count(accepted)}`);
  if (stats.unknown > 0)
    terminal.print(
      `  unknown: ${count(stats.unknown)} that SES may have taken before it fell silent; they are not sent again`,
    );
  terminal.print();
  const findings = [
    ...(await auditCampaign(context, { campaignId: campaign.id, stats, expected: people, ses })),
    { holds: outage.returned, words: 'SES was used again when it was well again' },
  ];
  for (const { holds, words } of findings) {
    terminal.print(`${holds ? terminal.paint('green', 'yes') : terminal.paint('red', 'NO ')}  ${words}`);
  }
  say('5. posthorn providers');
  await providers(context);
  return findings.every(({ holds }) => holds);
}

async function startCampaign({ client, terminal }: CommandContext, say: Say): Promise<CampaignView> {
  const template = await demoTemplate(client);
  say(
    `3. posthorn send --template "${plain(template.name)}" --examples --list ${LIST} --from '${SENDER}' --rate ${MESSAGES_PER_SECOND} --watch`,
  );
  const lists = await client.get<{ data: { id: string; name: string }[] }>('/v1/lists');
  const campaign = await client.post<CampaignView>('/v1/campaigns', {
    name: 'Demo',
    from: SENDER,
    templateId: template.id,
    audience: { listIds: lists.data.map(({ id }) => id) },
    data: template.data,
    rate: MESSAGES_PER_SECOND,
  });
  terminal.print();
  return client.post<CampaignView>(`/v1/campaigns/${campaign.id}/start`);
}

async function watchOutage(context: CommandContext, campaign: CampaignView, outage: Outage): Promise<Stats> {
  const { client, clock, terminal } = context;
  const pace = new CampaignPace();
  let printedAt = -Infinity;
  try {
    return await followCampaign({
      client,
      clock,
      id: campaign.id,
      onStats: (stats) => {
        const now = clock.monotonic();
        pace.add(stats, now);
        outage.heard(stats);
        terminal.live([
          ...liveLines(terminal, campaign.name, stats, pace, now),
          providerLine(context, outage),
        ]);
        if (terminal.interactive || now - printedAt < LOG_EVERY_MS) return;
        printedAt = now;
        terminal.print(
          `${timeOfDay(clock.now())}  ${plainLine(stats, pace, now)}  ${providerLine(context, outage)}`,
        );
      },
      onTrouble: () => {},
    });
  } finally {
    terminal.settle();
    outage.end();
  }
}

function providerLine({ terminal }: CommandContext, { providers: now }: Outage): string {
  const colours = { closed: 'green', open: 'red', 'half-open': 'yellow', parked: 'yellow' } as const;
  return now.map(({ name, state }) => `${name} ${terminal.paint(colours[state], state)}`).join('  ');
}
