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

const RAW_TEXT = new Set(['script', 'style']);
const SPACE = /\s/;
const LETTER = /[a-z]/i;
const endsName = (char: string): boolean => char === '=' || char === '/' || char === '>' || SPACE.test(char);
/** Outlook's conditional comments: to it, and therefore to us, what they hold is part of the document. */
const CONDITION = /<!--\[if[^\]]*\]>/iy;

/**
 * Reads html in the order it is written and knows at every moment where it is. The states are those of the HTML
 * standard's tokenizer (https://html.spec.whatwg.org/#tokenization), less what a mail has no use for.
 */
export class HtmlScanner {
  #state: ScannerState = { place: 'text', element: '', attribute: '', quote: '', dashed: false };

  get state(): ScannerState {
    return this.#state;
  }

  set state(state: ScannerState) {
    this.#state = state;
  }

  /** An expression that stands right behind a name ends the name: `<td{{#if wide}} colspan="2"{{/if}}>`. */
  endName(): void {
    const { place, element } = this.#state;
    if (place === 'tag-name' || place === 'attribute-name' || place === 'after-attribute-name') {
      this.#go('tag', { element });
    }
  }

  /** Reads on from `at` until something happens. */
  scan(text: string, at: number): Stop {
    let next = at;
    while (next < text.length) {
      const before = this.#state.place;
      next = this.#step(text, next);
      if (this.#state.place === 'value' && before === 'before-value')
        return { why: 'value-begins', at: next };
      if (before === 'value' && this.#state.place === 'tag') return { why: 'value-ends', at: next };
    }
    return { why: 'text-ends', at: text.length };
  }

  /** Steps over the quote or space that ended a value. */
  leaveValue(at: number): number {
    const { element, quote } = this.#state;
    return this.#go('tag', { element }, quote === '' ? at : at + 1);
  }

  #step(text: string, at: number): number {
    switch (this.#state.place) {
      case 'text':
        return this.#inText(text, at);
      case 'raw-text':
        return this.#inRawText(text, at);
      case 'comment':
        return this.#inComment(text, at);
      case 'declaration':
        return this.#until(text, at, '>', () => this.#go('text'));
      case 'tag-open':
        return this.#inTagOpen(text, at);
      case 'tag-name':
        return this.#inTagName(text, at);
      case 'tag':
        return this.#inTag(text, at);
      case 'attribute-name':
      case 'after-attribute-name':
        return this.#inAttribute(text, at);
      case 'before-value':
        return this.#beforeValue(text, at);
      case 'value':
        return this.#inValue(text, at);
    }
  }

  #inText(text: string, at: number): number {
    const open = text.indexOf('<', at);
    if (open < 0) return text.length;
    CONDITION.lastIndex = open;
    if (CONDITION.test(text)) return CONDITION.lastIndex;
    if (!text.startsWith('<!--', open)) return this.#go('tag-open', {}, open + 1);
    // <!--> and <!---> are comments of their own.
    const short = /^-?>/.exec(text.slice(open + 4, open + 6));
    if (short) return open + 4 + short[0].length;
    return this.#go('comment', { dashed: true }, open + 4);
  }

  #inTagOpen(text: string, at: number): number {
    const char = text[at] ?? '';
    if (char === '/' && this.#state.element !== '/') return this.#go('tag-open', { element: '/' }, at + 1);
    if (LETTER.test(char)) return this.#go('tag-name', { element: this.#state.element }, at);
    if (char === '!' || char === '?' || this.#state.element === '/') return this.#go('declaration', {}, at);
    return this.#go('text', {}, at);
  }

  #inTagName(text: string, at: number): number {
    const end = this.#find(text, at, (char) => SPACE.test(char) || char === '/' || char === '>');
    const element = this.#state.element + text.slice(at, end).toLowerCase();
    return end < text.length ? this.#go('tag', { element }, end) : this.#go('tag-name', { element }, end);
  }

  #inTag(text: string, at: number): number {
    const char = text[at] ?? '';
    if (char === '>') return this.#endTag(at + 1);
    if (SPACE.test(char) || char === '/') return at + 1;
    return this.#go('attribute-name', { element: this.#state.element }, at);
  }

  #inAttribute(text: string, at: number): number {
    const { place, element } = this.#state;
    // An = in front is part of the name.
    const first = place === 'attribute-name' && this.#state.attribute === '' ? at + 1 : at;
    const end = place === 'attribute-name' ? this.#find(text, first, endsName) : at;
    const attribute = this.#state.attribute + text.slice(at, end).toLowerCase();
    if (end >= text.length) return this.#go(place, { element, attribute }, end);
    const char = text[end] ?? '';
    if (char === '=') return this.#go('before-value', { element, attribute }, end + 1);
    if (SPACE.test(char)) return this.#go('after-attribute-name', { element, attribute }, end + 1);
    return this.#go('tag', { element }, end);
  }

  #beforeValue(text: string, at: number): number {
    const { element, attribute } = this.#state;
    const char = text[at] ?? '';
    if (SPACE.test(char)) return at + 1;
    if (char === '>') return this.#go('tag', { element }, at);
    if (char === '"' || char === "'") return this.#go('value', { element, attribute, quote: char }, at + 1);
    return this.#go('value', { element, attribute }, at);
  }

  #inValue(text: string, at: number): number {
    const { element, attribute, quote } = this.#state;
    const ends = (char: string): boolean =>
      quote === '' ? SPACE.test(char) || char === '>' : char === quote;
    const end = this.#find(text, at, ends);
    return end < text.length ? this.#go('tag', { element, attribute, quote }, end) : end;
  }

  #inRawText(text: string, at: number): number {
    const close = new RegExp(`</${this.#state.element}(?=[\\s/>])`, 'gi');
    close.lastIndex = at;
    const found = close.exec(text);
    return found ? this.#go('tag', { element: `/${this.#state.element}` }, close.lastIndex) : text.length;
  }

  #inComment(text: string, at: number): number {
    const close = /--!?>/g;
    close.lastIndex = at;
    if (close.exec(text)) return this.#go('text', {}, close.lastIndex);
    return this.#go('comment', { dashed: text.endsWith('-') }, text.length);
  }

  #until(text: string, at: number, char: string, then: () => void): number {
    const end = text.indexOf(char, at);
    if (end < 0) return text.length;
    then();
    return end + 1;
  }

  #endTag(at: number): number {
    const { element } = this.#state;
    return RAW_TEXT.has(element) ? this.#go('raw-text', { element }, at) : this.#go('text', {}, at);
  }

  #find(text: string, at: number, matches: (char: string) => boolean): number {
    let end = at;
    while (end < text.length && !matches(text[end] as string)) end++;
    return end;
  }

  #go(place: Place, about: Partial<Omit<ScannerState, 'place'>> = {}, at = 0): number {
    this.#state = { place, element: '', attribute: '', quote: '', dashed: false, ...about };
    return at;
  }
}
