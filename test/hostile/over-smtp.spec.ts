import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Fake } from '#test/fakes/kit/fake.js';
import { startFakeSmtp } from '#test/fakes/smtp/fake-smtp.js';
import { SMTP_LOGIN } from '#test/fakes/smtp/smtp-sessions.js';
import { Client, OWNER_KEY } from './known-world.js';
import { PosthornProcess } from './posthorn-process.js';

/** This starts a process, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

/** What ends a message over SMTP, and what somebody might wish to be read after it. */
const ENDING =
  '.\r\nMAIL FROM:<evil@canary.example>\r\nRCPT TO:<victim@canary.example>\r\nDATA\r\n\r\nx\r\n.';
const DOTS = '.\n..\n.hidden\n...\n{{name}}\n.\n';

describe('4. a body of dots, over SMTP', () => {
  let folder: string;
  let fake: Fake;
  let server: PosthornProcess;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-dots-'));
    fake = await startFakeSmtp();
    const url = fake.url.replace('smtp://', `smtp://${SMTP_LOGIN.user}:${SMTP_LOGIN.pass}@`);
    const env = { POSTHORN_API_KEY: OWNER_KEY, EMAIL_PROVIDERS: 'smtp', SMTP_URL: url };
    server = new PosthornProcess(env, folder);
  });
  afterEach(async () => {
    await server.stop('SIGKILL');
    await fake.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['text', { text: DOTS }],
    ['html', { html: `<pre>\n${DOTS}</pre>` }],
    ['both', { text: DOTS, html: `<pre>\n${DOTS}</pre>` }],
  ])('arrives as it was written, as %s: one message, and no other', async (_, parts) => {
    const client = new Client(await server.url());
    const template = await client.make('/v1/templates', { name: 'Dots', subject: '.', ...parts });
    const data = { name: ENDING };
    const to = 'reader@canary.example';
    const preview = await client.get('POST', `/v1/templates/${template}/preview`, { data });
    const delivery = await client.make(`/v1/templates/${template}/test-send`, { to, data });
    await client.until(`/v1/deliveries/${delivery}`, ({ status }) => status === 'accepted');

    const [mail, ...others] = fake.mails();
    expect(others).toEqual([]);
    expect(mail?.to).toEqual([to]);
    for (const part of ['text', 'html'] as const) expect(lines(mail?.[part])).toEqual(lines(preview[part]));
    // Nothing hid the dots from the wire: a line of one, and one that begins with one, went over it.
    expect(mail?.raw?.toString('latin1')).toMatch(/\r\n\.\r\n[^]*\r\n\.hidden\r\n/);
  });
});

/** A line break is one however it is written, and those at the very end belong to MIME. */
function lines(text: unknown): string[] | undefined {
  return typeof text === 'string' ? text.replace(/(\r?\n)+$/, '').split(/\r?\n/) : undefined;
}
