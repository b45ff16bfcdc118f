import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Checkpoints, type CheckpointSettings } from './checkpoints.js';
import { openReader, openWriter } from './connection.js';

/** A row of them fills a page: a commit is two or three pages of log. */
const PAGE = 'x'.repeat(4000);
const SMALL: CheckpointSettings = { portion: 64, restartAt: 256, atMost: 2048 };

describe('Checkpoints', () => {
  let folder: string;
  let file: string;
  let writer: DatabaseSync;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-checkpoints-'));
    file = join(folder, 'posthorn.db');
    writer = openWriter(file);
    writer.exec('CREATE TABLE kept (no INTEGER PRIMARY KEY, text TEXT)');
  });
  afterEach(() => {
    if (writer.isOpen) writer.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const logOf = (db: DatabaseSync): number =>
    Number((db.prepare('PRAGMA wal_checkpoint(NOOP)').get() as { log: number }).log);
  const count = (db: DatabaseSync): number =>
    Number((db.prepare('SELECT count(*) AS n FROM kept').get() as { n: number }).n);

  /** Commits until `enough`, telling of each; returns the longest that the log ever was. */
  function write(checkpoints: Checkpoints, enough: (written: number) => boolean): number {
    const insert = writer.prepare('INSERT INTO kept (text) VALUES (?)');
    let longest = 0;
    for (let written = 0; !enough(written); written++) {
      insert.run(PAGE);
      checkpoints.afterCommit();
      longest = Math.max(longest, logOf(writer));
    }
    return longest;
  }

  it('begin the log anew while the writer never rests, and lose nothing of it', () => {
    const checkpoints = new Checkpoints(writer, file, SMALL);
    let last = 0;
    let restarts = 0;
    // For as long as the thread needs to start and to keep up with us, but at most for the log's own limit a few times over.
    const longest = write(checkpoints, (written) => {
      const log = logOf(writer);
      if (log < last) restarts += 1;
      last = log;
      return restarts === 3 || written === 30_000;
    });
    expect(restarts).toBe(3);
    expect(longest).toBeLessThan(2 * SMALL.atMost);
    const written = count(writer);
    checkpoints.close();
    writer.close();
    const after = new DatabaseSync(file);
    expect(count(after)).toBe(written);
    expect(after.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    after.close();
  });

  it('leave no log behind when the writer closes, for the thread has let go of the file', () => {
    const checkpoints = new Checkpoints(writer, file, SMALL);
    write(checkpoints, (written) => written === 500);
    checkpoints.close();
    writer.close();
    expect(() => statSync(`${file}-wal`)).toThrow(/ENOENT/);
  });

  it('start no thread for what is little', () => {
    const checkpoints = new Checkpoints(writer, file, { ...SMALL, portion: 1e6, restartAt: 32 });
    const longest = write(checkpoints, (written) => written === 200);
    // What there is was folded by the writer, again and again.
    expect(longest).toBeLessThan(48);
    checkpoints.close();
  });

  it('wait for a reader that stays at an old page, and begin anew when it has gone', () => {
    const checkpoints = new Checkpoints(writer, file, SMALL);
    write(checkpoints, (written) => written === 10);
    const reader = openReader(file);
    reader.exec('BEGIN');
    expect(count(reader)).toBe(10);
    write(checkpoints, (written) => written === 400);
    expect(count(reader)).toBe(10);
    const before = logOf(writer);
    expect(before).toBeGreaterThan(SMALL.restartAt);
    reader.exec('COMMIT');
    reader.close();
    write(checkpoints, (written) => logOf(writer) < before || written === 30_000);
    expect(logOf(writer)).toBeLessThan(before);
    checkpoints.close();
  });

  it('are made by the writer where no thread can be had', async () => {
    const nowhere = join(folder, 'nowhere', 'posthorn.db');
    const checkpoints = new Checkpoints(writer, nowhere, { ...SMALL, atMost: Infinity });
    let longest = 0;
    // That the thread has died is told in a turn of this loop.
    for (let turn = 0; turn < 10_000 && logOf(writer) >= longest; turn++) {
      longest = write(checkpoints, (written) => written === 10);
      await setImmediate();
    }
    expect(logOf(writer)).toBeLessThan(longest);
    checkpoints.close();
  });
});
