/** Where in a document a place is, as far as it matters for printing a value there. */
export type Place =
  | 'text'
  | 'raw-text'
  | 'comment'
  | 'declaration'
  | 'tag-open'
  | 'tag-name'
  | 'tag'
  | 'attribute-name'
  | 'after-attribute-name'
  | 'before-value'
  | 'value';

export interface ScannerState {
  readonly place: Place;
  /** Lower case; the tag being read, or the element whose raw text this is. */
  readonly element: string;
  /** Lower case; the attribute being read. */
  readonly attribute: string;
  /** What ends the value: a quote, or '' for a value without. */
  readonly quote: string;
  /** In a comment: the last character was a dash, so a > may be its end. */
  readonly dashed: boolean;
}

/** Why a scan stopped: the value of an attribute begins at or ends before `at`, or the text is at its end. */
export interface Stop {
  readonly why: 'value-begins' | 'value-ends' | 'text-ends';
  readonly at: number;
}

/** Outlook's conditional comments: to it, and therefore to us, what they hold is part of the document. */
const CONDITION = /<!--\[if[^\]]*\]>/iy;
const COMMENT_END = /--!?>/g;
/** What ends each kind of word. */
const TAG_NAME_END = /[\s/>]/g;
const ATTRIBUTE_NAME_END = /[\s/>=]/g;
const UNQUOTED_END = /[\s>]/g;
const NOT_SPACE_IN_TAG = /[^\s/]/g;
const NOT_SPACE = /\S/g;
const LETTER = /[a-z]/i;

/**
 * Reads html in the order it is written and knows at every moment where it is. The states are those of the HTML
 * standard's tokenizer (https://html.spec.whatwg.org/#tokenization), less what a mail has no use for.
 */
export class HtmlScanner {
  #place: Place = 'text';
  #element = '';
  #attribute = '';
  #quote = '';
  #dashed = false;

  get state(): ScannerState {
    return {
      place: this.#place,
      element: this.#element,
      attribute: this.#attribute,
      quote: this.#quote,
      dashed: this.#dashed,
    };
  }

  set state({ place, element, attribute, quote, dashed }: ScannerState) {
    this.#place = place;
    this.#element = element;
    this.#attribute = attribute;
    this.#quote = quote;
    this.#dashed = dashed;
  }

  /** An expression that stands right behind a name ends the name: `<td{{#if wide}} colspan="2"{{/if}}>`. */
  endName(): void {
    const place = this.#place;
    if (place === 'tag-name' || place === 'attribute-name' || place === 'after-attribute-name')
      this.#toTag(0);
  }

  /** Reads on from `at` until something happens. */
  scan(text: string, at: number): Stop {
    let next = at;
    while (next < text.length) {
      const before = this.#place;
      next = this.#step(text, next);
      if (before === 'before-value' && this.#place === 'value') return { why: 'value-begins', at: next };
      if (before === 'value' && this.#place === 'tag') return { why: 'value-ends', at: next };
    }
    return { why: 'text-ends', at: text.length };
  }

  /** Steps over the quote or space that ended a value. */
  leaveValue(at: number): number {
    return this.#toTag(this.#quote === '' ? at : at + 1);
  }

  #step(text: string, at: number): number {
    switch (this.#place) {
      case 'text':
        return this.#inText(text, at);
      case 'raw-text':
        return this.#inRawText(text, at);
      case 'comment':
        return this.#inComment(text, at);
      case 'declaration':
        return this.#inDeclaration(text, at);
      case 'tag-open':
        return this.#inTagOpen(text, at);
      case 'tag-name':
        return this.#inTagName(text, at);
      case 'tag':
        return this.#inTag(text, at);
      case 'attribute-name':
        return this.#inAttributeName(text, at);
      case 'after-attribute-name':
        return this.#afterAttributeName(text, at);
      case 'before-value':
        return this.#beforeValue(text, at);
      case 'value':
        return this.#inValue(text, at);
    }
  }

  #inText(text: string, at: number): number {
    const open = text.indexOf('<', at);
    if (open < 0) return text.length;
    if (!text.startsWith('<!--', open)) return this.#go('tag-open', '', open + 1);
    CONDITION.lastIndex = open;
    if (CONDITION.test(text)) return CONDITION.lastIndex;
    // <!--> and <!---> are comments of their own.
    const short = /^-?>/.exec(text.slice(open + 4, open + 6));
    if (short) return open + 4 + short[0].length;
    this.#dashed = true;
    return this.#go('comment', '', open + 4);
  }

  #inTagOpen(text: string, at: number): number {
    const char = text.charAt(at);
    if (LETTER.test(char)) return this.#go('tag-name', this.#element, at);
    if (char === '/' && this.#element === '') return this.#go('tag-open', '/', at + 1);
    if (char === '!' || char === '?' || this.#element === '/') return this.#go('declaration', '', at);
    return this.#go('text', '', at);
  }

  #inTagName(text: string, at: number): number {
    const end = find(TAG_NAME_END, text, at);
    this.#element += text.slice(at, end).toLowerCase();
    return end < text.length ? this.#toTag(end) : end;
  }

  #inTag(text: string, at: number): number {
    const next = find(NOT_SPACE_IN_TAG, text, at);
    if (next === text.length) return next;
    if (text.charAt(next) === '>') return this.#endTag(next + 1);
    this.#attribute = '';
    return this.#go('attribute-name', this.#element, next);
  }

  #inAttributeName(text: string, at: number): number {
    // An = in front is part of the name.
    const end = find(ATTRIBUTE_NAME_END, text, this.#attribute === '' ? at + 1 : at);
    this.#attribute += text.slice(at, end).toLowerCase();
    return end < text.length ? this.#go('after-attribute-name', this.#element, end) : end;
  }

  #afterAttributeName(text: string, at: number): number {
    const next = find(NOT_SPACE, text, at);
    if (next === text.length) return next;
    if (text.charAt(next) === '=') return this.#go('before-value', this.#element, next + 1);
    return this.#toTag(next);
  }

  #beforeValue(text: string, at: number): number {
    const next = find(NOT_SPACE, text, at);
    if (next === text.length) return next;
    const char = text.charAt(next);
    if (char === '>') return this.#toTag(next);
    this.#quote = char === '"' || char === "'" ? char : '';
    return this.#go('value', this.#element, this.#quote === '' ? next : next + 1);
  }

  #inValue(text: string, at: number): number {
    const end =
      this.#quote === '' ? find(UNQUOTED_END, text, at) : endOf(text.indexOf(this.#quote, at), text);
    return end < text.length ? this.#go('tag', this.#element, end) : end;
  }

  #inRawText(text: string, at: number): number {
    const close = this.#element === 'style' ? /<\/style(?=[\s/>])/gi : /<\/script(?=[\s/>])/gi;
    close.lastIndex = at;
    return close.test(text) ? this.#go('tag', `/${this.#element}`, close.lastIndex) : text.length;
  }

  #inComment(text: string, at: number): number {
    COMMENT_END.lastIndex = at;
    const ends = COMMENT_END.test(text);
    this.#dashed = !ends && text.endsWith('-');
    return ends ? this.#go('text', '', COMMENT_END.lastIndex) : text.length;
  }

  #inDeclaration(text: string, at: number): number {
    const end = text.indexOf('>', at);
    return end < 0 ? text.length : this.#go('text', '', end + 1);
  }

  #endTag(at: number): number {
    const isRaw = this.#element === 'script' || this.#element === 'style';
    return this.#go(isRaw ? 'raw-text' : 'text', isRaw ? this.#element : '', at);
  }

  #toTag(at: number): number {
    this.#attribute = '';
    this.#quote = '';
    return this.#go('tag', this.#element, at);
  }

  #go(place: Place, element: string, at: number): number {
    this.#place = place;
    this.#element = element;
    return at;
  }
}

/** Where the first match is, from `at` on; the end of the text if there is none. */
function find(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex - 1 : text.length;
}

function endOf(index: number, text: string): number {
  return index < 0 ? text.length : index;
}
