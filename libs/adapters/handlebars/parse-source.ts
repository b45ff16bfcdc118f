import type Handlebars from 'handlebars';
import { SourceFault } from './faults.js';
import { boundSource } from './source-bounds.js';
import { unclosedIn } from './unclosed.js';

/** Handlebars' own parser, the only part of Handlebars that ever sees a template. */
export type Parser = Pick<typeof Handlebars, 'parse'>;

/** Loaded when the first template comes: a process that renders none does not carry it. */
export async function loadParser(): Promise<Parser> {
  return (await import('handlebars')).default;
}

/** @throws SourceFault `template_syntax`, and what boundSource() throws */
export function parseSource(parser: Parser, source: string): hbs.AST.Program {
  boundSource(source);
  try {
    return parser.parse(source);
  } catch (error) {
    throw syntaxFault(error instanceof Error ? error : new Error(String(error)), source);
  }
}

/**
 * The parser has two ways of complaining: `if doesn't match each - 3:7` with a line number beside it, and
 * `Parse error on line 3:` followed by the place, a caret and what it would have liked to see.
 */
function syntaxFault(error: Error, source: string): SourceFault {
  const [first = '', near = ''] = error.message.split('\n');
  const line = 'lineNumber' in error && typeof error.lineNumber === 'number' ? error.lineNumber : undefined;
  if (line !== undefined) {
    return new SourceFault('template_syntax', line, `${first.replace(/ - \d+:\d+$/, '')}.`);
  }
  const parsed = /on line (\d+)/.exec(first)?.[1];
  const got = /got '(\w+)'/.exec(error.message)?.[1];
  const open = got === 'EOF' ? unclosedIn(source) : undefined;
  if (open) {
    return new SourceFault(
      'template_syntax',
      open.line,
      `The template ends too early: ${open.opening} is not closed.`,
    );
  }
  const found = got === 'EOF' ? 'The template ends too early' : 'This is not an expression';
  return new SourceFault(
    'template_syntax',
    Number(parsed ?? 1),
    `${found}, near "${near.slice(-40).trim()}".`,
  );
}
