import { beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '#domain/kernel/refusal.js';
import { acme, nextId, START } from '#ports/campaign/testing/campaign-stores.js';
import { around, ImportRig, rows, tiny } from '../testing/import-rig.js';
import { Life } from '../testing/mortal.js';

const HOUR_MS = 3_600_000;

describe('Imports', () => {
  let rig: ImportRig;
  beforeEach(() => {
    rig = new ImportRig();
  });

  it('take what spreadsheets write, and say of each bad row where it stands and why', async () => {
    const one = await rig.upload(
      Buffer.concat([
        Buffer.from(
          '\uFEFFEmail;Name;Timezone;City\r\n' +
            'ÅSA@EXAMPLE.COM;nobody;;\r\n' +
            'zoe@example.com;"Zoë ""Z"" O\'Neil";Europe/Berlin;"two\r\nlines"\r\n' +
            'Taro@Example.com;山田 太郎 🦉;;大阪\r\n' +
            '\r\n' +
            'taro@example.com;;Asia/Tokyo;\r\n' +
            'ann@example.com;Ann;Nowhere/City;\r\n' +
            'bob@example.com;Bob\r\n' +
            'eve@example.com\r\nBcc: x@y.io;Eve;;\r\n' +
            'jos@example.com;Jos',
        ),
        Buffer.from([0xe9]),
        Buffer.from(
          ';;\r\nnul@example.com;a\0b;;\r\n"open@example.com;O;;\r\nlast@example.com;Last;;"Łódź, PL"',
        ),
      ]),
    );
    expect(await rig.ran(one)).toMatchObject({
      status: 'finished',
      rows: 12,
      created: 3,
      updated: 1,
      rejected: 8,
      finishedAt: START,
    });
    expect(await rig.faultsOf(one)).toEqual([
      '2 invalid_address',
      '8 invalid_timezone',
      '9 wrong_column_count',
      '10 wrong_column_count',
      '11 invalid_address',
      '12 invalid_encoding',
      '13 nul_byte',
      '14 unclosed_quote',
    ]);
    expect(await rig.peopleOn(one.listIds[0])).toEqual([
      { workspaceId: acme, email: 'last@example.com', name: 'Last', attributes: { City: 'Łódź, PL' } },
      {
        workspaceId: acme,
        email: 'taro@example.com',
        name: '山田 太郎 🦉',
        timezone: 'Asia/Tokyo',
        attributes: { City: '大阪' },
      },
      {
        workspaceId: acme,
        email: 'zoe@example.com',
        name: 'Zoë "Z" O\'Neil',
        timezone: 'Europe/Berlin',
        attributes: { City: 'two\r\nlines' },
      },
    ]);
    expect(await rig.filesLeft()).toEqual([]);
  });

  it.each([
    ['', 'The file has no readable header line. The first line names the columns.'],
    ['name,city\nAnn,Cork\n', 'The header has no column called email.'],
    ['email,city,city\na@example.com,1,2\n', 'The header names the column city twice.'],
  ])('fail as a whole where the header is no good: %j', async (file, reason) => {
    const one = await rig.upload(file);
    expect(await rig.ran(one)).toMatchObject({ status: 'failed', reason, rows: 0 });
    expect(await rig.filesLeft()).toEqual([]);
  });

  it('take a header with nothing below it for an import of nobody', async () => {
    expect(await rig.ran(await rig.upload('email,name\n'))).toMatchObject({ status: 'finished', rows: 0 });
  });

  it('fail when their list is gone', async () => {
    const one = await rig.upload(`email,name\n${rows(3)}`, { listIds: [nextId('lst')] });
    expect(await rig.ran(one)).toMatchObject({ status: 'failed', reason: 'No such list.', created: 0 });
  });

  it('stop between two batches, and go on in the next process', async () => {
    const one = await rig.upload(`email,name\n${rows(20)}`);
    let commits = 0;
    const first = rig.process({
      limits: { ...tiny, inFlight: 1 },
      imports: around(rig.imports, 'commit', async (batch) => {
        if (++commits === 4) void first.stop();
        return rig.imports.commit(batch);
      }),
    });
    first.start();
    await rig.clock.advance(0);
    await first.stop();
    expect(await rig.find(one)).toMatchObject({ status: 'running', created: 6 });
    expect(await rig.ran(one)).toMatchObject({ status: 'finished', created: 20 });
  });

  it('are worked off once when two processes work on them', async () => {
    const files = [
      await rig.upload(`email,name\n${rows(30)}bad,row\n`),
      await rig.upload(`email,name\n${rows(9, 25)}`),
    ];
    const processes = [rig.process({ limits: tiny }), rig.process({ limits: tiny })];
    for (const one of processes) one.start();
    await rig.clock.advance(60_000);
    for (const one of processes) await one.stop();
    expect(await rig.find(files[0]!)).toMatchObject({
      status: 'finished',
      rows: 31,
      created: 30,
      rejected: 1,
    });
    expect(await rig.find(files[1]!)).toMatchObject({ status: 'finished', rows: 9, created: 4, updated: 5 });
  });

  describe('whose file', () => {
    it('is gone fail at once, and hold up nobody', async () => {
      const gone = await rig.upload(`email,name\n${rows(5)}`);
      const next = await rig.upload(`email,name\n${rows(5)}`);
      await rig.blobs.remove(gone.blob);
      expect(await rig.ran(gone)).toMatchObject({
        status: 'failed',
        reason: 'The stored file is gone.',
        rows: 0,
      });
      expect(await rig.find(next)).toMatchObject({ status: 'finished', created: 5 });
    });

    it('is gone when they go on keep what they have taken', async () => {
      const one = await rig.upload(`email,name\n${rows(20)}`);
      rig.process({ life: new Life(6, 'after'), limits: tiny }).start();
      await rig.clock.advance(0);
      await rig.blobs.remove(one.blob);
      const { created, ...rest } = await rig.ran(one);
      expect(rest).toMatchObject({ status: 'failed', reason: 'The stored file is gone.', rows: created });
      expect(created).toBeGreaterThan(0);
      expect(await rig.peopleOn(one.listIds[0])).toHaveLength(created);
    });

    it('has become shorter fail: rows that are not there would not be missed', async () => {
      const whole = `email,name\n${rows(20)}`;
      const one = await rig.upload(whole.slice(0, -15), { bytes: whole.length });
      expect(await rig.ran(one)).toMatchObject({
        status: 'failed',
        reason: `The stored file ends after ${whole.length - 15} of ${whole.length} bytes.`,
      });
    });

    it('cannot be read are tried again ten times, then the others have their turn', async () => {
      const bad = await rig.upload(`email,name\n${rows(5)}`);
      const next = await rig.upload(`email,name\n${rows(5)}`);
      let times = 0;
      const process = rig.process({
        blobs: around(rig.blobs, 'open', (name, offset) => {
          if (name !== bad.blob) return rig.blobs.open(name, offset);
          times += 1;
          throw new Error('EIO: i/o error, read');
        }),
      });
      process.start();
      await rig.clock.advance(60_000);
      await process.stop();
      expect(times).toBe(10);
      expect(await rig.find(bad)).toMatchObject({
        status: 'failed',
        reason: 'It failed again and again in the same place.',
      });
      expect(await rig.find(next)).toMatchObject({ status: 'finished', created: 5 });
    });
  });

  it('wait for room on a full disk as long as it takes, and lose nothing', async () => {
    const one = await rig.upload(`email,name\n${rows(20)}`);
    let full = false;
    let commits = 0;
    const process = rig.process({
      limits: tiny,
      imports: around(rig.imports, 'commit', async (batch) => {
        full ||= ++commits === 5;
        if (full) throw new Refusal('storage_full', 'database or disk is full');
        return rig.imports.commit(batch);
      }),
    });
    process.start();
    await rig.clock.advance(HOUR_MS / 6);
    expect(await rig.find(one)).toMatchObject({ status: 'running' });
    expect(rig.log.complaints).toContain('import.interrupted');
    full = false;
    await rig.clock.advance(10_000);
    await process.stop();
    expect(await rig.find(one)).toMatchObject({ status: 'finished', rows: 20, created: 20 });
  });

  describe('leave no files behind', () => {
    const sweep = async (after: number): Promise<string[]> => {
      const process = rig.process();
      await rig.clock.advance(after);
      process.start();
      await rig.clock.advance(0);
      await process.stop();
      return rig.filesLeft();
    };
    const orphan = (name: string) =>
      rig.blobs.put(
        name,
        (async function* () {
          yield Buffer.from('x');
        })(),
      );

    it('of which the process died before it knew of the import', async () => {
      await orphan('imp_orphan');
      expect(await sweep(HOUR_MS)).toEqual(['imp_orphan']);
      expect(await sweep(1)).toEqual([]);
    });

    it('of imports that were over when the process died', async () => {
      const over = await rig.upload(`email,name\n${rows(1)}`, { status: 'finished' });
      expect(await rig.filesLeft()).toEqual([over.blob]);
      expect(await sweep(HOUR_MS + 1)).toEqual([]);
    });

    it('while they work, every hour', async () => {
      const process = rig.process();
      process.start();
      await rig.clock.advance(10 * 60_000);
      await orphan('imp_orphan');
      await rig.clock.advance(60 * 60_000);
      expect(await rig.filesLeft()).toEqual(['imp_orphan']);
      await rig.clock.advance(60 * 60_000);
      expect(await rig.filesLeft()).toEqual([]);
      await process.stop();
    });

    it('but those of others, and those that are waited for', async () => {
      await orphan('att_of_somebody_else');
      const waiting = await rig.upload(`email,name\n${rows(1)}`);
      const life = new Life(1, 'after');
      await rig.clock.advance(2 * HOUR_MS);
      rig.process({ life }).start();
      await rig.clock.advance(0);
      expect(await rig.filesLeft()).toEqual(['att_of_somebody_else', waiting.blob]);
    });

    it('and work on where tidying fails', async () => {
      const one = await rig.upload(`email,name\n${rows(1)}`);
      const process = rig.process({
        blobs: around(rig.blobs, 'storedBefore', () => {
          throw new Error('EACCES: permission denied, scandir');
        }),
      });
      expect(await rig.ran(one, process)).toMatchObject({ status: 'finished' });
      expect(rig.log.complaints).toEqual(['import.files_not_swept']);
    });
  });
});
