import { describe, expect, it } from '@jest/globals';
import { Refusal } from '#domain/kernel/refusal.js';
import { cpuOf } from '#test/support/yardstick.js';
import { MAX_JSON_DEPTH, MAX_JSON_VALUES, parseJson } from './json-text.js';

const refusalOf = (bytes: Buffer | string): Refusal => {
  try {
    parseJson(Buffer.from(bytes));
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was accepted.');
};

describe('parseJson', () => {
  it('answers what JSON.parse would', () => {
    const value = { a: [1, -2.5, true, null, 'Zoë 💌 "quoted" \\ / \n'], 'b/c': { d: {} } };
    expect(parseJson(Buffer.from(JSON.stringify(value)))).toEqual(value);
  });

  it('answers undefined for an empty body', () => {
    expect(parseJson(Buffer.alloc(0))).toBeUndefined();
  });

  it.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate as bytes', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['Latin-1', [0x22, 0xe9, 0x22]],
  ])('refuses %s as invalid_encoding', (_what, bytes) => {
    expect(refusalOf(Buffer.from(bytes)).code).toBe('invalid_encoding');
  });

  it('refuses half a surrogate pair that was escaped', () => {
    expect(refusalOf('{"a":"\\ud83d"}').code).toBe('invalid_encoding');
    expect(parseJson(Buffer.from('{"a":"\\ud83d\\udc8c"}'))).toEqual({ a: '💌' });
  });

  it('refuses what does not parse, without repeating it', () => {
    const refusal = refusalOf('{"password":"hunter2",}');
    expect(refusal.code).toBe('invalid_json');
    expect(refusal.message).not.toContain('hunter2');
  });

  it('takes the deepest nesting there may be, and refuses one level more', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(Array.isArray(parseJson(Buffer.from(nested(MAX_JSON_DEPTH))))).toBe(true);
    expect(refusalOf(nested(MAX_JSON_DEPTH + 1)).code).toBe('invalid_json');
  });

  it('refuses a hundred thousand levels in a moment, closed or not', async () => {
    const took = await cpuOf(() => {
      expect(refusalOf('['.repeat(100_000)).code).toBe('invalid_json');
      expect(refusalOf('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)).code).toBe('invalid_json');
    });
    expect(took).toBeLessThan(50);
  });

  it('takes 20,000 values, and refuses one more before it parses them', () => {
    const list = (values: number): string => `[${Array.from({ length: values }, () => '","').join()}]`;
    expect(parseJson(Buffer.from(list(MAX_JSON_VALUES)))).toHaveLength(MAX_JSON_VALUES);
    const refusal = refusalOf(`${list(MAX_JSON_VALUES + 1)} and this is no JSON`);
    expect(refusal.code).toBe('validation_failed');
    expect(refusal.faults).toEqual([{ pointer: '', code: 'too_long', detail: expect.any(String) }]);
  });

  it('tells fifty faults of ten thousand', () => {
    const { faults } = refusalOf(`[${'{"constructor":1},'.repeat(10_000)}1]`);
    expect(faults).toHaveLength(50);
    expect(faults.at(-1)?.pointer).toBe('/49/constructor');
  });

  it('does not count brackets inside of strings, escaped quotes included', () => {
    const text = `"${'[{'.repeat(500)}\\"${'['.repeat(500)}\\\\"`;
    expect(typeof parseJson(Buffer.from(text))).toBe('string');
  });

  it.each([
    ['{"__proto__":{"admin":1}}', '/__proto__'],
    ['{"a":[{"__proto__":null}]}', '/a/0/__proto__'],
    ['{"constructor":{"prototype":{"admin":1}}}', '/constructor'],
    ['{"a/b~c":{"constructor":"x"}}', '/a~1b~0c/constructor'],
    ['{"\\u005f_proto__":{"admin":1}}', '/__proto__'],
  ])('refuses %s and says where', (text, pointer) => {
    const refusal = refusalOf(text);
    expect(refusal.code).toBe('validation_failed');
    expect(refusal.faults).toEqual([{ pointer, code: 'forbidden_key', detail: expect.any(String) }]);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('refuses a NUL character, in a value and in a name', () => {
    expect(refusalOf('{"a":"x\\u0000y"}').faults[0]).toMatchObject({
      pointer: '/a',
      code: 'forbidden_character',
    });
    expect(refusalOf('{"a\\u0000":1}').faults[0]).toMatchObject({ code: 'forbidden_character' });
  });
});
