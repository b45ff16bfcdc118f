import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { Refusal } from '#domain/kernel/refusal.js';
import { cpuOf } from '#test/support/yardstick.js';
import { parseJson } from './json-text.js';
import { Validation } from './validation.js';

class AudienceBody {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(64, { each: true })
  listIds?: string[];
}

class WideBody {
  @IsOptional()
  @IsString()
  name?: string;

  @IsOptional()
  @IsInt()
  count?: number;

  @IsOptional()
  @IsObject()
  data?: Record<string, unknown>;

  @IsOptional()
  @ValidateNested()
  @Type(() => AudienceBody)
  audience?: AudienceBody;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => AudienceBody)
  audiences?: AudienceBody[];
}

class StrictBody {
  @IsString()
  @MaxLength(5)
  @Matches(/^[a-z]+$/)
  name!: string;

  @IsArray()
  @ArrayMaxSize(2)
  @IsString({ each: true })
  list!: string[];
}

interface Judged {
  readonly code: string;
  readonly faults: readonly { readonly pointer: string; readonly code: string }[];
}

/** What becomes of a body on its way to a handler. */
function judge(text: string, metatype: new () => object = WideBody): unknown {
  try {
    return new Validation().transform(parseJson(Buffer.from(text)), { type: 'body', metatype });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, faults } = error;
    return { code, faults: faults.map((fault) => ({ pointer: fault.pointer, code: fault.code })) };
  }
}

const fields = (many: number, value = '1'): string =>
  Array.from({ length: many }, (_, n) => `"field${n}":${value}`).join();
const items = (many: number, item: string): string => Array.from({ length: many }, () => item).join();
const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);

/** Milliseconds of processor time one body may cost the thread that serves all others. */
const MOST_CPU_MS = 50;

describe('a body', () => {
  it('becomes what it is declared to be, its lists of objects too', () => {
    const text = '{"name":"x","audience":{"listIds":["a"]},"audiences":[{"listIds":[]},{}]}';
    const body = judge(text) as WideBody;
    expect(body).toBeInstanceOf(WideBody);
    expect(body.audience).toBeInstanceOf(AudienceBody);
    expect(body.audiences?.map((one) => one instanceof AudienceBody)).toEqual([true, true]);
  });

  it('may hold thousands of fields where anything may stand', () => {
    const body = judge(`{"data":{${fields(15_000)}}}`) as WideBody;
    expect(Object.keys(body.data ?? {})).toHaveLength(15_000);
  });

  it.each<[string, string, readonly (readonly [pointer: string, code: string])[]]>([
    [
      'missing',
      '{}',
      [
        ['/name', 'required'],
        ['/list', 'required'],
      ],
    ],
    [
      'null',
      '{"name":null,"list":null}',
      [
        ['/name', 'wrong_type'],
        ['/list', 'wrong_type'],
      ],
    ],
    [
      'of another kind',
      '{"name":5,"list":{}}',
      [
        ['/name', 'wrong_type'],
        ['/list', 'wrong_type'],
      ],
    ],
    [
      'wrong in two ways',
      '{"name":"ABCDEF","list":[]}',
      [
        ['/name', 'wrong_format'],
        ['/name', 'too_long'],
      ],
    ],
  ])('has one fault for each thing that is wrong with a field: %s', (_, text, faults) => {
    const expected = faults.map(([pointer, code]) => ({ pointer, code }));
    const { faults: found } = judge(text, StrictBody) as Judged;
    expect(new Set(found)).toEqual(new Set(expected));
    expect(found).toHaveLength(expected.length);
  });

  const tooLong = (pointer: string): Judged => ({
    code: 'validation_failed',
    faults: [{ pointer, code: 'too_long' }],
  });
  const wide: readonly (readonly [what: string, text: string, expected: Judged])[] = [
    ['70,000 fields', `{${fields(70_000)}}`, tooLong('')],
    ['70,000 fields of data', `{"data":{${fields(70_000)}}}`, tooLong('')],
    ['70,000 fields in 70,000 lists', `{"data":[${items(70_000, '{"a":[]}')}]}`, tooLong('')],
    ['half a million numbers', `{"data":{"a":[${items(500_000, '1')}]}}`, tooLong('')],
    ['15,000 fields of its own', `{${fields(15_000)}}`, tooLong('')],
    ['15,000 fields further in', `{"audience":{${fields(15_000)}}}`, tooLong('/audience')],
    ['a list of 15,000 for one', `{"audience":[${items(15_000, '{}')}]}`, tooLong('/audience')],
    ['15,000 of what may be several', `{"audiences":[${items(15_000, '{"x":1}')}]}`, tooLong('/audiences')],
    ['201 fields in the third of several', `{"audiences":[{},{},{${fields(201)}}]}`, tooLong('/audiences/2')],
  ];

  it.each(wide)('of %s is refused, and says where', async (_what, text, expected) => {
    expect(judge(text)).toEqual(expected);
    expect(await cpuOf(() => judge(text))).toBeLessThan(MOST_CPU_MS);
  });

  it.each([
    ['15,000 items for 100', `{"audience":{"listIds":[${items(15_000, '1')}]}}`],
    ['15,000 forbidden names', `{"data":{"a":[${items(15_000, '{"constructor":1}')}]}}`],
    ['15,000 forbidden characters', `{"data":{"a":[${items(15_000, '"\\u0000"')}]}}`],
    ['200 unknown fields', `{${fields(199)}}`],
    ['1,000 objects of unknown fields', `{"audiences":[${items(1_000, '{"x":1,"y":2}')}]}`],
  ])('of %s is refused with 50 faults at most', async (_what, text) => {
    const { code, faults } = judge(text) as Judged;
    expect(code).toBe('validation_failed');
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThanOrEqual(50);
    expect(await cpuOf(() => judge(text))).toBeLessThan(MOST_CPU_MS);
  });

  it('may be 64 levels deep, and one of 65 or 100,000 is refused before it is parsed', async () => {
    expect((judge(`{"data":${nested(63)}}`) as WideBody).data).toBeDefined();
    for (const text of [`{"data":${nested(64)}}`, `{"data":${nested(100_000)}}`, '['.repeat(1_000_000)]) {
      expect(judge(text)).toEqual({ code: 'invalid_json', faults: [] });
      expect(await cpuOf(() => judge(text))).toBeLessThan(MOST_CPU_MS);
    }
  });

  it.each(['toString', 'hasOwnProperty', 'valueOf'])('may not call a field %s, however deep', (name) => {
    const unknown = (pointer: string): Judged => ({
      code: 'validation_failed',
      faults: [{ pointer, code: 'unknown_field' }],
    });
    expect(judge(`{"${name}":1}`)).toEqual(unknown(`/${name}`));
    expect(judge(`{"audience":{"${name}":1}}`)).toEqual(unknown(`/audience/${name}`));
    expect(judge(`{"audiences":[{},{"${name}":1}]}`)).toEqual(unknown(`/audiences/1/${name}`));
  });
});
