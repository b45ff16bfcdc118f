import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { posthorn } from './testing/cli-process.js';
import { type LiveServer, silentUrl, startLiveServer } from './testing/live-server.js';

const PATIENCE_MS = 240_000; // ms; every command is a process of its own
jest.setTimeout(PATIENCE_MS);

const PEOPLE = [
  'email,name,city',
  'ann@example.com,"Baker, Ann",Ulm',
  'not-an-address,Bob,Bern',
  'chen@example.com,陈,北京',
  'ANN@example.com,"Baker, Ann",Uster',
  'dora@example.com,Dora',
].join('\n');

describe('posthorn', () => {
  let server: LiveServer;
  beforeAll(async () => {
    server = await startLiveServer();
    await writeFile(join(server.folder, 'people.csv'), PEOPLE);
    await server.post('/v1/templates', {
      name: 'Hello',
      subject: 'Hello {{name}} in {{attributes.city}}',
      text: '{{shop.name}}: {{unsubscribeUrl}}',
    });
    await server.post('/v1/templates', {
      name: 'Sale',
      subject: '{{discount}} % off at {{shop.name}}',
      text: '{{unsubscribeUrl}}',
      variables: [
        { name: 'discount', required: true, example: 15 },
        { name: 'shop.name', required: true, example: 'Ink & Paper' },
      ],
    });
  });
  afterAll(() => server.stop());

  /** A list with Ann and Chen on it. */
  const aList = async (name: string): Promise<string> => {
    const { code, stdout, stderr } = await server.cli(['import', 'people.csv', '--list', name, '--json']);
    if (code !== 0) throw new Error(stderr);
    return (JSON.parse(stdout) as { list: { id: string } }).list.id;
  };
  const sending = (list: string, ...more: string[]): string[] => [
    'send',
    '--template',
    'Hello',
    '--list',
    list,
    '--from',
    'Shop <shop@example.com>',
    ...more,
  ];

  describe('import', () => {
    it('makes the list, counts what became of the rows, and shows those that were rejected', async () => {
      const { code, stdout } = await server.cli(['import', 'people.csv', '--list', 'Friends']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Imported people\.csv into Friends \(lst_\w{26}\) in [\d.]+ s\.$/m);
      expect(stdout).toContain('5 rows = 2 created + 1 updated + 2 rejected');
      expect(stdout).toMatch(/^ +3 +invalid_address .+ not-an-address,Bob,Bern$/m);
      expect(stdout).toMatch(/^ +6 +wrong_column_count .+ dora@example\.com,Dora$/m);
    });

    it('uses the list that is there, by name or by id, and reads the standard input', async () => {
      const id = await aList('Regulars');
      const again = await server.cli(['import', '-', '--list', 'Regulars', '--json'], {
        input: 'email\neve@example.com\n',
      });
      expect(JSON.parse(again.stdout)).toMatchObject({ rows: 1, created: 1, list: { id, name: 'Regulars' } });
      const byId = await server.cli(['import', 'people.csv', '--list', id, '--json']);
      expect(JSON.parse(byId.stdout)).toMatchObject({ status: 'finished', rows: 5, list: { id } });
    });

    it('says why a file cannot be imported', async () => {
      const missing = await server.cli(['import', 'nowhere.csv', '--list', 'Friends']);
      expect(missing).toMatchObject({ code: 1, stdout: '' });
      expect(missing.stderr).toBe(
        'posthorn: The file nowhere.csv cannot be read: there is none by that name.\n',
      );
      const headless = await server.cli(['import', '-', '--list', 'Friends'], {
        input: 'name,city\nAnn,Ulm\n',
      });
      expect(headless.code).toBe(1);
      expect(headless.stderr).toBe(
        'posthorn: The file was not imported: The header has no column called email.\n',
      );
    });
  });

  describe('send', () => {
    it('sends, and watches until every candidate is accounted for', async () => {
      await aList('Everybody');
      const { code, stdout } = await server.cli(
        sending('Everybody', '--name', 'Spring', '--data', 'shop.name=Ink', '--watch'),
      );
      expect(stdout).toMatch(/^Spring \(cmp_\w{26}\) is (running|finished), 2 recipients\.$/m);
      expect(stdout).toMatch(/finished  100 %  2 candidates = 0 pending \+ 0 submitting \+ 2 accepted$/m);
      expect(stdout).toContain('accepted by ses 2');
      expect(stdout).toContain('Finished: every candidate is accounted for.');
      expect(code).toBe(0);
      const mails = await server.ses.mails('chen@example.com');
      expect(mails.at(-1)).toMatchObject({
        from: expect.stringContaining('shop@example.com'),
        subject: 'Hello 陈 in 北京',
      });
    });

    it('schedules', async () => {
      await aList('Later');
      const at = ['--at', '2099-05-01T09:00', '--timezone', 'Europe/Berlin'];
      const { code, stdout } = await server.cli(sending('Later', ...at, '--rate', '5', '--json'));
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        status: 'scheduled',
        rate: 5,
        scheduleAt: '2099-05-01T07:00:00.000Z',
      });
    });

    it('tries a template out with its own examples, or takes the variables from a file', async () => {
      await aList('Tryers');
      const sale = ['send', '--template', 'Sale', '--list', 'Tryers', '--from', 'shop@example.com'];
      const bare = await server.cli(sale);
      expect(bare).toMatchObject({ code: 1, stdout: '' });
      expect(bare.stderr).toBe(
        [
          'posthorn: The campaign cannot be made like this. (validation_failed)',
          '  data.discount: The template requires discount. (missing_variable)',
          '  data.shop.name: The template requires shop.name. (missing_variable)',
          'Give them with --data name=value or --data-file FILE, or try the template out with --examples.\n',
        ].join('\n'),
      );
      const latest = async () => (await server.ses.mails('ann@example.com')).at(-1);
      expect((await server.cli([...sale, '--examples', '--data', 'discount:=20', '--watch'])).code).toBe(0);
      expect(await latest()).toMatchObject({ subject: '20 % off at Ink & Paper' });
      await writeFile(join(server.folder, 'sale.json'), '{"discount": 30, "shop": {"name": "Paper"}}');
      const fromFile = ['--data-file', 'sale.json', '--data', 'shop.name=Pens', '--watch'];
      expect((await server.cli([...sale, ...fromFile])).code).toBe(0);
      expect(await latest()).toMatchObject({ subject: '30 % off at Pens' });
    });

    it('says what is wrong, each fault by its name', async () => {
      const id = await aList('Faulty');
      const nobody = await server.cli(sending('Nobody'));
      expect(nobody).toMatchObject({ code: 1, stdout: '' });
      expect(nobody.stderr).toMatch(
        /^posthorn: There is no list called Nobody\.\nThere are: Friends, .*, …$/m,
      );
      const slip = await server.cli(['send', '--template', 'Helo', '--list', id, '--from', 'a@example.com']);
      expect(slip.stderr).toMatch(
        /^posthorn: There is no template called Helo\.\nDid you mean Hello\? There are: /,
      );
      const sender = ['send', '--template', 'Hello', '--list', id, '--from', 'no sender'];
      const { code, stderr } = await server.cli(sender);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^posthorn: from: .+ \(invalid_address\)\n$/);
    });

    it('asks for an id where a name is ambiguous', async () => {
      const ids = [
        await server.post('/v1/lists', { name: 'Twins' }),
        await server.post('/v1/lists', { name: 'Twins' }),
      ];
      const { code, stderr } = await server.cli(sending('Twins'));
      expect(code).toBe(1);
      expect(stderr).toContain('2 lists are called Twins.');
      for (const { id } of ids) expect(stderr).toContain(id);
    });
  });

  it('watch prints the account as JSON, a line for each change', async () => {
    await aList('Watched');
    const sent = await server.cli(sending('Watched', '--name', 'Observed', '--json'));
    const { id } = JSON.parse(sent.stdout) as { id: string };
    const { code, stdout } = await server.cli(['watch', 'Observed', '--json']);
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.at(-1)).toMatchObject({ status: 'finished', candidates: 2, accepted: 2 });
    expect((await server.cli(['watch', id])).stdout).toContain('Watching Observed');
  });

  it('failed has nothing to show while all is well', async () => {
    expect(await server.cli(['failed'])).toMatchObject({ code: 0, stdout: 'No message has failed.\n' });
    expect(await server.cli(['failed', '--retry'])).toMatchObject({
      code: 0,
      stdout: 'There was nothing to send again.\n',
    });
    const unknown = await server.cli(['failed', '--retry', 'dlv_nothing']);
    expect(unknown).toMatchObject({ code: 1, stderr: 'posthorn: No such failed message. (not_found)\n' });
  });

  it('providers shows their state and budget', async () => {
    const { code, stdout } = await server.cli(['providers']);
    expect(code).toBe(0);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toBe(head?.toUpperCase());
    expect(rows.map((row) => row.split(/ +/).slice(0, 3))).toEqual([
      ['ses', 'email', 'closed'],
      ['capture', 'email', 'closed'],
      ['capture', 'sms', 'closed'],
      ['capture', 'whatsapp', 'closed'],
      ['capture', 'push', 'closed'],
      ['inbox', 'inbox', 'closed'],
    ]);
    const asJson = await server.cli(['--json', 'providers']);
    expect(JSON.parse(asJson.stdout)).toMatchObject([
      { name: 'ses', channel: 'email', state: 'closed' },
      { name: 'capture', channel: 'email' },
      { channel: 'sms' },
      { channel: 'whatsapp' },
      { channel: 'push' },
      { channel: 'inbox' },
    ]);
  });

  describe('used in a way that it is not meant to be', () => {
    it('exits 2 and tells how it is used', async () => {
      for (const args of [
        ['send'],
        ['send', '--template', 't', '--from', 'a@example.com'],
        ['watch'],
        ['dance'],
        ['failed', '--retry', '--stats'],
        ['failed', '--resolve', 'dlv_1'],
        ['providers', '--url', 'ftp://nowhere'],
        ['send', '--template', 't', '--list', 'l', '--from', 'a@example.com', '--rate', 'fast'],
        ['send', '--template', 't', '--list', 'l', '--from', 'a@example.com', '--data', 'nothing'],
      ]) {
        const { code, stdout, stderr } = await posthorn(args);
        expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
        expect(stderr).toMatch(/^posthorn: /);
        expect(stderr).not.toMatch(/^ +at /m);
      }
    });

    it('exits 0 when asked for help', async () => {
      const { code, stdout } = await posthorn(['--help']);
      expect(code).toBe(0);
      for (const name of ['import', 'send', 'watch', 'failed', 'providers', 'doctor'])
        expect(stdout).toContain(name);
    });

    it('says in plain words that nobody answers, and that the key is wrong or missing', async () => {
      const url = await silentUrl();
      const silent = await posthorn(['providers'], { env: { POSTHORN_URL: url } });
      expect(silent).toMatchObject({ code: 1, stdout: '' });
      expect(silent.stderr).toMatch(`posthorn: Nothing answers at ${url}.\nStart the server`);
      const wrong = await server.cli(['providers'], { env: { POSTHORN_API_KEY: 'canary-key' } });
      expect(wrong.code).toBe(1);
      expect(wrong.stderr).toContain('The server does not take this API key. (unauthenticated)');
      const none = await server.cli(['providers'], { env: { POSTHORN_API_KEY: '' } });
      expect(none.stderr).toContain('An API key is needed. (unauthenticated)');
      expect(wrong.stderr + none.stderr).not.toContain('canary');
    });
  });
});
