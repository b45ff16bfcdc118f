import { dataRefusal } from './faults.js';
import { formatDate, formatNumber } from './formats.js';
import {
  type Call,
  type CheckedUrl,
  type Condition,
  type Expression,
  type Focus,
  type Loop,
  type Piece,
  type PrintContext,
  type PrintedValue,
  variablesIn,
} from './pieces.js';
import type { PiecedText } from '#domain/kernel/text.js';
import type { Run } from './run.js';
import { Sheet } from './sheet.js';
import { cssText, cssUrl, escapeHtml, isSafeUrl, isTruthy, property, textOf } from './values.js';

/** What an each or with looks at, seen from inside it. */
interface Scope {
  readonly value: unknown;
  readonly key: string | number | undefined;
  readonly index: number;
  readonly last: boolean;
  readonly parent: Scope | undefined;
}

/** Steps: a format in a locale or zone not seen before has to be made ready. */
const FORMAT_COST = 20;

/** Prints one part of the message under way. */
export type PrintPart = () => PiecedText;
type Print = (scope: Scope | undefined) => void;
type Read = (scope: Scope | undefined) => unknown;

/** Makes pieces into a function that prints them. Done once for a template; what it makes runs once a message. */
export function emit(pieces: readonly Piece[], run: Run, locale: string): PrintPart {
  const sheet = new Sheet();
  const print = new Emitter(run, sheet, locale).sequence(pieces);
  return () => {
    sheet.begin();
    print(undefined);
    return sheet.end();
  };
}

class Emitter {
  readonly #run: Run;
  readonly #sheet: Sheet;
  readonly #locale: string;

  constructor(run: Run, sheet: Sheet, locale: string) {
    this.#run = run;
    this.#sheet = sheet;
    this.#locale = locale;
  }

  sequence(pieces: readonly Piece[]): Print {
    const prints: Print[] = [];
    let text = '';
    for (const piece of pieces) {
      if (piece.kind === 'text') {
        text += piece.text;
        continue;
      }
      if (text !== '') prints.push(this.#fixed(text));
      text = '';
      prints.push(this.#print(piece));
    }
    if (text !== '') prints.push(this.#fixed(text));
    const [first] = prints;
    if (first && prints.length === 1) return first;
    return (scope) => {
      for (const print of prints) print(scope);
    };
  }

  #fixed(text: string): Print {
    const sheet = this.#sheet;
    const number = sheet.keep(text);
    return () => sheet.printFixed(number);
  }

  #print(piece: Exclude<Piece, { kind: 'text' }>): Print {
    switch (piece.kind) {
      case 'value':
        return this.#value(piece);
      case 'if':
        return this.#condition(piece);
      case 'each':
        return this.#loop(piece);
      case 'with':
        return this.#focus(piece);
      case 'url':
        return this.#checkedUrl(piece);
    }
  }

  #value({ value, context }: PrintedValue): Print {
    const run = this.#run;
    const sheet = this.#sheet;
    const read = this.#read(value);
    const made = finishing(context, value);
    if (!made) return (scope) => sheet.printOwn(run.spend(textOf(read(scope))));
    return (scope) => sheet.printOwn(made(run.spend(textOf(read(scope)))));
  }

  #condition({ test, zeroCounts, then, otherwise }: Condition): Print {
    const run = this.#run;
    const [read, yes, no] = [this.#read(test), this.sequence(then), this.sequence(otherwise)];
    return (scope) => {
      run.step();
      if (isTruthy(read(scope), zeroCounts)) yes(scope);
      else no(scope);
    };
  }

  #loop({ over, body, otherwise }: Loop): Print {
    const run = this.#run;
    const [read, print, none] = [this.#read(over), this.sequence(body), this.sequence(otherwise)];
    return (scope) => {
      run.step();
      const list = read(scope);
      const keys = Array.isArray(list) ? undefined : keysOf(list);
      const count = keys ? keys.length : (list as unknown[]).length;
      if (count === 0) return none(scope);
      for (let index = 0; index < count; index++) {
        run.step();
        const key = keys ? (keys[index] as string) : index;
        const value = keys ? property(list, key as string) : (list as unknown[])[index];
        print({ value, key, index, last: index === count - 1, parent: scope });
      }
    };
  }

  #focus({ on, body, otherwise }: Focus): Print {
    const run = this.#run;
    const [read, print, none] = [this.#read(on), this.sequence(body), this.sequence(otherwise)];
    return (scope) => {
      run.step();
      const value = read(scope);
      if (!isTruthy(value, true)) return none(scope);
      return print({ value, key: undefined, index: 0, last: false, parent: scope });
    };
  }

  #checkedUrl({ body }: CheckedUrl): Print {
    const sheet = this.#sheet;
    const print = this.sequence(body);
    const variables = variablesIn(body);
    return (scope) => {
      const place = sheet.here;
      print(scope);
      if (isSafeUrl(sheet.since(place))) return;
      const detail = `Not a URL a mail may hold: ${variables.join(', ')}.`;
      throw dataRefusal(
        'unsafe_url',
        detail,
        variables,
        'would make a URL with a scheme that mails may not use.',
      );
    };
  }

  #read(expression: Expression): Read {
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression;
        return () => value;
      }
      case 'root': {
        const { slots } = this.#run;
        const slot = this.#run.slotOf(expression.name);
        return along(() => slots[slot], expression.rest);
      }
      case 'local':
        return along(
          outwards(expression.up, (scope) => scope?.value),
          expression.rest,
        );
      case 'loop':
        return outwards(expression.up, loopState(expression.field));
      case 'call':
        return this.#call(expression);
    }
  }

  #call({ format, args, options }: Call): Read {
    const [value = () => undefined, second = () => undefined] = args.map((arg) => this.#read(arg));
    if (format === 'default') {
      return (scope) => {
        const given = value(scope);
        return given === undefined || given === null || given === '' ? second(scope) : given;
      };
    }
    const run = this.#run;
    const locale = this.#locale;
    const reads = Object.entries(options).map(([key, option]) => [key, this.#read(option)] as const);
    const chosen = (scope: Scope | undefined): Record<string, unknown> => {
      run.step(FORMAT_COST);
      return Object.fromEntries(reads.map(([key, read]) => [key, read(scope)]));
    };
    if (format === 'number') return (scope) => formatNumber(value(scope), chosen(scope), locale);
    return (scope) => formatDate(value(scope), second(scope), chosen(scope), locale);
  }
}

/** What is done to a value before it stands in its place, if anything. */
function finishing(context: PrintContext, value: Expression): ((text: string) => string) | undefined {
  switch (context) {
    case 'plain':
      return undefined;
    case 'html':
      // Of an index there is nothing to escape.
      return value.kind === 'loop' && value.field !== 'key' ? undefined : escapeHtml;
    case 'comment':
      return (text) => escapeHtml(text.replaceAll('-', ''));
    case 'css':
      return cssText;
    case 'css-url':
      return (text) => escapeHtml(cssUrl(text));
  }
}

function along(read: Read, path: readonly string[]): Read {
  const [first, ...rest] = path;
  if (first === undefined) return read;
  return along((scope) => property(read(scope), first), rest);
}

function outwards(up: number, read: (scope: Scope | undefined) => unknown): Read {
  if (up === 0) return read;
  return outwards(up - 1, (scope) => read(scope?.parent));
}

function loopState(field: 'index' | 'key' | 'first' | 'last'): (scope: Scope | undefined) => unknown {
  if (field === 'first') return (scope) => scope?.index === 0;
  return (scope) => scope?.[field];
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
