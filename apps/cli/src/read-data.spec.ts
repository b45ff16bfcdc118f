import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readData, readDataFile } from './read-data.js';
import { Trouble, UsageTrouble } from './trouble.js';

describe('--data', () => {
  it('takes texts, JSON and parts of objects', () => {
    expect(
      readData(['city=Paris', 'count:=3', 'shop.name=Ink', 'shop.open:=true', 'formula=a=b', 'empty=']),
    ).toEqual({
      city: 'Paris',
      count: 3,
      shop: { name: 'Ink', open: true },
      formula: 'a=b',
      empty: '',
    });
  });

  it('wins over what comes from a file, and keeps the rest of it', () => {
    const base = { city: 'Ulm', shop: { name: 'Ink', open: true } };
    expect(readData(['city=Paris', 'shop.name=Pens'], base)).toEqual({
      city: 'Paris',
      shop: { name: 'Pens', open: true },
    });
    expect(base).toEqual({ city: 'Ulm', shop: { name: 'Ink', open: true } });
  });

  it('refuses what is no pair, in words that name it', () => {
    for (const wrong of ['city', '=Paris', 'a..b=c', '__proto__.polluted=yes', 'n:=1,5']) {
      expect(() => readData([wrong])).toThrow(UsageTrouble);
    }
    expect(() => readData(['city'])).toThrow('"city" is not like name=value');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('--data-file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-data-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const fileOf = async (text: string): Promise<string> => {
    const file = join(folder, 'data.json');
    await writeFile(file, text);
    return file;
  };

  it('is a JSON object', async () => {
    expect(await readDataFile(await fileOf('{"articles": [{"title": "Grüße"}]}'))).toEqual({
      articles: [{ title: 'Grüße' }],
    });
  });

  it('is refused in words where it is anything else', async () => {
    for (const text of ['[1]', 'null', '"text"', '{"a": 1,}', '']) {
      await expect(readDataFile(await fileOf(text))).rejects.toThrow(UsageTrouble);
    }
    await expect(readDataFile(join(folder, 'none.json'))).rejects.toThrow(
      /none\.json cannot be read: there is/,
    );
    await expect(readDataFile(folder)).rejects.toThrow(Trouble);
  });
});
