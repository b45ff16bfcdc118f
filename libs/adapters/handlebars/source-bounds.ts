import { SourceFault } from './faults.js';
import { MAX_DEPTH, MAX_EXPRESSION_CHARS, MAX_EXPRESSIONS, MAX_TAGS } from './limits.js';

/**
 * Walks over a source without parsing it and refuses one that would be expensive to parse. The parser takes a second
 * over 2,000 nested blocks and then runs out of stack; this takes microseconds. It may count too much (a brace in a
 * string within an expression), never too little.
 *
 * @throws SourceFault `template_too_deep` | `template_too_large` | `template_forbidden_expression`
 */
export function boundSource(source: string): void {
  const walk = new Walk(source);
  for (let at = source.indexOf('{{'); at >= 0; at = source.indexOf('{{', walk.expression(at))) {
    // expression() does the work
  }
}

/** @throws SourceFault `template_too_large` for html that would be slow to read, and to make text of */
export function boundHtml(source: string): void {
  let tags = 0;
  for (let at = source.indexOf('<'); at >= 0; at = source.indexOf('<', at + 1)) {
    if (++tags > MAX_TAGS) {
      throw new SourceFault('template_too_large', lineOf(source, at), `More than ${MAX_TAGS} tags.`);
    }
  }
}

class Walk {
  readonly #source: string;
  /** One entry for each open block: how much closing it gives back. */
  readonly #open: number[] = [];
  #depth = 0;
  #expressions = 0;
  #chars = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Looks at the expression that begins at `at`; answers where to look on. */
  expression(at: number): number {
    const source = this.#source;
    // One backslash takes the meaning from the braces, two are a backslash in front of an expression.
    if (source[at - 1] === '\\' && source[at - 2] !== '\\') return at + 2;
    if (++this.#expressions > MAX_EXPRESSIONS) {
      throw this.#fault('template_too_large', at, `More than ${MAX_EXPRESSIONS} expressions.`);
    }
    if (source.startsWith('{{{{', at)) {
      throw this.#fault('template_forbidden_expression', at, 'Raw blocks {{{{ }}}} are not available.');
    }
    const start = source[at + 2] === '~' ? at + 3 : at + 2;
    if (source[start] === '!') return this.#comment(start);
    const end = source.indexOf('}}', start);
    const body = source.slice(start, end < 0 ? undefined : end);
    this.#measure(body, at);
    return end < 0 ? source.length : end + 2;
  }

  #comment(start: number): number {
    const dashed = this.#source.startsWith('!--', start);
    const close = dashed ? /--~?\}\}/g : /\}\}/g;
    close.lastIndex = start;
    return close.exec(this.#source) ? close.lastIndex : this.#source.length;
  }

  #measure(body: string, at: number): void {
    this.#chars += body.length;
    if (this.#chars > MAX_EXPRESSION_CHARS) {
      throw this.#fault(
        'template_too_large',
        at,
        `Expressions longer than ${MAX_EXPRESSION_CHARS} characters together.`,
      );
    }
    if (/^#|^\^\s*[^\s~}]/.test(body)) this.#deeper(at, this.#open.push(0) - 1);
    else if (/^\s*else\s*[^\s~}]/.test(body)) this.#deeper(at, this.#open.length - 1);
    else if (body.startsWith('/')) this.#depth -= this.#open.pop() ?? 0;
    if (body.split('(').length - 1 > MAX_DEPTH) throw this.#tooDeep(at);
  }

  #deeper(at: number, block: number): void {
    this.#open[block] = (this.#open[block] ?? 0) + 1;
    if (++this.#depth > MAX_DEPTH) throw this.#tooDeep(at);
  }

  #tooDeep(at: number): SourceFault {
    return this.#fault('template_too_deep', at, `Blocks or parentheses nested more than ${MAX_DEPTH} deep.`);
  }

  #fault(code: SourceFault['code'], at: number, detail: string): SourceFault {
    return new SourceFault(code, lineOf(this.#source, at), detail);
  }
}

function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}
