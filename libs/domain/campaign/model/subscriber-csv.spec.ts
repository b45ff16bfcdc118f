import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { acme, aPerson, START } from '#ports/campaign/testing/campaign-stores.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import {
  bareCell,
  type Columns,
  EXPORT_HEADER,
  exportLine,
  plainCell,
  readHeader,
  readRow,
} from './subscriber-csv.js';
import type { Subscriber } from './subscriber.js';

function columnsOf(...header: string[]): Columns {
  const columns = readHeader(header);
  if (typeof columns === 'string') throw new Error(columns);
  return columns;
}

describe('A header', () => {
  it('names the columns in any order and case; every other one is an attribute', () => {
    expect(columnsOf('City', 'EMAIL', 'Time zone', 'Timezone', 'name', 'Attributes', 'locale')).toEqual({
      email: 1,
      timezone: 3,
      name: 4,
      attributes: 5,
      locale: 6,
      others: [
        { name: 'City', at: 0 },
        { name: 'Time zone', at: 2 },
      ],
    });
    expect(columnsOf('email')).toEqual({
      email: 0,
      name: -1,
      locale: -1,
      timezone: -1,
      attributes: -1,
      others: [],
    });
  });

  it.each([
    ['no column called email', ['name', 'e-mail']],
    ['the column email twice', ['email', 'Email']],
    ['the column city twice', ['email', 'city', 'city']],
    ['Column 3 has no name', ['email', 'name', '']],
    ['cannot be called "__proto__"', ['email', '__proto__']],
    ['cannot be called "constructor"', ['email', 'constructor']],
    ['cannot be called', ['email', 'x'.repeat(200)]],
  ])('is refused: %s', (words, header) => {
    expect(readHeader(header)).toContain(words);
  });

  it('may have attributes that differ in case alone', () => {
    expect(columnsOf('email', 'city', 'City').others).toHaveLength(2);
  });
});

describe('A row', () => {
  const columns = columnsOf('email', 'name', 'locale', 'timezone', 'city', 'plan');

  it('says who somebody is, spaces at the ends apart', () => {
    expect(
      readRow([' Anna@Example.COM ', ' Anna Å ', 'sv', 'Europe/Stockholm', ' Malmö ', 'pro'], columns),
    ).toEqual({
      email: 'anna@example.com',
      name: 'Anna Å',
      locale: 'sv',
      timezone: 'Europe/Stockholm',
      attributes: { city: 'Malmö', plan: 'pro' },
    });
  });

  it('says nothing where a field is empty', () => {
    expect(readRow(['anna@example.com', '', ' ', '', '', ''], columns)).toEqual({
      email: 'anna@example.com',
    });
    expect(readRow(['anna@example.com', '', '', '', '', 'pro'], columns)).toEqual({
      email: 'anna@example.com',
      attributes: { plan: 'pro' },
    });
  });

  it.each([
    ['invalid_address', ['not an address', '', '', '', '', '']],
    ['invalid_address', ['', '', '', '', '', '']],
    ['invalid_address', ['a@x.io,b@x.io', '', '', '', '', '']],
    ['invalid_address', ['Anna <anna@example.com>', '', '', '', '', '']],
    ['invalid_address', [`${'a'.repeat(10_000)}@example.com`, '', '', '', '', '']],
    ['header_injection', ['b@x.io\r\nBcc: evil@x.io', '', '', '', '', '']],
    ['invalid_name', ['a@x.io', 'Anna\r\nBcc: e@x.io', '', '', '', '']],
    ['invalid_name', ['a@x.io', 'n'.repeat(321), '', '', '', '']],
    ['invalid_name', ['a@x.io', 'An\u001b[31mna', '', '', '', '']],
    ['invalid_name', ['a@x.io', 'An\u0000na', '', '', '', '']],
    ['invalid_name', ['a@x.io', 'An\tna', '', '', '', '']],
    ['invalid_name', ['a@x.io', 'An\u0085na', '', '', '', '']],
    ['invalid_locale', ['a@x.io', '', 'Swedish', '', '', '']],
    ['invalid_timezone', ['a@x.io', '', '', 'Mars/Olympus', '', '']],
    ['invalid_timezone', ['a@x.io', '', '', '+02:00', '', '']],
    ['too_large', ['a@x.io', '', '', '', 'x'.repeat(20_000), '']],
  ])('is refused as %s', (code, fields) => {
    const fault = readRow(fields, columns);
    expect(fault).toMatchObject({ code });
    expect(JSON.stringify(fault)).not.toContain('x.io');
  });

  it('may hold attributes as a JSON object; a column of the same name says it last', () => {
    const both = columnsOf('email', 'attributes', 'city');
    expect(readRow(['a@x.io', '{"city":"A","n":1,"list":[1,null]}', 'Malmö'], both)).toEqual({
      email: 'a@x.io',
      attributes: { city: 'Malmö', n: 1, list: [1, null] },
    });
    expect(readRow(['a@x.io', '{}', ''], both)).toEqual({ email: 'a@x.io', attributes: {} });
    for (const wrong of ['[1]', '1', 'null', '"x"', '{', 'city: Malmö', '{"a":1}{']) {
      expect(readRow(['a@x.io', wrong, ''], both)).toMatchObject({ code: 'invalid_attributes' });
    }
    expect(readRow(['a@x.io', '{"__proto__":{"admin":1}}', ''], both)).toMatchObject({
      code: 'invalid_attribute',
    });
    expect('admin' in {}).toBe(false);
  });
});

describe('A cell', () => {
  it.each(['=HYPERLINK("http://evil.example","x")', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', "'=1", "''-2"])(
    '%j gets a quote that keeps a spreadsheet from computing it, and loses it again',
    (text) => {
      expect(plainCell(text)).toBe(`'${text}`);
      expect(bareCell(plainCell(text))).toBe(text);
    },
  );

  it.each(['', 'Anna', "'Anna'", "O'Brien", 'a=b', '1-2', ' =1', '"=1"'])('%j stays as it is', (text) => {
    expect(plainCell(text)).toBe(text);
    expect(bareCell(text)).toBe(text);
  });

  it('means the same after it was written and read, whatever it is', () => {
    fc.assert(fc.property(fc.string(), (text) => bareCell(plainCell(text)) === text));
    const spiky = fc
      .array(fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', 'a'), { maxLength: 6 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(spiky, (text) => {
        expect(bareCell(plainCell(text))).toBe(text);
        expect(plainCell(text)).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});

describe('An export', () => {
  const subscriber = (facts: Parameters<typeof aPerson>[1] & { email?: string }): Subscriber => {
    const { email = 'anna@example.com', ...rest } = facts;
    const { id, facts: put } = aPerson(email, rest);
    return {
      attributes: {},
      ...put,
      id,
      workspaceId: acme as WorkspaceId,
      createdAt: START,
      updatedAt: START,
    };
  };

  it('names its columns', () => {
    expect(EXPORT_HEADER).toBe('email,name,locale,timezone,attributes\r\n');
  });

  it.each([
    [{}, 'anna@example.com,,,,\r\n'],
    [
      { name: 'Anna, "A"', locale: 'sv', timezone: 'UTC', attributes: { n: 1 } },
      'anna@example.com,"Anna, ""A""",sv,UTC,"{""n"":1}"\r\n',
    ],
    [{ name: '=1+1' }, "anna@example.com,'=1+1,,,\r\n"],
    [{ email: '+tag@example.com' }, "'+tag@example.com,,,,\r\n"],
    [{ name: '@a;b' }, 'anna@example.com,"\'@a;b",,,\r\n'],
  ])('writes %j as a line', (facts, line) => {
    expect(exportLine(subscriber(facts))).toBe(line);
  });
});
