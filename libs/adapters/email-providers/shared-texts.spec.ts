import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { plainText, type Text } from '#domain/kernel/text.js';
import { shareLines, templateOf } from './shared-lines.js';
import { shareTexts } from './shared-texts.js';

const FIXED = ['<p>Dear ', ', only for you\n', '{{', 'tail{', '}head', 'tail\\'];
const isUnsafe = (text: string): boolean => text.includes('{{');
const inPieces = (...sequence: (number | string)[]): Text => ({ fixed: FIXED, sequence, length: 0 });
const share = (...texts: Text[]) => shareTexts(texts, isUnsafe);

describe('sharing texts', () => {
  it('takes renderings of one template apart where its values stand', () => {
    expect(share(inPieces(0, 'Ada', 1, 'x', 'y', 0), inPieces(0, '', 1, 'x', '', 0))).toEqual({
      pieces: ['<p>Dear ', ', only for you\n', '', '<p>Dear '],
      own: [
        ['Ada', 'x', 'y'],
        ['', 'x', ''],
      ],
    });
  });

  it('puts fixed pieces together that follow each other', () => {
    expect(share(inPieces(0, 1), inPieces(0, 1))).toEqual({
      pieces: ['<p>Dear , only for you\n'],
      own: [[], []],
    });
  });

  it.each<[string, Text[]]>([
    ['took different ways through their template', [inPieces(0, 'a', 1), inPieces(0, 'a', 1, 1)]],
    ['have values where others have a piece', [inPieces(0, 'a', 1), inPieces(0, 'a', 'b')]],
    ['are of two versions', [inPieces(0, 'a'), { fixed: [...FIXED], sequence: [0, 'b'], length: 0 }]],
    ['are whole', [inPieces(0, 'a'), '<p>Dear b']],
    ['are whole from the first', ['<p>Dear b', inPieces(0, 'a')]],
    ['hold what looks like a tag', [inPieces(0, 'a', 1, 2), inPieces(0, 'b', 1, 2)]],
    ['have a brace before a value', [inPieces(3, 'a', 1), inPieces(3, 'b', 1)]],
    ['have a brace after a value', [inPieces(0, 'a', 4), inPieces(0, 'b', 4)]],
    ['have a backslash before a value', [inPieces(5, 'a', 1), inPieces(5, 'b', 1)]],
  ])('compares texts line by line that %s', (_, texts) => {
    expect(share(...texts)).toEqual(shareLines(texts.map(plainText), isUnsafe));
  });

  it('gives each text back, filled in as the vendors do', () => {
    const part = fc.oneof(fc.nat(FIXED.length - 1), fc.constantFrom('', 'a', '{{h0}}', '{', '}', '\n', '$&'));
    const sequences = fc.array(part, { maxLength: 6 });
    fc.assert(
      fc.property(sequences, fc.array(sequences, { maxLength: 2 }), (first, others) => {
        // The first comes twice, so that there is something to share.
        const texts = [first, first, ...others].map((sequence) => inPieces(...sequence));
        const shared = share(...texts);
        const template = templateOf(
          shared,
          shared.pieces.map((_, n) => `{{h${n}}}`),
        );
        const filled = shared.own.map((own) =>
          template.replace(/\{\{h(\d+)\}\}/g, (_, n: string) => own[Number(n)] ?? '(nothing)'),
        );
        expect(filled).toEqual(texts.map(plainText));
      }),
    );
  });
});
