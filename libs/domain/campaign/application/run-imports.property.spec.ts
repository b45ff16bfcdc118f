import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { CsvParseReader } from '#adapters/csv/csv-parse-reader.js';
import { acme, nextId, START } from '#ports/campaign/testing/campaign-stores.js';
import type { Import } from '../model/import.js';
import { readHeader, readRow } from '../model/subscriber-csv.js';
import type { SubscriberId } from '../model/subscriber.js';
import { ImportRig, rows, tiny } from '../testing/import-rig.js';
import { deaths, Life } from '../testing/mortal.js';

const HOUR_MS = 3_600_000;

describe('Imports come to the same end', () => {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.nat(12).map((n) => `p${n}@example.com,Name ${n},x\n`) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.nat(12), fc.nat(3)).map(([n, v]) => `P${n}@Example.com,,"v ""${v}"""\n`),
    },
    fc.constantFrom('not an address,A,b\n', 'a@b.example,too few\n', '"unclosed@b.example,x,y\n', '\n'),
    fc.constantFrom('q@example.com,"two\nlines",z\r\n', '😀@example.com,,\n', 'nul@example.com,\0,x\n'),
  );
  const file = fc.array(piece, { maxLength: 40 }).map((pieces) => `email,name,city\n${pieces.join('')}`);

  /** What the records of a file do to people, one after the other. */
  const inOrder = async (text: string) => {
    const its = new ImportRig();
    const counts = { rows: 0, created: 0, updated: 0, rejected: 0 };
    const reader = new CsvParseReader();
    const bytes = Buffer.from(text);
    async function* from(offset: number): AsyncIterable<Uint8Array> {
      yield bytes.subarray(offset);
    }
    const shape = (await reader.shape(from(0)))!;
    const columns = readHeader(shape.header);
    if (typeof columns === 'string') throw new Error(columns);
    for await (const records of reader.records(from(shape.end.offset), shape.end, shape)) {
      for (const record of records) {
        counts.rows += 1;
        const facts = record.kind === 'record' ? readRow(record.fields, columns) : record;
        if ('code' in facts) counts.rejected += 1;
        else {
          const upsert = { id: nextId<SubscriberId>('sub'), facts };
          const [put] = await its.subscribers.put(acme, [upsert], [], START);
          counts[put?.created ? 'created' : 'updated'] += 1;
        }
      }
    }
    return { counts, people: await its.peopleOn(undefined) };
  };

  const isAllInOrder = async (rig: ImportRig, one: Import, text: string): Promise<void> => {
    const { counts, people } = await inOrder(text);
    expect(await rig.find(one)).toMatchObject({ status: 'finished', ...counts });
    expect(await rig.peopleOn(one.listIds[0])).toEqual(people);
    expect(await rig.faultsOf(one)).toHaveLength(counts.rejected);
  };

  const size = (max: number) => fc.integer({ min: 1, max });
  const limits = fc.record({
    records: size(9),
    faults: size(4),
    bytes: size(300),
    batch: size(5),
    inFlight: size(4),
  });

  it('as if the rows came one by one, however they are sorted and batched', async () => {
    await fc.assert(
      fc.asyncProperty(file, limits, async (text, its) => {
        const rig = new ImportRig();
        const one = await rig.upload(text);
        await rig.ran(one, rig.process({ limits: its }));
        await isAllInOrder(rig, one, text);
      }),
    );
  });

  it('wherever the process dies, and the next one, which may be of another version, and the one after that', async () => {
    const death = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom('before', 'after'), limits);
    await fc.assert(
      fc.asyncProperty(file, fc.array(death, { maxLength: 4 }), limits, async (text, deadly, last) => {
        const rig = new ImportRig();
        const one = await rig.upload(text);
        for (const [at, how, its] of deadly) {
          rig.process({ life: new Life(at, how), limits: its }).start();
          await rig.clock.advance(0);
        }
        await rig.ran(one, rig.process({ limits: last }));
        await isAllInOrder(rig, one, text);
      }),
      { numRuns: 300 },
    );
  });

  it.each(deaths(14))('when the process dies at call %i, %s it', async (at, how) => {
    const rig = new ImportRig();
    const one = await rig.upload(`email,name\n${rows(15)}bad,row\n${rows(4)}`);
    const life = new Life(at, how);
    rig.process({ life, limits: tiny }).start();
    await rig.clock.advance(0);
    expect(life.ended).toBe(true);
    await rig.clock.advance(2 * HOUR_MS);
    const process = rig.process({ limits: tiny });
    expect(await rig.ran(one, process)).toMatchObject({
      status: 'finished',
      rows: 20,
      created: 15,
      updated: 4,
      rejected: 1,
    });
    expect(await rig.faultsOf(one)).toEqual(['17 invalid_address']);
  });
});
