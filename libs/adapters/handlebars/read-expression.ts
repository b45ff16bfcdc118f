import { isForbiddenName } from '#domain/templating/model/template-draft.js';
import { SourceFault } from './faults.js';
import { checkFormatOption } from './formats.js';
import { MAX_DEPTH } from './limits.js';
import type { Expression, FormatName, LoopState } from './pieces.js';

/** An each or with around an expression, and the names it gives to what it looks at (`as |item index|`). */
export interface Block {
  readonly kind: 'each' | 'with';
  readonly params: readonly string[];
}
type Scopes = readonly Block[];
type CallNode = Pick<hbs.AST.SubExpression, 'path' | 'params' | 'hash' | 'loc'>;

/** How many values each format takes. */
const FORMATS: Readonly<Record<FormatName, readonly [least: number, most: number]>> = {
  default: [2, 2],
  date: [1, 2],
  number: [1, 1],
};
const LOOP_FIELDS = new Set(['index', 'key', 'first', 'last']);
const MAX_SEGMENTS = 20;

/** `{{name}}`, or one of the formats with its values: `{{date startsAt "long"}}`. */
export function readCall(
  node: Omit<CallNode, 'path'> & { path: hbs.AST.Expression },
  scopes: Scopes,
  depth = 0,
): Expression {
  const path = pathNode(node.path);
  if (node.params.length === 0 && !node.hash) return readVariable(path, scopes);
  const line = node.loc.start.line;
  const format = path.original;
  if (!isFormat(format)) {
    throw forbidden(line, `There is no helper ${shorten(format)}: there are default, date and number.`);
  }
  const [least, most] = FORMATS[format];
  if (node.params.length < least || node.params.length > most) {
    throw new SourceFault('template_syntax', line, `${format} takes ${least} to ${most} values.`);
  }
  const args = node.params.map((param) => readPath(param, scopes, depth));
  const options: Record<string, Expression> = {};
  for (const { key, value } of node.hash?.pairs ?? []) {
    const option = readPath(value, scopes, depth);
    checkOption(format, key, option, line);
    options[key] = option;
  }
  if (format === 'date' && args[1]) checkOption(format, 'style', args[1], line);
  return { kind: 'call', format, args, options };
}

/** A value given to a block or a format: a literal, a variable, or a format in parentheses. */
export function readPath(node: hbs.AST.Expression, scopes: Scopes, depth = 0): Expression {
  switch (node.type) {
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
      return { kind: 'literal', value: (node as hbs.AST.StringLiteral | hbs.AST.NumberLiteral).value };
    case 'NullLiteral':
    case 'UndefinedLiteral':
      return { kind: 'literal', value: undefined };
    case 'SubExpression': {
      if (depth >= MAX_DEPTH) {
        throw new SourceFault('template_too_deep', node.loc.start.line, 'Parentheses nested too deep.');
      }
      return readCall(node as hbs.AST.SubExpression, scopes, depth + 1);
    }
    default:
      return readVariable(pathNode(node), scopes);
  }
}

function readVariable(path: hbs.AST.PathExpression, scopes: Scopes): Expression {
  const line = path.loc.start.line;
  const parts = segments(path);
  if (path.data) return readData(path, parts, scopes);
  if (path.depth > scopes.length)
    throw forbidden(line, 'There is nothing above this block for ../ to reach.');
  const named =
    path.depth === 0 && !/^(this\b|\.)/.test(path.original) ? blockParam(parts, scopes) : undefined;
  if (named) return named;
  if (path.depth < scopes.length) return { kind: 'local', up: path.depth, rest: parts };
  return rootVariable(parts, line);
}

function rootVariable([name, ...rest]: readonly string[], line: number): Expression {
  // All variables of a message at once would bring in whatever is added to messages later.
  if (name === undefined) throw forbidden(line, 'Name the variable: all of them at once cannot be had.');
  return { kind: 'root', name, rest };
}

/** The innermost block that declares the name has the say, as everywhere. */
function blockParam([name, ...rest]: readonly string[], scopes: Scopes): Expression | undefined {
  for (let up = 0; up < scopes.length; up++) {
    const at = scopes[scopes.length - 1 - up]?.params.indexOf(name ?? '') ?? -1;
    if (at === 0) return { kind: 'local', up, rest };
    if (at > 0) return { kind: 'loop', up, field: 'key' };
  }
  return undefined;
}

/** `@index` and its like, and `@root.name`. */
function readData(
  path: hbs.AST.PathExpression,
  [name = '', ...rest]: readonly string[],
  scopes: Scopes,
): Expression {
  const line = path.loc.start.line;
  if (path.depth === 0 && name === 'root') return rootVariable(rest, line);
  const up = scopes.toReversed().findIndex(({ kind }) => kind === 'each');
  if (path.depth > 0 || rest.length > 0 || !isLoopField(name) || up < 0) {
    throw forbidden(
      line,
      `@${shorten(name)} is not available: in an each there are @index, @key, @first and @last.`,
    );
  }
  return { kind: 'loop', up, field: name };
}

function segments(path: hbs.AST.PathExpression): readonly string[] {
  const line = path.loc.start.line;
  const { parts } = path;
  if (parts.length > MAX_SEGMENTS) throw forbidden(line, `A path has at most ${MAX_SEGMENTS} parts.`);
  const bad = parts.find(isForbiddenName);
  if (bad !== undefined) throw forbidden(line, `${bad} is not something a template can reach.`);
  return parts;
}

function pathNode(node: hbs.AST.Expression): hbs.AST.PathExpression {
  if (node.type === 'PathExpression') return node as hbs.AST.PathExpression;
  throw forbidden(node.loc.start.line, 'An expression begins with the name of a variable or of a helper.');
}

function checkOption(format: FormatName, key: string, value: Expression, line: number): void {
  const problem = checkFormatOption(format, key, value.kind === 'literal' ? value.value : undefined);
  if (problem !== undefined) throw forbidden(line, problem);
}

function isFormat(name: string): name is FormatName {
  return Object.hasOwn(FORMATS, name);
}

function isLoopField(name: string): name is LoopState['field'] {
  return LOOP_FIELDS.has(name);
}

function forbidden(line: number, detail: string): SourceFault {
  return new SourceFault('template_forbidden_expression', line, detail);
}

function shorten(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name;
}
