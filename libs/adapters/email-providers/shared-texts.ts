import { type PiecedText, plainText, type Text } from '#domain/kernel/text.js';
import { type SharedLines, shareLines } from './shared-lines.js';

/** Next to a tag a brace would make it another tag, and a backslash would take its meaning. */
const TOUCHES_A_TAG = /^\}|[{\\]$/;

/**
 * Takes the texts of one call apart into what they have in common and what each has of its own. Renderings that took the
 * same way through one template come apart where its values stand; any others are compared line by line.
 *
 * @param unsafe says of a piece or a line that it must not be shared (it would mean something to whoever fills the
 * template)
 */
export function shareTexts(texts: readonly Text[], unsafe: (text: string) => boolean): SharedLines {
  return sharePieces(texts, unsafe) ?? shareLines(texts.map(plainText), unsafe);
}

function sharePieces(texts: readonly Text[], unsafe: (text: string) => boolean): SharedLines | undefined {
  const [first] = texts;
  if (typeof first !== 'object') return undefined;
  const own: string[][] = [];
  for (const text of texts) {
    if (typeof text === 'string' || !isLike(first, text)) return undefined;
    own.push(text.sequence.filter((part) => typeof part === 'string'));
  }
  const pieces = [''];
  for (const part of first.sequence) {
    if (typeof part === 'string') pieces.push('');
    else pieces[pieces.length - 1] += first.fixed[part] ?? '';
  }
  return pieces.some((piece) => unsafe(piece) || TOUCHES_A_TAG.test(piece)) ? undefined : { pieces, own };
}

function isLike(one: PiecedText, { fixed, sequence }: PiecedText): boolean {
  if (fixed !== one.fixed || sequence.length !== one.sequence.length) return false;
  return sequence.every((part, at) => part === one.sequence[at] || isOwn(part, one.sequence[at]));
}

function isOwn(one: unknown, other: unknown): boolean {
  return typeof one === 'string' && typeof other === 'string';
}
