import { SourceFault, type PartName } from './faults.js';
import { MAX_DEPTH } from './limits.js';
import { parseSource, type Parser } from './parse-source.js';
import type { Expression, Piece } from './pieces.js';
import { type Block, readCall, readPath } from './read-expression.js';

type Statement = hbs.AST.Statement;
type Scopes = readonly Block[];

const UNAVAILABLE: Readonly<Record<string, string>> = {
  PartialStatement: 'Partials {{> }} are not available.',
  PartialBlockStatement: 'Partials {{#> }} are not available.',
  Decorator: 'Decorators {{* }} are not available.',
  DecoratorBlock: 'Decorators {{#* }} are not available.',
};

/**
 * Turns the source of one part into pieces, refusing every expression that is not among the few that templates have.
 * @throws SourceFault
 */
export function readTemplate(parser: Parser, source: string, part: PartName): Piece[] {
  return new Reading(part).program(parseSource(parser, source), [], 0);
}

class Reading {
  readonly #part: PartName;

  constructor(part: PartName) {
    this.#part = part;
  }

  program(program: hbs.AST.Program | undefined, scopes: Scopes, depth: number): Piece[] {
    return (program?.body ?? []).flatMap((statement) => this.#statement(statement, scopes, depth));
  }

  #statement(statement: Statement, scopes: Scopes, depth: number): Piece[] {
    const line = statement.loc.start.line;
    switch (statement.type) {
      case 'ContentStatement': {
        const { value } = statement as hbs.AST.ContentStatement;
        return value === '' ? [] : [{ kind: 'text', text: value, line }];
      }
      case 'CommentStatement':
        return [];
      case 'MustacheStatement':
        return [this.#mustache(statement as hbs.AST.MustacheStatement, scopes)];
      case 'BlockStatement':
        return [this.#block(statement as hbs.AST.BlockStatement, scopes, depth + 1)];
      default:
        throw forbidden(line, UNAVAILABLE[statement.type] ?? `${statement.type} is not available.`);
    }
  }

  #mustache(mustache: hbs.AST.MustacheStatement, scopes: Scopes): Piece {
    const line = mustache.loc.start.line;
    if (!mustache.escaped && this.#part === 'html') {
      throw forbidden(
        line,
        'In html every value is escaped: write {{name}} instead of {{{name}}} or {{&name}}.',
      );
    }
    const value = readCall(mustache, scopes);
    return { kind: 'value', value, context: this.#part === 'html' ? 'html' : 'plain', line };
  }

  #block(block: hbs.AST.BlockStatement, scopes: Scopes, depth: number): Piece {
    const line = block.loc.start.line;
    if (depth > MAX_DEPTH) {
      throw new SourceFault('template_too_deep', line, `Blocks nested more than ${MAX_DEPTH} deep.`);
    }
    const name = block.path.original;
    if (name !== 'if' && name !== 'unless' && name !== 'each' && name !== 'with') {
      throw forbidden(line, `There is no block {{#${shorten(name)}}}: there are if, unless, each and with.`);
    }
    const subject = this.#subject(block, name, scopes);
    const inner = name === 'each' || name === 'with' ? [...scopes, openedBy(block, name)] : scopes;
    const body = this.program(block.program, inner, depth);
    const otherwise = this.program(block.inverse, scopes, depth);
    if (name === 'each') return { kind: 'each', over: subject, body, otherwise, line };
    if (name === 'with') return { kind: 'with', on: subject, body, otherwise, line };
    const [then, other] = name === 'if' ? [body, otherwise] : [otherwise, body];
    return { kind: 'if', test: subject, zeroCounts: countsZero(block), then, otherwise: other, line };
  }

  #subject(block: hbs.AST.BlockStatement, name: string, scopes: Scopes): Expression {
    const line = block.loc.start.line;
    const [param] = block.params;
    if (!param || block.params.length > 1) {
      throw new SourceFault('template_syntax', line, `{{#${name}}} takes one value.`);
    }
    const options = block.hash?.pairs ?? [];
    if (options.some(({ key }) => key !== 'includeZero' || name === 'each' || name === 'with')) {
      throw forbidden(line, `{{#${name}}} takes no such option.`);
    }
    return readPath(param, scopes);
  }
}

function openedBy(block: hbs.AST.BlockStatement, kind: 'each' | 'with'): Block {
  return { kind, params: block.program?.blockParams ?? [] };
}

function countsZero(block: hbs.AST.BlockStatement): boolean {
  const value = block.hash?.pairs[0]?.value;
  return value?.type === 'BooleanLiteral' && (value as hbs.AST.BooleanLiteral).value;
}

function forbidden(line: number, detail: string): SourceFault {
  return new SourceFault('template_forbidden_expression', line, detail);
}

function shorten(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name;
}
