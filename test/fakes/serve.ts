import { readFileSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Fake } from './kit/fake.js';
import type { FaultRule } from './kit/fault-rules.js';
import type { Provider } from './kit/journal.js';
import type { FakeOptions } from './kit/state.js';
import { RESEND_KEY, startFakeResend } from './resend/fake-resend.js';
import { SENDGRID_KEY, startFakeSendGrid } from './sendgrid/fake-sendgrid.js';
import { SES_CREDENTIALS, startFakeSes } from './ses/fake-ses.js';
import { startFakeFcm } from './fcm/fake-fcm.js';
import { startFakeSmtp } from './smtp/fake-smtp.js';
import { SMTP_LOGIN } from './smtp/smtp-sessions.js';
import { startFakeTwilio, TWILIO_ACCOUNT } from './twilio/fake-twilio.js';
import { startFakeWhatsApp, WHATSAPP_ACCOUNT } from './whatsapp/fake-whatsapp.js';

const USAGE = `serve.js [--ses] [--resend] [--sendgrid] [--smtp] [--twilio] [--whatsapp] [--fcm]   which vendors; the first four by default
  --journal DIR          one DIR/<vendor>.jsonl each, appended to; default: a temporary folder
  --mode journal|count   count: no journal, no mails, only counters (and no Resend rate unless asked for)
  --note MARK            with --mode count: when names that begin with it came in, at /__fake/arrivals
  --port-file FILE       also write the printed JSON line there, whole or not at all
  --<vendor>-port N      default: a free one; --smtp-admin-port N for SMTP's /__fake/ endpoints
  --ses-rate N           recipients/s      --resend-rate N|off  requests/s, default 5
  --sendgrid-rate N      requests/s        --smtp-rate N        messages/s
  --twilio-rate N        requests/s        --whatsapp-rate N    messages/s
  --keep-mails N         default 1000      --durable            sync the journal before each answer
  --faults FILE          {"ses": [rule, …], …}
  --starttls             SMTP offers STARTTLS
  --die-with-parent      end when stdin closes`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const { values } = parseArgs({
  options: {
    ...{ ses: flag, resend: flag, sendgrid: flag, smtp: flag, help: flag },
    ...{ twilio: flag, whatsapp: flag, fcm: flag },
    ...{ journal: text, mode: text, note: text, faults: text, 'port-file': text, 'keep-mails': text },
    ...{
      'ses-port': text,
      'resend-port': text,
      'sendgrid-port': text,
      'smtp-port': text,
      'smtp-admin-port': text,
      'twilio-port': text,
      'whatsapp-port': text,
      'fcm-port': text,
    },
    ...{ 'ses-rate': text, 'resend-rate': text, 'sendgrid-rate': text, 'smtp-rate': text },
    ...{ 'twilio-rate': text, 'whatsapp-rate': text, 'fcm-rate': text },
    ...{ durable: flag, starttls: flag, 'die-with-parent': flag },
  },
});

const MAIL: readonly Provider[] = ['ses', 'resend', 'sendgrid', 'smtp'];
const PROVIDERS: readonly Provider[] = [...MAIL, 'twilio', 'whatsapp', 'fcm'];
const counting = values.mode === 'count';

async function serve(): Promise<void> {
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const folder = values.journal ?? (counting ? '' : mkdtempSync(join(tmpdir(), 'fakes-')));
  if (!counting) mkdirSync(folder, { recursive: true });
  const faults = values.faults
    ? (JSON.parse(readFileSync(values.faults, 'utf8')) as Record<string, FaultRule[]>)
    : {};
  const asked = PROVIDERS.filter((provider) => values[provider]);
  const fakes: Fake[] = [];
  for (const provider of asked.length > 0 ? asked : MAIL) {
    fakes.push(await start(provider, optionsFor(provider, folder, faults[provider] ?? [])));
  }
  announce(fakes);

  const stop = () => void Promise.all(fakes.map((fake) => fake.close())).then(() => process.exit(0));
  process.once('SIGTERM', stop).once('SIGINT', stop);
  if (values['die-with-parent']) process.stdin.on('end', stop).on('error', stop).resume();
}

function optionsFor(provider: Provider, folder: string, faults: FaultRule[]): FakeOptions {
  return {
    journal: counting ? 'count' : join(folder, `${provider}.jsonl`),
    port: Number(values[`${provider}-port`] ?? 0),
    keepMails: Number(values['keep-mails'] ?? 1000),
    durable: values.durable ?? false,
    faults,
    ...(values.note !== undefined && { note: values.note }),
  };
}

async function start(provider: Provider, options: FakeOptions): Promise<Fake> {
  const rate = values[`${provider}-rate`];
  const perSecond = rate === undefined || rate === 'off' ? undefined : Number(rate);
  switch (provider) {
    case 'ses':
      return startFakeSes({ ...options, ...(perSecond && { maxSendRate: perSecond }) });
    case 'resend': {
      const standard = counting || rate === 'off' ? 'off' : 5;
      return startFakeResend({ ...options, requestsPerSecond: perSecond ?? standard });
    }
    case 'sendgrid':
      return startFakeSendGrid({ ...options, ...(perSecond && { requestsPerSecond: perSecond }) });
    case 'smtp': {
      const adminPort = Number(values['smtp-admin-port'] ?? 0);
      const startTls = values.starttls ?? false;
      return startFakeSmtp({
        ...options,
        adminPort,
        startTls,
        ...(perSecond && { messagesPerSecond: perSecond }),
      });
    }
    case 'twilio':
      return startFakeTwilio({ ...options, ...(perSecond && { requestsPerSecond: perSecond }) });
    case 'whatsapp':
      return startFakeWhatsApp({ ...options, ...(perSecond && { messagesPerSecond: perSecond }) });
    case 'fcm': {
      const fake = await startFakeFcm(options);
      // It exists once the fake has an address for its tokens.
      CREDENTIALS.fcm = { serviceAccount: JSON.stringify(fake.serviceAccount) };
      return fake;
    }
  }
}

/** What a client needs to know of each fake. */
export interface Announced {
  url: string;
  adminUrl: string;
  port: number;
  journalPath: string;
  credentials: Record<string, string>;
}

const CREDENTIALS: Record<Provider, Record<string, string>> = {
  ses: { ...SES_CREDENTIALS },
  resend: { apiKey: RESEND_KEY },
  sendgrid: { apiKey: SENDGRID_KEY },
  smtp: SMTP_LOGIN,
  twilio: { ...TWILIO_ACCOUNT },
  whatsapp: { ...WHATSAPP_ACCOUNT },
  fcm: {},
};

function announce(fakes: readonly Fake[]): void {
  const entries = fakes.map(({ provider, url, adminUrl, port, journalPath }) => {
    const announced: Announced = { url, adminUrl, port, journalPath, credentials: CREDENTIALS[provider] };
    return [provider, announced];
  });
  const line = JSON.stringify({ pid: process.pid, ...Object.fromEntries(entries) });
  const file = values['port-file'];
  if (file) {
    // A reader polls for this file: it must never find half of it.
    writeFileSync(`${file}.part`, `${line}\n`);
    renameSync(`${file}.part`, file);
  }
  console.log(line);
}

await serve();
