import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, readJournal, type JournalEntry } from './journal.js';

describe('the journal', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'));
    path = join(folder, 'ses.jsonl');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const accepted = (n: number): JournalEntry => ({
    at: n,
    provider: 'ses',
    kind: 'accepted',
    callId: `ses-${n}`,
    to: `zoë${n}@example.com`,
  });

  it('has every entry in the file as soon as append returns', () => {
    const journal = new Journal(path);
    journal.append([accepted(1), accepted(2)]);
    expect(readJournal(path)).toEqual([accepted(1), accepted(2)]);
    journal.close();
  });

  it('goes on where a former run stopped', () => {
    for (const n of [1, 2, 3]) {
      const journal = new Journal(path, n === 2);
      journal.append([accepted(n)]);
      journal.close();
    }
    expect(readJournal(path).map(({ at }) => at)).toEqual([1, 2, 3]);
  });

  it('reads a last line that a dying process tore as never written, and cuts it off when it starts again', () => {
    const journal = new Journal(path);
    journal.append([accepted(1)]);
    journal.close();
    appendFileSync(path, '{"at":2,"provider":"ses","ki');
    expect(readJournal(path)).toEqual([accepted(1)]);

    const again = new Journal(path);
    again.append([accepted(3)]);
    again.close();
    expect(readJournal(path)).toEqual([accepted(1), accepted(3)]);
    expect(readFileSync(path, 'utf8')).not.toContain('"at":2');
  });

  it('refuses to skip a line that is broken in the middle', () => {
    writeFileSync(path, `${JSON.stringify(accepted(1))}\nnot json\n${JSON.stringify(accepted(2))}\n`);
    expect(() => readJournal(path)).toThrow(SyntaxError);
  });

  it('is empty when there is no file', () => {
    expect(readJournal(join(folder, 'nothing.jsonl'))).toEqual([]);
  });

  it('can be followed from an offset', () => {
    const journal = new Journal(path);
    journal.append([accepted(1)]);
    const first = journal.since(0);
    journal.append([accepted(2)]);
    expect(first.entries).toEqual([accepted(1)]);
    expect(journal.since(first.next).entries).toEqual([accepted(2)]);
    expect(journal.since(journal.since(0).next).entries).toEqual([]);
    journal.close();
  });
});
