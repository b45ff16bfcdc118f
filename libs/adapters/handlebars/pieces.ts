/**
 * A template after reading: plain data in which everything that is not allowed can no longer be written down. Nothing
 * in it becomes code; rendering walks over it with functions of ours.
 */
export type Piece = StaticText | PrintedValue | Condition | Loop | Focus | CheckedUrl;

export interface StaticText {
  readonly kind: 'text';
  readonly text: string;
  readonly line: number;
}

/** Where a value is printed, which decides what has to be done to it. */
export type PrintContext = 'plain' | 'html' | 'comment' | 'css' | 'css-url';

export interface PrintedValue {
  readonly kind: 'value';
  readonly value: Expression;
  readonly context: PrintContext;
  readonly line: number;
}

/** `{{#if}}`, and `{{#unless}}` with its branches exchanged. */
export interface Condition {
  readonly kind: 'if';
  readonly test: Expression;
  readonly zeroCounts: boolean;
  readonly then: readonly Piece[];
  readonly otherwise: readonly Piece[];
  readonly line: number;
}

export interface Loop {
  readonly kind: 'each';
  readonly over: Expression;
  readonly body: readonly Piece[];
  readonly otherwise: readonly Piece[];
  readonly line: number;
}

export interface Focus {
  readonly kind: 'with';
  readonly on: Expression;
  readonly body: readonly Piece[];
  readonly otherwise: readonly Piece[];
  readonly line: number;
}

/** The value of an attribute that holds a URL, to be judged as a whole once its values are known. */
export interface CheckedUrl {
  readonly kind: 'url';
  readonly body: readonly Piece[];
}

export type Expression = Literal | RootVariable | LocalVariable | LoopState | Call;

export interface Literal {
  readonly kind: 'literal';
  readonly value: string | number | boolean | undefined;
}

/** A variable of the message: `attributes.city` is the name `attributes` and the rest `['city']`. */
export interface RootVariable {
  readonly kind: 'root';
  readonly name: string;
  readonly rest: readonly string[];
}

/** Something of the value that an enclosing each or with looks at; `up` counts outwards from the innermost. */
export interface LocalVariable {
  readonly kind: 'local';
  readonly up: number;
  readonly rest: readonly string[];
}

export interface LoopState {
  readonly kind: 'loop';
  readonly up: number;
  readonly field: 'index' | 'key' | 'first' | 'last';
}

export type FormatName = 'default' | 'date' | 'number';

export interface Call {
  readonly kind: 'call';
  readonly format: FormatName;
  readonly args: readonly Expression[];
  readonly options: Readonly<Record<string, Expression>>;
}

/** The dotted names of message variables that an expression reads. */
function variablesOf(expression: Expression): string[] {
  if (expression.kind === 'root') return [[expression.name, ...expression.rest].join('.')];
  if (expression.kind !== 'call') return [];
  return [...expression.args, ...Object.values(expression.options)].flatMap(variablesOf);
}

/** The same over pieces, each name once, in order of first use. */
export function variablesIn(pieces: readonly Piece[]): string[] {
  const names = new Set<string>();
  const visit = (list: readonly Piece[]): void => {
    for (const piece of list) {
      for (const name of ownVariables(piece)) names.add(name);
      for (const branch of branchesOf(piece)) visit(branch);
    }
  };
  visit(pieces);
  return [...names];
}

export function branchesOf(piece: Piece): readonly (readonly Piece[])[] {
  switch (piece.kind) {
    case 'if':
      return [piece.then, piece.otherwise];
    case 'each':
    case 'with':
      return [piece.body, piece.otherwise];
    case 'url':
      return [piece.body];
    case 'text':
    case 'value':
      return [];
  }
}

function ownVariables(piece: Piece): string[] {
  switch (piece.kind) {
    case 'value':
      return variablesOf(piece.value);
    case 'if':
      return variablesOf(piece.test);
    case 'each':
      return variablesOf(piece.over);
    case 'with':
      return variablesOf(piece.on);
    case 'text':
    case 'url':
      return [];
  }
}
