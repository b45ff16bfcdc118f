import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type LiveServer, silentUrl, startLiveServer } from '../testing/live-server.js';
import { type NameServer, startNameServer } from '../testing/name-server.js';

const PATIENCE_MS = 240_000; // ms; every command is a process of its own
jest.setTimeout(PATIENCE_MS);

describe('posthorn doctor', () => {
  let server: LiveServer;
  let dns: NameServer;
  beforeAll(async () => {
    server = await startLiveServer();
    dns = await startNameServer({
      '': { NS: ['a.root-servers.example'] },
      'shop.example': {
        SOA: ['ns.example'],
        MX: ['mx.shop.example'],
        TXT: ['v=spf1 include:amazonses.com ~all'],
      },
      '_dmarc.shop.example': { TXT: ['v=DMARC1; p=quarantine'] },
    });
  });
  afterAll(async () => {
    dns.close();
    await server.stop();
  });

  const doctor = async (env: Record<string, string> = {}, args: readonly string[] = []) => {
    const { code, stdout, stderr } = await server.cli(['doctor', '--json', ...args], { env });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string; detail: string }[] };
    const found = Object.fromEntries(checks.map(({ name, state, detail }) => [name, `${state}: ${detail}`]));
    return { code, found, said: stdout + stderr };
  };

  it('finds nothing to mend where all is well', async () => {
    const { code, found } = await doctor({}, [
      '--from',
      'Shop <news@shop.example>',
      '--name-server',
      dns.address,
    ]);
    expect(code).toBe(0);
    expect(found).toEqual({
      Node: expect.stringMatching(/^ok: \d+\./),
      Configuration: 'ok: valid; e-mail goes out by ses, then capture',
      'Data folder': `ok: ${server.folder}/data is in use by a running server`,
      Disk: expect.stringMatching(/^(ok|warn): \d.* free$/),
      Server: expect.stringMatching(`^ok: ${server.url} answers, version `),
      'API key': 'ok: accepted, workspace Default',
      'Provider ses': expect.stringMatching(/^ok: Up to \d+ messages a second/),
      'Provider capture': 'ok: Mails are captured, not sent.',
      'Sender MX': 'ok: shop.example takes mail at mx.shop.example',
      'Sender SPF': 'ok: v=spf1 include:amazonses.com ~all',
      'Sender DKIM': 'skip: not checked: name the selector with --dkim-selector',
      'Sender DMARC': 'ok: p=quarantine at _dmarc.shop.example',
    });
  });

  it('looks at the data folder of the working copy from a folder with nothing of a server in it', async () => {
    const elsewhere = join(server.folder, 'elsewhere');
    await mkdir(elsewhere);
    const { stdout } = await server.cli(['doctor', '--json'], { folder: elsewhere });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; detail: string }[] };
    const { detail = '' } = checks.find(({ name }) => name === 'Data folder') ?? {};
    expect(detail).toContain(`${fileURLToPath(new URL('../../../../../data', import.meta.url))} `);
  });

  it('finds credentials that do not work, and a key that is not accepted, and repeats neither', async () => {
    const { code, found, said } = await doctor({
      AWS_SECRET_ACCESS_KEY: 'c4nary-secret',
      POSTHORN_API_KEY: 'c4nary-key',
    });
    expect(code).toBe(1);
    expect(found['Provider ses']).toMatch(/^fail: /);
    expect(found['API key']).toBe('fail: The server does not take this API key. (unauthenticated)');
    expect(said).not.toContain('c4nary');
  });

  it('names everything that is wrong with the configuration, never its values', async () => {
    const { stdout, code } = await server.cli(['doctor'], {
      env: { PORT: 'c4nary', EMAIL_PROVIDERS: 'resend' },
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL +Configuration +PORT: must be a whole number/m);
    expect(stdout).toMatch(/^FAIL +Configuration +RESEND_API_KEY: is needed by the provider resend$/m);
    expect(stdout).toMatch(/^- +Providers +not checked: the configuration is not valid$/m);
    expect(stdout).toMatch(/^\d+ things to mend/m);
    expect(stdout).not.toContain('c4nary');
  });

  it('finds a data folder that cannot be one, and a server that does not answer', async () => {
    await writeFile(join(server.folder, 'a-file'), '');
    const folder = join(server.folder, 'a-file', 'data');
    const url = await silentUrl();
    const { code, found } = await doctor({ POSTHORN_DATA_DIR: folder, POSTHORN_URL: url });
    expect(code).toBe(1);
    expect(found['Data folder']).toBe(`fail: ${server.folder}/a-file is a file`);
    expect(found['Server']).toBe(`fail: Nothing answers at ${url}.`);
    expect(found['API key']).toBe('skip: not checked: no server answers');
    expect((await doctor({ POSTHORN_DATA_DIR: './new' })).found['Data folder']).toBe(
      `ok: ${server.folder}/new will be made by the first start`,
    );
  });
});
