const ESCAPES = /\u001b\[[0-9;]*m/g;
const TOKENS = /\u001b\[[0-9;]*m|./gsu;
const NO_WIDTH = /[\p{M}\p{Cf}]/u;
/** Scripts and symbols that take two columns (Unicode Standard Annex 11, "wide" and "fullwidth"). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Columns that a text takes in a terminal. Colours take none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(ESCAPES, '')) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** At most so many columns of a text; what is cut off leaves a `…`. Colours stay, and end where they should. */
export function cut(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token.startsWith('\u001b')) kept += token;
    else if (width >= 0) {
      const wider = width + widthOf(token);
      const fits = wider <= columns - 1;
      kept += fits ? token : columns < 1 ? '' : '…';
      width = fits ? wider : -1;
    }
  }
  return kept;
}

export function padded(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, columns - textWidth(text)));
  return side === 'left' ? text + space : space + text;
}

/** Puts words together into lines of at most so many columns, breaking only between them. */
export function wrapped(words: readonly string[], columns: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer) > columns) {
      lines.push(line);
      line = indent + word;
    } else {
      line = longer;
    }
  }
  return line === '' ? lines : [...lines, line];
}
