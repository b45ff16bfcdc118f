import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Timer } from '#ports/events/timers.js';
import { SqliteTimers } from '../timers/sqlite-timers.js';
import { inOneSnapshot, openReader, openWriter } from './connection.js';
import { migrate, readMigrations } from './migrate.js';
import { SqliteEngine } from './sqlite-engine.js';

describe('SqliteEngine', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-engine-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const timer = (key: number): Timer => ({ kind: 'test', key: String(key), at: key });

  it('answers each of many at once, and keeps what it answered', async () => {
    const engine = await SqliteEngine.open(folder);
    const timers = new SqliteTimers(engine.storage);
    await Promise.all(Array.from({ length: 500 }, (_, key) => timers.set(timer(key))));
    await engine.close();
    const again = await SqliteEngine.open(folder);
    expect(await new SqliteTimers(again.storage).due(1000, 1000)).toHaveLength(500);
    await again.close();
  });

  it('commits what was asked before it is closed', async () => {
    const engine = await SqliteEngine.open(folder);
    const timers = new SqliteTimers(engine.storage);
    const asked = Array.from({ length: 50 }, (_, key) => timers.set(timer(key)));
    await engine.close();
    await Promise.all(asked);
    const db = new DatabaseSync(join(folder, 'posthorn.db'));
    expect(db.prepare('SELECT count(*) AS n FROM timers').get()).toEqual({ n: 50 });
    db.close();
  });

  it('gives a data folder to one process at a time, and frees it when that dies', async () => {
    const engine = await SqliteEngine.open(folder);
    await expect(SqliteEngine.open(folder)).rejects.toThrow(/in use by another Posthorn/);
    await engine.close();
    const child = fork(fileURLToPath(new URL('./testing/hold-folder.js', import.meta.url)), [folder]);
    await new Promise((resolve) => child.once('message', resolve));
    await expect(SqliteEngine.open(folder)).rejects.toThrow(/in use/);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
    await (await SqliteEngine.open(folder)).close();
  });

  it('says where no folder can be made, and does not try for ever', async () => {
    await expect(SqliteEngine.open('/proc/nowhere/posthorn')).rejects.toThrow(/ENOENT|EACCES|EPERM/);
  });

  it('says in words what is wrong with a file that is no database, and with a newer one', async () => {
    writeFileSync(
      join(folder, 'posthorn.db'),
      'this is not a database, it is a letter to a friend '.repeat(100),
    );
    await expect(SqliteEngine.open(folder)).rejects.toThrow(/not a database/);
    rmSync(join(folder, 'posthorn.db'));
    const newer = new DatabaseSync(join(folder, 'posthorn.db'));
    newer.exec('PRAGMA user_version = 9999');
    newer.close();
    await expect(SqliteEngine.open(folder)).rejects.toThrow(/newer Posthorn/);
  });

  it('tells whoever asks with what cannot travel between threads, and nobody else', async () => {
    const engine = await SqliteEngine.open(folder);
    const timers = new SqliteTimers(engine.storage);
    const bad = { kind: 'test', key: 'bad', at: (() => 1) as never };
    const results = await Promise.allSettled([timers.set(timer(1)), timers.set(bad), timers.set(timer(2))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await timers.due(10, 10)).toHaveLength(2);
    await engine.close();
  });

  it('tells whoever waits when a transaction cannot be kept, and undoes all of it', async () => {
    const engine = await SqliteEngine.open(folder);
    const timers = new SqliteTimers(engine.storage);
    const bad = { kind: 'test', key: 'bad', at: null as never };
    const results = await Promise.allSettled([timers.set(timer(1)), timers.set(bad), timers.set(timer(2))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await timers.due(10, 10)).toHaveLength(2);
    await engine.close();
  });
});

describe('a read', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-snapshot-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('sees one instant, whatever is committed between its statements, and the next read sees that', () => {
    const writer = openWriter(join(folder, 'posthorn.db'));
    writer.exec('CREATE TABLE kept (x)');
    const reader = openReader(join(folder, 'posthorn.db'));
    const count = () => (reader.prepare('SELECT count(*) AS n FROM kept').get() as { n: number }).n;
    const counts = inOneSnapshot(reader, () => {
      const before = count();
      writer.exec('INSERT INTO kept VALUES (1)');
      return [before, count()];
    });
    expect(counts).toEqual([0, 0]);
    expect(inOneSnapshot(reader, count)).toBe(1);
    reader.close();
    writer.close();
  });

  it('that fails leaves no transaction behind', () => {
    const writer = openWriter(join(folder, 'posthorn.db'));
    const fail = (): never => {
      throw new Error('No such thing.');
    };
    expect(() => inOneSnapshot(writer, fail)).toThrow('No such thing.');
    expect(writer.isTransaction).toBe(false);
    writer.close();
  });
});

describe('migrations', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-migrations-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const shipped = new URL('../migrations/', import.meta.url);

  it('bring a database of every earlier version to the present one', () => {
    const all = readMigrations(shipped);
    for (let version = 0; version <= all.length; version++) {
      const db = new DatabaseSync(join(folder, `v${version}.db`));
      migrate(db, all.slice(0, version));
      expect(migrate(db, all)).toBe(all.length);
      expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
      db.close();
    }
  });

  it('leave the version before when one of them fails, and go on from there', () => {
    const db = new DatabaseSync(join(folder, 'torn.db'));
    const [first] = readMigrations(shipped);
    const broken = {
      version: 2,
      name: '0002-broken.sql',
      sql: 'CREATE TABLE half (x); INSERT INTO nowhere VALUES (1);',
    };
    expect(() => migrate(db, [first!, broken])).toThrow(/nowhere/);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    expect(db.prepare("SELECT name FROM sqlite_master WHERE name = 'half'").get()).toBeUndefined();
    expect(migrate(db, readMigrations(shipped))).toBe(readMigrations(shipped).length);
    db.close();
  });

  it('survive a kill -9 in the middle of one', async () => {
    const migrations = join(folder, 'migrations');
    mkdirSync(migrations);
    writeFileSync(join(migrations, '0001-first.sql'), 'CREATE TABLE first (x);');
    // Long enough that the kill surely comes before its end; it is never let run to it.
    const endless =
      'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e12) INSERT INTO second SELECT i FROM n';
    writeFileSync(join(migrations, '0002-second.sql'), `CREATE TABLE second (x); ${endless};`);
    const file = join(folder, 'killed.db');
    const url = pathToFileURL(`${migrations}/`).href;
    const child = fork(fileURLToPath(new URL('./testing/migrate-file.js', import.meta.url)), [file, url]);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.once('message', resolve));
    child.kill('SIGKILL');
    await exited;
    writeFileSync(join(migrations, '0002-second.sql'), 'CREATE TABLE second (x);');
    const db = new DatabaseSync(file);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    expect(migrate(db, readMigrations(new URL(url)))).toBe(2);
    expect(db.prepare('SELECT count(*) AS n FROM second').get()).toEqual({ n: 0 });
    db.close();
  });
});
