import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { JsonBytes } from './json-bytes.js';

/** The bytes of a JSON string, written into a buffer that is at first too small. */
function written(text: string): Buffer {
  const out = new JsonBytes(Buffer.alloc(4));
  out.addText(text);
  return out.bytes();
}

describe('JSON written into bytes', () => {
  it.each([
    ['a name', 'Zoë Müller'],
    ['a name in another script', 'Ελένη 漢字'],
    ['a link', `https://mail.example/u/${'Ab3_'.repeat(16)}`],
    ['a long line in any script', 'Grüße aus 東京, '.repeat(40)],
    ['what has to be escaped', '"quoted\\" \n\t\u0000\u001f\u007f\u2028'],
    ['the same, far into a text', `${'x'.repeat(100)}"\n`],
    ['pairs of surrogates', '👋 🇩🇪'],
    ['half of a pair', 'a\ud83d'],
    ['nothing', ''],
  ])('is what JSON.stringify makes of %s', (_, text) => {
    expect(written(text).toString()).toBe(JSON.stringify(text));
  });

  it('is what JSON.stringify makes of any text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary', minLength: 30, maxLength: 80 }),
    );
    fc.assert(fc.property(text, (one) => expect(written(one)).toEqual(Buffer.from(JSON.stringify(one)))));
  });

  it('copies what a template says to everybody, and keeps versions apart', () => {
    const one = ['<p class="a">', '</p>'];
    const other = ['<i>', '</i>'];
    const out = new JsonBytes(Buffer.alloc(0));
    for (const fixed of [one, other, one]) out.addText({ fixed, sequence: [0, 'é', 1], length: 0 });
    const strings = [one, other, one].map(([open, close]) => JSON.stringify(`${open}é${close}`));
    expect(out.bytes().toString()).toBe(strings.join(''));
  });
});
