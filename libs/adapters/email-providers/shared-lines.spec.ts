import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { type SharedLines, shareLines, shareNothing, templateOf } from './shared-lines.js';

const isUnsafe = (line: string): boolean => line.includes('{{');
const share = (...texts: string[]): SharedLines => shareLines(texts, isUnsafe);

function together({ pieces, own }: SharedLines): string[] {
  return own.map((lines) => pieces.map((piece, n) => piece + (lines[n] ?? '')).join(''));
}

/** Fills a template as the vendors do: once, without looking at what was filled in. */
function filled(shared: SharedLines): string[] {
  const template = templateOf(
    shared,
    shared.pieces.map((_, n) => `{{h${n}}}`),
  );
  return shared.own.map((lines) =>
    template.replace(/\{\{h(\d+)\}\}/g, (_, n: string) => lines[Number(n)] ?? '(nothing)'),
  );
}

describe('sharing lines', () => {
  it('keeps what all texts have in common, and takes out what differs', () => {
    expect(share('Hello\nAda\nBye', 'Hello\nBob\nBye')).toEqual({
      pieces: ['Hello\n', '\nBye'],
      own: [['Ada'], ['Bob']],
    });
  });

  it('puts neighbouring lines that differ in one place', () => {
    expect(share('a\n1\n2\nb\n3', 'a\n4\n5\nb\n6')).toEqual({
      pieces: ['a\n', '\nb\n', ''],
      own: [
        ['1\n2', '3'],
        ['4\n5', '6'],
      ],
    });
  });

  it('shares the ends of texts of which some have more lines than others', () => {
    expect(share('a\nb\nVIP\nthanks\nc', 'a\nb\nthanks\nc', 'a\nb\nx\ny\nz\nc')).toEqual({
      pieces: ['a\nb\n', '\nc'],
      own: [['VIP\nthanks'], ['thanks'], ['x\ny\nz']],
    });
  });

  it('gives a text back that ends where the others go on', () => {
    const texts = ['\n{{x}}', '\n{{x}}', ''];
    expect(together(share(...texts))).toEqual(texts);
  });

  it('shares nothing between texts that have nothing in common', () => {
    expect(share('a', 'b\nc')).toEqual(shareNothing(['a', 'b\nc']));
  });

  it('keeps lines to themselves that would be read as tags in a template', () => {
    const { pieces, own } = share('a\n{{secret}}\nb', 'a\n{{secret}}\nb');
    expect([pieces, own]).toEqual([
      ['a\n', '\nb'],
      [['{{secret}}'], ['{{secret}}']],
    ]);
  });

  it('knows the same texts as the same', () => {
    expect(share('a\nb\n', 'a\nb\n')).toEqual({ pieces: ['a\nb\n'], own: [[], []] });
  });

  const line = fc.oneof(
    fc.constantFrom('a', 'b', '', '{{h0}}', '{{', '}}', '}', '\r', 'Grüße 👋'),
    fc.string(),
  );
  const text = fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n'));
  const someTexts = fc.array(text, { minLength: 1, maxLength: 5 });

  it('gives back every text, byte for byte, whatever the texts are', () => {
    fc.assert(
      fc.property(someTexts, (texts) => {
        expect(together(share(...texts))).toEqual(texts);
        expect(together(shareLines(texts))).toEqual(texts);
        expect(filled(share(...texts))).toEqual(texts);
        expect(filled(shareNothing(texts))).toEqual(texts);
      }),
    );
  });

  it('gives back renderings of one template, conditions in it included', () => {
    const value = fc.oneof(fc.string(), fc.constantFrom('x\ny', '\n', ''));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value, fc.boolean()), { minLength: 1, maxLength: 5 }),
        (people) => {
          const texts = people.map(
            ([name, link, vip]) =>
              `<html>\n<p>Hello ${name}</p>\n${vip ? 'VIP\n' : ''}long\nbody\n${link}\n</html>`,
          );
          expect(filled(share(...texts))).toEqual(texts);
        },
      ),
    );
  });

  it('puts nothing next to a tag on its own line', () => {
    fc.assert(
      fc.property(someTexts, (texts) => {
        const { pieces } = share(...texts);
        pieces.forEach((piece, n) => {
          if (n > 0) expect(piece).toMatch(/^(\n|$)/);
          if (n < pieces.length - 1) expect(piece).toMatch(/(^|\n)$/);
        });
      }),
    );
  });
});
