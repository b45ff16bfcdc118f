import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type SharedLines, shareLines, shareNothing } from './shared-lines.js';

const tag = (n: number): string => `{{h${n}}}`;
const isUnsafe = (line: string): boolean => line.includes('{{');
const share = (...texts: string[]): SharedLines => shareLines(texts, tag, isUnsafe);

/** Fills a template as the vendors do: once, without looking at what was filled in. */
function filled({ template, own }: SharedLines): string[] {
  return own.map((lines) => template.replace(/\{\{h(\d+)\}\}/g, (_, n: string) => lines[Number(n)] ?? '(nothing)'));
}

describe('sharing lines', () => {
  it('keeps what all texts have in common, and takes out what differs', () => {
    expect(share('Hello\nAda\nBye', 'Hello\nBob\nBye')).toEqual({
      template: 'Hello\n{{h0}}\nBye',
      tags: 1,
      own: [['Ada'], ['Bob']],
    });
  });

  it('makes one tag of neighbouring lines that differ', () => {
    const { template, own } = share('a\n1\n2\nb\n3', 'a\n4\n5\nb\n6');
    expect([template, own]).toEqual(['a\n{{h0}}\nb\n{{h1}}', [['1\n2', '3'], ['4\n5', '6']]]);
  });

  it('shares nothing between texts of different lengths', () => {
    expect(share('a\nb', 'a\nb\nc')).toEqual({ template: '{{h0}}', tags: 1, own: [['a\nb'], ['a\nb\nc']] });
  });

  it('leaves no line in the template that would be read as a tag there', () => {
    const { template, own } = share('a\n{{secret}}\nb', 'a\n{{secret}}\nb');
    expect([template, own]).toEqual(['a\n{{h0}}\nb', [['{{secret}}'], ['{{secret}}']]]);
  });

  it('knows the same texts as the same', () => {
    expect(share('a\nb\n', 'a\nb\n')).toEqual({ template: 'a\nb\n', tags: 0, own: [[], []] });
  });

  it('gives back every text, byte for byte, whatever the texts are', () => {
    const line = fc.oneof(fc.constantFrom('a', 'b', '', '{{h0}}', '{{', '}}', '\r', 'Grüße 👋'), fc.string());
    const text = fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (texts) => {
        expect(filled(share(...texts))).toEqual(texts);
        expect(filled(shareNothing(texts, tag))).toEqual(texts);
      }),
    );
  });

  it('gives back renderings of one template, too', () => {
    const value = fc.oneof(fc.string(), fc.constantFrom('x\ny', '\n', ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 5 }), (people) => {
        const texts = people.map(([name, link]) => `<html>\n<p>Hello ${name}</p>\nlong\nbody\n${link}\n</html>`);
        expect(filled(share(...texts))).toEqual(texts);
      }),
    );
  });
});
