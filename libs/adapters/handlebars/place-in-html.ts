import { judgeUrl } from '#domain/templating/model/url-safety.js';
import { SourceFault } from './faults.js';
import { HtmlScanner, type ScannerState } from './html-scanner.js';
import type { Piece, PrintedValue, StaticText } from './pieces.js';
import { resolveReferences } from './values.js';

/** Attributes whose value a client may follow or load. */
const URL_ATTRIBUTES = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'background',
  'poster',
  'cite',
  'longdesc',
  'data',
  'xlink:href',
  'dynsrc',
  'lowsrc',
  'codebase',
  'manifest',
]);
const CSS_RUNS_CODE = /url\(\s*["']?\s*(?:java|vb)script\s*:/i;
/** The end of a style in the middle of an address. */
const IN_CSS_URL = /url\(\s*["']?[^)"']*$/i;
const STYLE_MEMORY = 2_000;
/** A character reference that the next character may belong to. */
const HALF_A_REFERENCE = /&#?\w*$/;

/**
 * Finds out where in the document each value is printed, and changes the pieces to suit: a value in an attribute that
 * holds a URL has the whole attribute checked when it is rendered, unless what stands in front of it has decided
 * already that it can only be a path. All of this is done once, so that rendering costs what it must and no more.
 *
 * @throws SourceFault `unsafe_url` for what is unsafe whatever the data, `template_forbidden_expression` for a value
 * where no escaping makes it harmless
 */
export function placeInHtml(pieces: readonly Piece[]): Piece[] {
  return new Placement().place(pieces);
}

/** The value of an attribute, while it is being read. */
interface OpenValue {
  /** Blocks around its beginning: it has to end among the same. */
  readonly level: number;
  readonly holdsUrl: boolean;
  /** False if it may hold whatever html lets it hold. */
  readonly isWatched: boolean;
  readonly pieces: Piece[];
  /** What it begins with, as long as nothing variable has come. */
  prefix: string | undefined;
  decided: boolean;
  /** The latest of a style, variables standing in it as x; undefined in other attributes. */
  style: string | undefined;
}

class Placement {
  readonly #scanner = new HtmlScanner();
  #value: OpenValue | undefined;
  #level = 0;

  place(pieces: readonly Piece[]): Piece[] {
    const out: Piece[] = [];
    for (const piece of merged(pieces)) {
      if (piece.kind === 'text') this.#text(piece, out);
      else this.#sink(out).push(piece.kind === 'value' ? this.#printed(piece) : this.#block(piece));
    }
    return out;
  }

  /** Where pieces go at this level: into the value being read, or out. */
  #sink(out: Piece[]): Piece[] {
    const value = this.#value;
    return value?.isWatched && value.level === this.#level ? value.pieces : out;
  }

  /** Cuts a text only where a value begins or ends that has to be looked at. */
  #text(piece: StaticText, out: Piece[]): void {
    const { text } = piece;
    let from = 0;
    for (let at = 0; at < text.length;) {
      const stop = this.#scanner.scan(text, at);
      const opened =
        stop.why === 'value-begins' ? openedValue(this.#scanner.state.attribute, this.#level) : undefined;
      if (opened?.isWatched || this.#value?.isWatched || stop.why === 'text-ends') {
        this.#write(piece, from, stop.at, out);
        from = stop.at;
      }
      at = stop.at;
      if (opened) this.#value = opened;
      else if (stop.why === 'value-ends') {
        this.#closeValue(piece, at, out);
        at = this.#scanner.leaveValue(at);
      }
    }
    this.#write(piece, from, text.length, out);
  }

  #write(piece: StaticText, from: number, to: number, out: Piece[]): void {
    if (from === to) return;
    const text = piece.text.slice(from, to);
    const value = this.#value;
    if (CSS_RUNS_CODE.test(text) || (value && this.#isUnsafe(value, text))) throw unsafe(piece, from);
    this.#sink(out).push({ ...piece, text });
  }

  #isUnsafe(value: OpenValue, text: string): boolean {
    if (value.style !== undefined) {
      value.style = (value.style + text).slice(-STYLE_MEMORY);
      return CSS_RUNS_CODE.test(resolveReferences(value.style));
    }
    if (!value.holdsUrl || value.prefix === undefined) return false;
    value.prefix += text;
    const verdict = judgeUrl(resolveReferences(value.prefix), false);
    const settled = verdict === 'safe' && !HALF_A_REFERENCE.test(value.prefix);
    if (settled && value.level === this.#level) value.decided = true;
    return verdict === 'unsafe';
  }

  #closeValue(piece: StaticText, at: number, out: Piece[]): void {
    const value = this.#value;
    if (!value || value.level !== this.#level) throw crossing(lineAt(piece, at));
    this.#value = undefined;
    const { pieces, prefix, holdsUrl, decided } = value;
    if (!value.isWatched) return;
    if (holdsUrl && prefix !== undefined && judgeUrl(resolveReferences(prefix), true) === 'unsafe') {
      throw unsafe(piece, at);
    }
    const isStatic = pieces.every(({ kind }) => kind === 'text');
    if (!holdsUrl || isStatic || decided) out.push(...pieces);
    else out.push({ kind: 'url', body: pieces });
  }

  #printed(piece: PrintedValue): Piece {
    const { line } = piece;
    const { place, element, attribute, quote, dashed } = this.#scanner.state;
    switch (place) {
      case 'text':
      case 'declaration':
        return piece;
      case 'comment':
        // With nothing printed, the dash in front and what follows would be neighbours, and might end the comment.
        if (dashed) throw misplaced(line, 'right behind a dash in a comment');
        return { ...piece, context: 'comment' };
      case 'raw-text':
        if (element === 'style') return { ...piece, context: 'css' };
        throw misplaced(line, `in <${element}>`);
      case 'value':
        if (quote === '') throw misplaced(line, `in ${attribute}= without quotes`);
        return this.#inAttribute(piece, attribute);
      default:
        throw misplaced(line, 'inside a tag, outside the quotes of an attribute');
    }
  }

  #inAttribute(piece: PrintedValue, attribute: string): Piece {
    if (attribute.startsWith('on') || attribute === 'srcdoc') throw misplaced(piece.line, `in ${attribute}=`);
    const value = this.#value;
    if (value) value.prefix = undefined;
    if (value?.style === undefined) return piece;
    const inUrl = IN_CSS_URL.test(resolveReferences(value.style));
    value.style += 'x';
    if (!inUrl) return { ...piece, context: 'css' };
    return { kind: 'url', body: [{ ...piece, context: 'css-url' }] };
  }

  #block(piece: Exclude<Piece, { kind: 'text' | 'value' }>): Piece {
    if (piece.kind === 'url') return piece;
    const { line } = piece;
    this.#scanner.endName();
    const entry = this.#scanner.state;
    if (!mayHoldBlock(entry))
      throw misplaced(line, 'where a tag, a comment or a value without quotes is half written');
    const prefix = this.#value?.prefix;
    const branch = (pieces: readonly Piece[]): Piece[] => {
      this.#scanner.state = entry;
      if (this.#value) this.#value.prefix = prefix;
      this.#level++;
      const placed = this.place(pieces);
      this.#level--;
      this.#scanner.endName();
      if (!isSame(this.#scanner.state, entry)) throw crossing(line);
      return placed;
    };
    const placed = this.#branches(piece, branch);
    if (this.#value) this.#value.prefix = undefined;
    return placed;
  }

  #branches(
    piece: Exclude<Piece, { kind: 'text' | 'value' | 'url' }>,
    place: (pieces: readonly Piece[]) => Piece[],
  ): Piece {
    if (piece.kind === 'if') return { ...piece, then: place(piece.then), otherwise: place(piece.otherwise) };
    return { ...piece, body: place(piece.body), otherwise: place(piece.otherwise) };
  }
}

function openedValue(attribute: string, level: number): OpenValue {
  const holdsUrl = URL_ATTRIBUTES.has(attribute);
  const isStyle = attribute === 'style';
  return {
    level,
    holdsUrl,
    isWatched: holdsUrl || isStyle,
    pieces: [],
    prefix: '',
    decided: false,
    style: isStyle ? '' : undefined,
  };
}

/** Neighbouring texts as one: `<{{! comment }}a` is read as it will be written. */
function merged(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (piece.kind === 'text' && last?.kind === 'text')
      out[out.length - 1] = { ...last, text: last.text + piece.text };
    else out.push(piece);
  }
  return out;
}

function mayHoldBlock({ place, quote, dashed }: ScannerState): boolean {
  if (place === 'value') return quote !== '';
  return !dashed && place !== 'tag-open' && place !== 'before-value';
}

function isSame(a: ScannerState, b: ScannerState): boolean {
  const same = a.place === b.place && a.element === b.element && a.attribute === b.attribute;
  return same && a.quote === b.quote && a.dashed === b.dashed;
}

function lineAt({ text, line }: StaticText, at: number): number {
  let lines = line;
  for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', next + 1)) lines++;
  return lines;
}

function unsafe(piece: StaticText, at: number): SourceFault {
  return new SourceFault('unsafe_url', lineAt(piece, at), 'A URL with a scheme that mails may not use.');
}

function misplaced(line: number, where: string): SourceFault {
  return new SourceFault('template_forbidden_expression', line, `A value or block cannot stand ${where}.`);
}

function crossing(line: number): SourceFault {
  const detail = 'Each branch of a block ends where it began: in the text, or in the same tag or attribute.';
  return new SourceFault('template_forbidden_expression', line, detail);
}
