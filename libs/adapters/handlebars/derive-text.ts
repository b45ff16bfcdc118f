import { branchesOf, type Piece } from './pieces.js';

/** Marks that stand for expressions while html is turned into text: characters that mean nothing to anybody. */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const MARK = new RegExp(`${OPEN}(\\d+)(v|b|o|e)${CLOSE}`, 'g');
const MARK_CHARACTERS = new RegExp(`[${OPEN}${CLOSE}]`, 'g');
/** A line that holds nothing but the beginnings and ends of blocks leaves no line behind. */
const BLOCK_LINE = new RegExp(`^[ \\t]*((?:${OPEN}\\d+[boe]${CLOSE})+)[ \\t]*\\n`, 'gm');

/** Takes html and gives the text a reader would see. */
export type HtmlToText = (html: string) => string;

let loaded: Promise<HtmlToText> | undefined;

/** Loaded when the first template without a text part comes, and made ready once: that takes longer than its use. */
export function loadHtmlToText(): Promise<HtmlToText> {
  loaded ??= makeHtmlToText();
  return loaded;
}

async function makeHtmlToText(): Promise<HtmlToText> {
  const { compile } = await import('html-to-text');
  return compile({
    wordwrap: false,
    formatters: {
      alternative: (elem, _walk, builder) => {
        builder.addInline(String(elem.attribs?.['alt'] ?? ''), {});
      },
      // Most tables of a mail are its layout: rows are lines, and what stands beside each other is kept apart.
      cell: (elem, walk, builder) => {
        walk(elem.children, builder);
        builder.addInline(' ', {});
      },
    },
    selectors: [
      { selector: 'img', format: 'alternative' },
      { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
      { selector: 'td', format: 'cell' },
      { selector: 'th', format: 'cell' },
      {
        selector: 'a',
        options: { linkBrackets: ['<', '>'], hideLinkHrefIfSameAsText: true, noAnchorUrl: true },
      },
      // What only programs see: the preview line, spacers.
      { selector: '[style*="display:none"]', format: 'skip' },
      { selector: '[style*="display: none"]', format: 'skip' },
      { selector: '[aria-hidden="true"]', format: 'skip' },
      { selector: '[hidden]', format: 'skip' },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
        selector,
        options: { uppercase: false },
      })),
    ],
  });
}

/**
 * The text part of a template that has only html, with the same expressions in it. Made once for a template, not once
 * for a message: the expressions go through the conversion as marks and are put back afterwards.
 */
export function deriveText(html: readonly Piece[], toText: HtmlToText): Piece[] {
  const marked = new Marked(html);
  const text = toText(marked.html)
    .replace(BLOCK_LINE, '$1')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return new Restoring(marked.marks).restore(`${text}\n`);
}

interface Mark {
  readonly piece: Exclude<Piece, { kind: 'text' | 'url' }>;
  /** Blocks around it that change what a name means. */
  readonly scopes: number;
}

/** Html with its expressions as marks: one for a value; for a block its beginning, its else and its end. */
class Marked {
  readonly html: string;
  readonly marks: Mark[] = [];

  constructor(pieces: readonly Piece[]) {
    this.html = this.#write(pieces, 0);
  }

  #write(pieces: readonly Piece[], scopes: number): string {
    return pieces.map((piece) => this.#writePiece(piece, scopes)).join('');
  }

  #writePiece(piece: Piece, scopes: number): string {
    if (piece.kind === 'text') return piece.text.replace(MARK_CHARACTERS, '');
    if (piece.kind === 'url') return this.#write(piece.body, scopes);
    const mark = this.marks.push({ piece, scopes }) - 1;
    if (piece.kind === 'value') return `${OPEN}${mark}v${CLOSE}`;
    const [first = [], second = []] = branchesOf(piece);
    const inner = piece.kind === 'if' ? scopes : scopes + 1;
    const written = `${this.#write(first, inner)}${OPEN}${mark}o${CLOSE}${this.#write(second, scopes)}`;
    return `${OPEN}${mark}b${CLOSE}${written}${OPEN}${mark}e${CLOSE}`;
  }
}

interface OpenBlock {
  readonly mark: number;
  readonly block: Exclude<Mark['piece'], { kind: 'value' }>;
  readonly first: Piece[];
  readonly second: Piece[];
  inSecond: boolean;
}

/** Puts expressions back in the place of their marks. */
class Restoring {
  readonly #marks: readonly Mark[];
  readonly #out: Piece[] = [];
  readonly #open: OpenBlock[] = [];

  constructor(marks: readonly Mark[]) {
    this.#marks = marks;
  }

  restore(text: string): Piece[] {
    let from = 0;
    for (const match of text.matchAll(MARK)) {
      this.#text(text.slice(from, match.index));
      this.#mark(Number(match[1]), match[2] ?? '');
      from = match.index + match[0].length;
    }
    while (this.#open.length > 0) this.#dissolve();
    this.#text(text.slice(from));
    return this.#out;
  }

  #text(text: string): void {
    if (text !== '') this.#sink().push({ kind: 'text', text, line: 1 });
  }

  #mark(number: number, what: string): void {
    const mark = this.#marks[number];
    if (!mark) return;
    const { piece, scopes } = mark;
    const inPlace = scopes === this.#scopes();
    if (piece.kind === 'value') {
      if (inPlace) this.#sink().push({ ...piece, context: 'plain' });
    } else if (what === 'b') {
      if (inPlace) this.#open.push({ mark: number, block: piece, first: [], second: [], inSecond: false });
    } else {
      this.#turn(number, what);
    }
  }

  /** The else or the end of a block. Blocks begun in it and not ended come to an end with it. */
  #turn(number: number, what: string): void {
    const at = this.#open.findIndex(({ mark }) => mark === number);
    if (at < 0) return;
    while (this.#open.length > at + 1) this.#dissolve();
    const block = this.#open[at];
    if (!block) return;
    if (what === 'o') block.inSecond = true;
    else {
      this.#open.pop();
      this.#sink().push(rebuilt(block));
    }
  }

  /** A condition whose end was lost leaves what stood in it unconditional; a loop, whose names are lost, nothing. */
  #dissolve(): void {
    const block = this.#open.pop();
    if (block?.block.kind === 'if') this.#sink().push(...block.first, ...block.second);
  }

  #sink(): Piece[] {
    const last = this.#open.at(-1);
    if (!last) return this.#out;
    return last.inSecond ? last.second : last.first;
  }

  #scopes(): number {
    return this.#open.filter(({ block, inSecond }) => block.kind !== 'if' && !inSecond).length;
  }
}

function rebuilt({ block, first, second }: OpenBlock): Piece {
  if (block.kind === 'if') return { ...block, then: first, otherwise: second };
  return { ...block, body: first, otherwise: second };
}
