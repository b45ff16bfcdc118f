import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fake } from '#test/fakes/kit/fake.js';
import { RESEND_KEY, startFakeResend } from '#test/fakes/resend/fake-resend.js';
import { SENDGRID_KEY, startFakeSendGrid } from '#test/fakes/sendgrid/fake-sendgrid.js';
import { SES_CREDENTIALS, startFakeSes } from '#test/fakes/ses/fake-ses.js';
import { startFakeSmtp } from '#test/fakes/smtp/fake-smtp.js';
import { SMTP_LOGIN } from '#test/fakes/smtp/smtp-sessions.js';
import { Driver } from '#test/faults/driver.js';
import { VICTIM_KEY } from '#test/faults/victim-process.js';
import { type Cloud, startCloud } from '#test/support/cloud.js';

const PEOPLE = 120;
const TIMEOUT_MS = 120_000;

interface Vendor {
  start(journal: string): Promise<Fake>;
  env(fake: Fake): Record<string, string>;
}

const vendors: Readonly<Record<string, Vendor>> = {
  ses: {
    start: (journal) => startFakeSes({ journal, keepMails: 1000 }),
    env: ({ url }) => ({
      SES_REGION: 'eu-west-1',
      SES_ENDPOINT: url,
      AWS_ACCESS_KEY_ID: SES_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: SES_CREDENTIALS.secretAccessKey,
    }),
  },
  resend: {
    start: (journal) => startFakeResend({ journal, keepMails: 1000, requestsPerSecond: 'off' }),
    env: ({ url }) => ({ RESEND_API_KEY: RESEND_KEY, RESEND_BASE_URL: url }),
  },
  sendgrid: {
    start: (journal) => startFakeSendGrid({ journal, keepMails: 1000 }),
    env: ({ url }) => ({ SENDGRID_API_KEY: SENDGRID_KEY, SENDGRID_BASE_URL: url }),
  },
  smtp: {
    start: (journal) => startFakeSmtp({ journal, keepMails: 1000 }),
    env: ({ port }) => ({ SMTP_URL: `smtp://${SMTP_LOGIN.user}:${SMTP_LOGIN.pass}@127.0.0.1:${port}` }),
  },
};

/** Names as people have them; each stands in a quoted field with a comma. */
const names = ['Zoë "Z" O\'Neil', 'Łukasz, Łódź', '山田 太郎', 'Ana María 🦉', 'Jürgen & Söhne <b>'];

const everyWay = [
  ...Object.keys(vendors).map((name) => [name, 'embedded'] as const),
  ['ses', 'container'] as const,
];

describe.each(everyWay)('a campaign by %s on the %s target', (name, target) => {
  const vendor = vendors[name] as Vendor;
  let cloud: Cloud | undefined;
  let folder: string;
  let fake: Fake;
  let driver: Driver;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), `posthorn-journey-${name}-`));
    fake = await vendor.start(join(folder, 'journal.jsonl'));
    cloud = target === 'container' ? await startCloud() : undefined;
    driver = new Driver(() => ({
      ...cloud?.env,
      PORT: '0',
      POSTHORN_API_KEY: VICTIM_KEY,
      POSTHORN_DATA_DIR: join(folder, 'data'),
      EMAIL_PROVIDERS: name,
      ...vendor.env(fake),
    }));
  });
  afterEach(async () => {
    await driver.stop();
    await fake.close();
    await cloud?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    'comes to everybody, personal, as valid mail, with a link that ends it',
    async () => {
      const rows = Array.from(
        { length: PEOPLE },
        (_, i) => `p${i}@s${i % 5}.example,"${(names[i % names.length] ?? '').replaceAll('"', '""')}",${i}\n`,
      );
      const csv = `email,name,seat\n${rows.join('')}${rows[0]}broken line,without,an address\n`;
      const list = await driver.request('POST', '/v1/lists', { name: 'all' });
      const { id: importId } = await driver.request(
        'POST',
        `/v1/subscribers/import?listId=${String(list['id'])}`,
        csv,
      );
      const imported = await driver.until(
        `/v1/imports/${String(importId)}`,
        ({ status }) => status === 'finished',
      );
      expect(imported).toMatchObject({ rows: PEOPLE + 2, created: PEOPLE, updated: 1, rejected: 1 });
      const template = await driver.request('POST', '/v1/templates', {
        name: 'journey',
        channel: 'email',
        subject: 'Seat {{attributes.seat}} for {{name}}',
        html: '<p>Dear {{name}}</p><p><a href="{{unsubscribeUrl}}">leave</a></p>',
        text: 'Dear {{name}}\n.\nleave: {{unsubscribeUrl}}',
      });
      const campaign = await driver.request('POST', '/v1/campaigns', {
        name: 'journey',
        from: '"Box, Office" <box@theatre.example>',
        templateId: template['id'],
        audience: { listIds: [list['id']] },
      });
      const path = `/v1/campaigns/${String(campaign['id'])}`;
      await driver.request('POST', `${path}/start`);
      const stats = await driver.until(`${path}/stats`, ({ status }) => status === 'finished');
      expect(stats).toMatchObject({ candidates: PEOPLE, accepted: PEOPLE, byProvider: { [name]: PEOPLE } });

      const mails = fake.mails();
      expect(mails).toHaveLength(PEOPLE);
      for (const mail of mails) {
        const i = Number(/^p(\d+)@/.exec(mail.to[0] ?? '')?.[1]);
        const person = names[i % names.length] ?? '';
        expect(mail.subject).toBe(`Seat ${i} for ${person}`);
        expect(mail.text).toContain(`Dear ${person}`);
        // A value is data: in HTML it is escaped, and no tag of it survives.
        expect(mail.html).not.toContain('<b>');
        expect(mail.html).toContain(person.split(/["'&<]/)[0]);
      }
      await unsubscribeByHeader(mails[0]?.headers ?? {});
      const [left] = mails;
      const suppressions = await driver.request(
        'GET',
        `/v1/suppressions?email=${encodeURIComponent(left?.to[0] ?? '')}`,
      );
      expect(suppressions['data']).toEqual([
        expect.objectContaining({ scope: 'marketing', reason: 'unsubscribe' }),
      ]);
      expect(await driver.request('GET', `${path}/stats`)).toMatchObject({ unsubscribes: 1 });
    },
    TIMEOUT_MS,
  );
});

/** What a mail client does (RFC 8058): one POST to the link in the header. Twice, as impatient ones do. */
async function unsubscribeByHeader(headers: Readonly<Record<string, string>>): Promise<void> {
  const header = (name: string): string =>
    Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
  expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  const link = /^<(http[^>]+)>$/.exec(header('list-unsubscribe'))?.[1] ?? '';
  const page = await fetch(link);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  for (let i = 0; i < 2; i++) {
    const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    expect((await fetch(link, { method: 'POST', body })).status).toBe(200);
  }
}
